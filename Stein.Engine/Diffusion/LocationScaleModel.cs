using MathNet.Numerics.Statistics;
using Stein.Engine.Graphs;
using Stein.Engine.Random;

namespace Stein.Engine.Diffusion;

/// <summary>What the diffusion KSD compares of each of N samples.</summary>
/// <param name="X">Where its kernel is computed (N×D).</param>
/// <param name="Drift">See <see cref="DiffusionOperator.Drift"/> (N×D).</param>
/// <param name="M">m (N×1 or N×D²).</param>
internal readonly record struct SteinInputs(Node X, Node Drift, Node M);

/// <summary>Densities <c>σ^(−D) p₀((x − μ)/σ)</c> with the parameters θ = (μ_1, …, μ_D, σ).</summary>
/// <param name="shape">p₀.</param>
/// <param name="dimension">D.</param>
internal class LocationScaleModel(LocationScaleShape shape, int dimension)
{
    /// <summary>The smallest scale that is estimated, so that it stays positive.</summary>
    private const double MinScale = 1e-6;

    public LocationScaleShape Shape => shape;

    /// <summary>D.</summary>
    public int Dimension => dimension;

    /// <summary>See <see cref="LocationScaleShape.HasScoreDerivative"/>.</summary>
    public bool HasScoreDerivative => shape.HasScoreDerivative(dimension);

    /// <summary>P, which is D + 1 here.</summary>
    public int Parameters => Names.Count;

    /// <summary>The names of the parameters (P), the scale last.</summary>
    public virtual IReadOnlyList<string> Names { get; } =
        [.. dimension == 1 ? ["location"] : Enumerable.Range(1, dimension).Select(d => $"location {d}"), "scale"];

    /// <summary>The ends of the space of the parameters.</summary>
    public (double[] Lower, double[] Upper) Bounds => (
        [.. Enumerable.Repeat(double.NegativeInfinity, Parameters - 1), MinScale],
        [.. Enumerable.Repeat(double.PositiveInfinity, Parameters)]);

    /// <summary><c>(x − μ)/σ</c> (N×D).</summary>
    /// <param name="x">N×D.</param>
    /// <param name="parameters">θ, numbers (1×1).</param>
    public Node Standardised(Node x, IReadOnlyList<Node> parameters) => (x - Location(x, parameters)) / parameters[^1];

    /// <summary>log p(x) (N×1), in nats.</summary>
    /// <param name="x">N×D.</param>
    /// <param name="parameters">θ, numbers (1×1).</param>
    public Node LogDensity(Node x, IReadOnlyList<Node> parameters)
        => shape.LogDensity(Standardised(x, parameters)) + (shape.LogConstant(dimension) - (dimension * parameters[^1].Log()));

    /// <summary>The inputs of the diffusion KSD, with those of the covariates beside them if the model has any.</summary>
    public virtual SteinInputs WithCovariates(SteinInputs inputs) => inputs;

    /// <summary>N draws (N×D, row-major), the first of which do not depend on how many follow.</summary>
    /// <param name="parameters">θ.</param>
    public virtual double[] Sample(PhiloxStream stream, IReadOnlyList<double> parameters, int count) =>
    [
        .. Enumerable.Range(0, count).SelectMany(
            _ => shape.Draw(stream, dimension).Select((z, d) => parameters[d] + (parameters[dimension] * z))),
    ];

    /// <summary>θ from medians, which a share of outliers below one half moves little: where estimates may start.</summary>
    /// <param name="samples">N×D, row-major.</param>
    public virtual double[] Start(IReadOnlyList<double> samples)
    {
        double[][] columns = [.. Enumerable.Range(0, dimension).Select(d => samples.Where((_, i) => i % dimension == d).ToArray())];
        double[] medians = [.. columns.Select(column => column.Median())];
        double deviation = columns.Select((column, d) => column.Select(value => Math.Abs(value - medians[d])).Median()).Average();
        return [.. medians, Scale(deviation)];
    }

    /// <summary>μ (1×D, or N×D if it differs from sample to sample).</summary>
    private protected virtual Node Location(Node x, IReadOnlyList<Node> parameters)
        => Node.ConcatenateColumns([.. parameters.Take(dimension)]);

    /// <summary>The scale of samples with a median absolute deviation from their location, within its bounds.</summary>
    private protected double Scale(double medianAbsoluteDeviation) => Math.Max(MinScale, shape.Scale(medianAbsoluteDeviation));
}
