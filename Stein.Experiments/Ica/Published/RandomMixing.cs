using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Stein.Experiments.Ica.Published;

/// <summary>Draws log|det V| of the paper's random V: entries N(0, 1), redrawn until the condition number is below D.</summary>
/// <remarks>
/// Neither V nor an SVD is needed. Householder bidiagonalisation leaves the singular values of V as they are and turns a D×D Gaussian
/// matrix into an upper bidiagonal B with independent entries, χ_D, χ_{D−1}, …, χ_1 on the diagonal and χ_{D−1}, …, χ_1 above it
/// (J. W. Silverstein, "The smallest eigenvalue of a large dimensional Wishart matrix", 1985). So log|det V| is the sum of the logs
/// of the diagonal, and the condition is decided by Sturm counts of the tridiagonal BᵀB. One draw costs O(D) instead of O(D³), which
/// matters because few draws satisfy the condition: 4 % at D = 10, and P(κ &lt; D) → e⁻⁴ = 2 % for large D (A. Edelman, 1988).
/// </remarks>
internal sealed class RandomMixing
{
    private readonly int dim;
    private readonly MersenneTwister random;
    private readonly double[] diagonalSquared;
    private readonly double[] aboveSquared;

    /// <param name="dim">Dimension D, at least 2: the condition number of a 1×1 matrix is 1 and never below D.</param>
    public RandomMixing(int dim, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 2);
        this.dim = dim;
        random = new MersenneTwister(seed, threadSafe: false);
        diagonalSquared = new double[dim];
        aboveSquared = new double[dim];
    }

    /// <summary>log|det V| of the next V with condition number below D.</summary>
    public double NextLogDeterminant()
    {
        double logDeterminant;
        do
        {
            logDeterminant = 0;
            for (int index = 0; index < dim; index++)
            {
                diagonalSquared[index] = NextChiSquared(dim - index);
                aboveSquared[index] = index < dim - 1 ? NextChiSquared(dim - 1 - index) : 0;
                logDeterminant += 0.5 * Math.Log(diagonalSquared[index]);
            }
        }
        while (!ConditionNumberIsBelowDim());

        return logDeterminant;
    }

    private double NextChiSquared(int degreesOfFreedom) => Gamma.Sample(random, 0.5 * degreesOfFreedom, 0.5);

    private bool ConditionNumberIsBelowDim()
    {
        double squaredDim = (double)dim * dim;
        double[] diagonal = [.. Enumerable.Range(0, dim).Select(TridiagonalEntry)];
        (double lower, double upper) = (diagonal.Max(), diagonal.Sum());

        // Every diagonal entry is a lower bound of the largest eigenvalue: most draws are rejected here, by one count.
        if (Pivots(lower / squaredDim).Any(pivot => pivot < 0))
            return false;
        while (upper - lower > 1e-13 * upper)
        {
            double middle = 0.5 * (lower + upper);
            if (Pivots(middle).All(pivot => pivot < 0))
                upper = middle;
            else
                lower = middle;
        }

        return Pivots(upper / squaredDim).All(pivot => pivot >= 0);
    }

    /// <summary>The pivots of BᵀB − x: as many are negative as there are eigenvalues below x (Sylvester).</summary>
    private IEnumerable<double> Pivots(double x)
    {
        double pivot = 1;
        for (int index = 0; index < dim; index++)
        {
            double coupling = index > 0 ? diagonalSquared[index - 1] * aboveSquared[index - 1] / pivot : 0;
            yield return pivot = TridiagonalEntry(index) - x - coupling;
        }
    }

    private double TridiagonalEntry(int index) => diagonalSquared[index] + (index > 0 ? aboveSquared[index - 1] : 0);
}
