using Stein.Engine.Formulas;
using Stein.Engine.Lanes;
using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>The density of one source of an ICA model, of location 0 and scale 1.</summary>
/// <param name="Name">The name in files.</param>
/// <param name="LogDensity">log p(z), in nats.</param>
/// <param name="Score">(log p)′(z).</param>
internal sealed record SourceDensity(string Name, Func<double, double> LogDensity, Func<double, double> Score)
{
    /// <summary>Laplace, Student-t with five degrees of freedom and logistic: <c>p(z) = e^−z/(1 + e^−z)²</c>.</summary>
    public static IReadOnlyList<SourceDensity> All { get; } =
    [
        Of<LaplaceDensity>("laplace"),
        Of<StudentTDensity>("student-t"),
        new(
            "logistic",
            z => -Math.Abs(z) - (2 * Math.Log(1 + Math.Exp(-Math.Abs(z)))),
            z => -Math.Tanh(z / 2)),
    ];

    private static SourceDensity Of<TDensity>(string name)
        where TDensity : struct, IBaseDensity
        => new(name, z => TDensity.LogDensity(new DoubleLane(z)).Value, z => TDensity.Score(new DoubleLane(z)).Value);
}

/// <summary>
/// The density of an ICA model: <c>log p(x) = Σ_k log p_k(z_k)</c> with <c>z = V(x − c)</c>, up to log |det V|, and score <c>Vᵀψ(z)</c>.
/// </summary>
/// <param name="unmixing">V (D×D, row-major).</param>
/// <param name="centre">c (D).</param>
/// <param name="sources">The density of each source (D).</param>
internal sealed class IcaDensity(double[] unmixing, double[] centre, IReadOnlyList<SourceDensity> sources) : IDensity
{
    /// <inheritdoc/>
    public int Dimension => centre.Length;

    /// <inheritdoc/>
    public double LogDensity(ReadOnlySpan<double> point) => LogDensityAndScore(point, new double[Dimension]);

    /// <inheritdoc/>
    public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score)
    {
        SampleMatrix.CheckPoint(point, Dimension, nameof(point));
        SampleMatrix.CheckPoint(score, Dimension, nameof(score));
        score.Clear();
        double sum = 0;
        for (int k = 0; k < Dimension; k++)
        {
            ReadOnlySpan<double> row = unmixing.AsSpan(k * Dimension, Dimension);
            double source = 0;
            for (int d = 0; d < row.Length; d++)
                source += row[d] * (point[d] - centre[d]);
            sum += sources[k].LogDensity(source);
            double slope = sources[k].Score(source);
            for (int d = 0; d < row.Length; d++)
                score[d] += row[d] * slope;
        }

        return sum;
    }
}
