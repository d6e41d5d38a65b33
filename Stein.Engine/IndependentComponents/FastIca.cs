using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>Symmetric FastICA with the contrast log cosh, on whitened samples.</summary>
/// <remarks>
/// A. Hyvärinen, "Fast and robust fixed-point algorithms for independent component analysis", IEEE Transactions on Neural Networks 10,
/// 1999: <c>V⁺ = E[g(z) xᵀ] − diag(E[g′(z)]) V</c> with g = tanh, then <c>V ← (V⁺V⁺ᵀ)^−½ V⁺</c>.
/// </remarks>
internal sealed class FastIca : UnmixingSearch
{
    private readonly ISourceMoments moments;
    private readonly SourceDensity[] densities;
    private readonly double tolerance;
    private readonly int k;
    private double[] unmixing;
    private double change = double.PositiveInfinity;

    /// <param name="moments">Of whitened samples.</param>
    /// <param name="start">An orthogonal V (K×K, row-major).</param>
    /// <param name="tolerance">Of 1 − |cos| of the angle by which a row turns in an iteration.</param>
    public FastIca(ISourceMoments moments, double[] start, double tolerance)
    {
        (this.moments, unmixing, this.tolerance, k) = (moments, start, tolerance, moments.Sources);
        densities = [.. Enumerable.Repeat(SourceDensity.HyperbolicSecant, k)];
    }

    /// <inheritdoc/>
    public override double[] Unmixing => unmixing;

    /// <summary>How much a row turned in the last iteration: the largest 1 − |cos|.</summary>
    public override double Remainder => change;

    private protected override void StepCore(CancellationToken cancellation)
    {
        SourceStatistics statistics = moments.Compute(unmixing, densities, hasCurvature: false, cancellation);
        // The score is −g: the signs cancel in what follows.
        double[] product = statistics.SlopeProduct;
        for (int i = 0; i < k; i++)
            product[i * (k + 1)] -= statistics.MeanCurvatures[i];
        double[] next = OrthogonalFactor.Of(
            HostProduct.Multiply(PaddedMatrix.FromRows(product, k, k), PaddedMatrix.FromRows(unmixing, k, k)).ToArray(), k);
        change = Enumerable.Range(0, k).Max(i => Math.Abs(1 - Math.Abs(Cosine(next, i))));
        unmixing = next;
        Iterations++;
        IsFinished = change <= tolerance;
    }

    private protected override void SaveCore(BinaryWriter writer)
    {
        Write(writer, unmixing);
        writer.Write(change);
    }

    private protected override void RestoreCore(BinaryReader reader) => (unmixing, change) = (Read(reader, k * k), reader.ReadDouble());

    private double Cosine(double[] next, int row)
    {
        double sum = 0;
        for (int d = row * k; d < (row + 1) * k; d++)
            sum += next[d] * unmixing[d];
        return sum;
    }
}
