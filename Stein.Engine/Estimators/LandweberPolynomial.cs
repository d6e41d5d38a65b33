namespace Stein.Engine.Estimators;

/// <summary>
/// The result of T steps of Landweber iteration as polynomials of <c>A = I − K/λ</c>, expanded in Chebyshev polynomials, so that T
/// steps need only about √T products.
/// </summary>
/// <remarks>
/// <para>
/// The steps of <see cref="ScoreIteration"/> sum to <c>S = −p(A)⟨∇,K⟩/λ</c> and <c>c = q(A)⟨∇,K⟩/λ²</c> with
/// <c>p(x) = Σ_{j&lt;T} x^j</c> and <c>q(x) = Σ_{j&lt;T} (T − 1 − j) x^j</c>; the eigenvalues of A lie between 0 and 1.
/// </para>
/// <para>
/// On this interval <c>x = cos²(θ/2)</c> and <c>x^j = Σ_k b_jk cos kθ</c>, where the b_jk are the probabilities of a random walk of j
/// steps, and thus not negative: terms of degree above <c>√(j ln(2/ε))</c> add up to less than ε (Newman and Rivlin, "Approximation
/// of monomials by lower degree polynomials", Aequationes Mathematicae 1976). <c>cos kθ</c> is the Chebyshev polynomial of degree k at
/// 2x − 1.
/// </para>
/// </remarks>
/// <param name="Scores">The Chebyshev coefficients of p, by degree.</param>
/// <param name="Coefficients">The Chebyshev coefficients of q, by degree; as many as for p.</param>
internal sealed record LandweberPolynomial(double[] Scores, double[] Coefficients)
{
    /// <summary>Computes the coefficients in O(T√T) operations.</summary>
    /// <param name="steps">T, at least 1.</param>
    /// <param name="accuracy">ε, a bound of the truncation error of p and q, whose values are below T².</param>
    public static LandweberPolynomial Create(int steps, double accuracy)
    {
        int degree = (int)Math.Min(steps - 1, Math.Ceiling(Math.Sqrt(steps * Math.Log(2.0 * steps * steps / accuracy))));
        var p = new double[degree + 1];
        var q = new double[degree + 1];
        var power = new double[degree + 2];
        var next = new double[degree + 2];
        power[0] = 1;
        for (int j = 0; j < steps; j++)
        {
            for (int k = 0; k <= degree; k++)
            {
                q[k] += p[k];
                p[k] += power[k];
            }

            // x cos kθ = cos kθ/2 + cos (k − 1)θ/4 + cos (k + 1)θ/4.
            next[0] = (power[0] / 2) + (power[1] / 4);
            for (int k = 1; k <= degree; k++)
                next[k] = (power[k] / 2) + ((power[k - 1] + power[k + 1]) / 4);
            if (degree > 0)
                next[1] += power[0] / 4;
            (power, next) = (next, power);
        }

        return new(p, q);
    }
}
