using Stein.Engine.IndependentComponents;
using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

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
