namespace Stein.Engine.IndependentComponents;

/// <summary>
/// Solves <c>M = E[ψ(z) zᵀ] + I = 0</c>, the Stein identity of linear test functions, from separated sources on. These are the equations of
/// the maximum of the likelihood.
/// </summary>
/// <remarks>
/// The Gauss–Newton step for independent sources with the density: <c>E_ij = (c M_ij − M_ji)/(c² − 1)</c> with <c>c = E[ψ²] E[z²]</c>, and
/// <c>E_ii = M_ii/(1 − E[ψ′ z²])</c>; <c>V ← (I + sE) V</c>, s shortened until ‖M‖ falls. For Laplace sources c = 2. That their ψ jumps at
/// 0 bounds how small M can be made by N: a step that hardly helps is the last.
/// </remarks>
internal sealed class LikelihoodEquations : UnmixingSearch
{
    private const double FirstLength = 0.5;
    private const double MinLength = 0.02;
    private const double MinGain = 0.01;
    private const int MaxHalvings = 6;

    private readonly ISourceMoments moments;
    private readonly SourceDensity[] densities;
    private readonly double information;
    private readonly double diagonal;
    private readonly double tolerance;
    private readonly int k;
    private double[] unmixing;
    private double[]? equations;
    private double length = FirstLength;

    /// <param name="moments">Of the samples.</param>
    /// <param name="start">V (K×K, row-major) of separated sources, of the scale of the density.</param>
    /// <param name="density">Of all sources.</param>
    /// <param name="tolerance">The search ends when no entry of M is above it, or M hardly gets smaller.</param>
    public LikelihoodEquations(ISourceMoments moments, double[] start, SourceDensity density, double tolerance = 1e-4)
    {
        (this.moments, unmixing, this.tolerance, k) = (moments, start, tolerance, moments.Sources);
        densities = [.. Enumerable.Repeat(density, k)];
        (information, diagonal) = Information(density);
    }

    /// <inheritdoc/>
    public override double[] Unmixing => unmixing;

    /// <summary>‖M‖, Frobenius.</summary>
    public override double Remainder => equations is null ? double.PositiveInfinity : Math.Sqrt(Square(equations));

    private protected override void StepCore(CancellationToken cancellation)
    {
        equations ??= Equations(unmixing, cancellation);
        IsFinished = equations.Max(Math.Abs) <= tolerance;
        if (IsFinished)
            return;
        double square = Square(equations), gain = 0;
        double[] step = Step(equations);
        for (int halving = 0; halving < MaxHalvings && gain <= 0; halving++, length *= gain > 0 ? 1 : 0.5)
        {
            double[] next = RelativeQuasiNewton.Stepped(unmixing, step, length, k);
            double[] m = Equations(next, cancellation);
            gain = (square - Square(m)) / square;
            if (gain > 0)
                (unmixing, equations) = (next, m);
        }

        if (gain > 0)
            Iterations++;
        if (gain < 0.1)
            length /= 2;
        IsFinished = gain < MinGain || length < MinLength || equations.Max(Math.Abs) <= tolerance;
    }

    private protected override void SaveCore(BinaryWriter writer)
    {
        Write(writer, unmixing);
        writer.Write(length);
    }

    private protected override void RestoreCore(BinaryReader reader)
        => (unmixing, length, equations) = (Read(reader, k * k), reader.ReadDouble(), null);

    private double[] Equations(double[] at, CancellationToken cancellation)
    {
        double[] product = moments.Compute(at, densities, hasCurvature: false, cancellation).SlopeProduct;
        for (int i = 0; i < k; i++)
            product[i * (k + 1)] += 1;
        return product;
    }

    private double[] Step(double[] of)
    {
        var step = new double[k * k];
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j < k; j++)
            {
                (int ij, int ji) = ((i * k) + j, (j * k) + i);
                step[ij] = i == j ? of[ij] / diagonal : ((information * of[ij]) - of[ji]) / ((information * information) - 1);
            }
        }

        return step;
    }

    /// <summary>E[ψ²] E[z²], and 1 + E[(ψ′)⁻ z²], under the density, by quadrature.</summary>
    public static (double Information, double Diagonal) Information(SourceDensity density)
    {
        (double[] points, double[] weights) = density.Quadrature();
        double[] scores = new double[points.Length], derivatives = new double[points.Length];
        density.Evaluate(points, scores, derivatives);
        double score = 0, variance = 0, bend = 0;
        for (int i = 0; i < points.Length; i++)
        {
            score += weights[i] * scores[i] * scores[i];
            variance += weights[i] * points[i] * points[i];
            bend -= weights[i] * derivatives[i] * points[i] * points[i];
        }

        return (score * variance, 1 + bend);
    }

    private static double Square(double[] values) => values.Sum(value => value * value);
}
