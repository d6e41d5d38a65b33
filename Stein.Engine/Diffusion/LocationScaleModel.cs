using MathNet.Numerics.Statistics;
using Stein.Engine.Graphs;
using Stein.Engine.Random;

namespace Stein.Engine.Diffusion;

/// <summary>Densities <c>σ^(−D) p₀((x − μ)/σ)</c> with the parameters θ = (μ_1, …, μ_D, σ).</summary>
/// <param name="shape">p₀.</param>
/// <param name="dimension">D.</param>
internal sealed class LocationScaleModel(LocationScaleShape shape, int dimension)
{
    /// <summary>The smallest scale that is estimated, so that it stays positive.</summary>
    private const double MinScale = 1e-6;

    public LocationScaleShape Shape => shape;

    /// <summary>D.</summary>
    public int Dimension => dimension;

    /// <summary>See <see cref="LocationScaleShape.HasScoreDerivative"/>.</summary>
    public bool HasScoreDerivative => shape.HasScoreDerivative(dimension);

    /// <summary>P = D + 1.</summary>
    public int Parameters => dimension + 1;

    /// <summary>The names of the parameters.</summary>
    public IReadOnlyList<string> Names { get; } =
        [.. dimension == 1 ? ["location"] : Enumerable.Range(1, dimension).Select(d => $"location {d}"), "scale"];

    /// <summary>The ends of the space of the parameters.</summary>
    public (double[] Lower, double[] Upper) Bounds => (
        [.. Enumerable.Repeat(double.NegativeInfinity, dimension), MinScale],
        [.. Enumerable.Repeat(double.PositiveInfinity, dimension + 1)]);

    /// <summary><c>(x − μ)/σ</c> (N×D).</summary>
    /// <param name="x">N×D.</param>
    /// <param name="parameters">θ, numbers (1×1).</param>
    public Node Standardised(Node x, IReadOnlyList<Node> parameters)
        => (x - Node.ConcatenateColumns([.. parameters.Take(dimension)])) / parameters[dimension];

    /// <summary>log p(x) (N×1), in nats.</summary>
    /// <param name="x">N×D.</param>
    /// <param name="parameters">θ, numbers (1×1).</param>
    public Node LogDensity(Node x, IReadOnlyList<Node> parameters)
        => shape.LogDensity(Standardised(x, parameters)) + (shape.LogConstant(dimension) - (dimension * parameters[dimension].Log()));

    /// <summary>N draws (N×D, row-major), the first of which do not depend on how many follow.</summary>
    /// <param name="parameters">θ.</param>
    public double[] Sample(PhiloxStream stream, IReadOnlyList<double> parameters, int count) =>
    [
        .. Enumerable.Range(0, count).SelectMany(
            _ => shape.Draw(stream, dimension).Select((z, d) => parameters[d] + (parameters[dimension] * z))),
    ];

    /// <summary>θ from medians, which a share of outliers below one half moves little: where estimates may start.</summary>
    /// <param name="samples">N×D, row-major.</param>
    public double[] Start(IReadOnlyList<double> samples)
    {
        double[][] columns = [.. Enumerable.Range(0, dimension).Select(d => samples.Where((_, i) => i % dimension == d).ToArray())];
        double[] medians = [.. columns.Select(column => column.Median())];
        double deviation = columns.Select((column, d) => column.Select(value => Math.Abs(value - medians[d])).Median()).Average();
        return [.. medians, Math.Max(MinScale, shape.Scale(deviation))];
    }
}
