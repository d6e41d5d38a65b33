using Stein.Engine.LinearAlgebra;
using Stein.Engine.Targets;

namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>Active slices with the exact score of q: what the others approximate.</summary>
/// <param name="samples">Of q: N×D, row-major.</param>
/// <param name="p">The model.</param>
/// <param name="q">The density of the samples.</param>
internal sealed class ExactSlices(double[] samples, IDensity p, IDensity q) : ActiveSlices
{
    public override int Dimension => p.Dimension;

    /// <summary><c>∇∇ log p(x_n) r</c> (N×D, row-major) at all samples.</summary>
    internal static double[] HessianProducts(IDensity density, double[] samples, ReadOnlySpan<double> r)
    {
        double[] vectors = new double[samples.Length], products = new double[samples.Length];
        for (int start = 0; start < samples.Length; start += r.Length)
            r.CopyTo(vectors.AsSpan(start));
        density.HessianProducts(samples, vectors, products);
        return products;
    }

    public override PaddedMatrix Differences()
    {
        double[] model = new double[samples.Length], own = new double[samples.Length];
        p.Score(samples, model);
        q.Score(samples, own);
        return Difference(model, own);
    }

    public override PaddedMatrix Gradients(ReadOnlySpan<double> r)
        => Difference(HessianProducts(p, samples, r), HessianProducts(q, samples, r));

    private PaddedMatrix Difference(double[] left, double[] right)
        => PaddedMatrix.FromRows([.. left.Zip(right, (l, r) => l - r)], samples.Length / Dimension, Dimension);
}
