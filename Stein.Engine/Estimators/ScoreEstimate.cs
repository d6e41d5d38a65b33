using Stein.Engine.Devices;
using Stein.Engine.Samples;

namespace Stein.Engine.Estimators;

/// <summary>
/// An estimate of a score function <c>s(x) ≈ ∇ log p(x)</c>, computed by a <see cref="ScoreEstimator"/> from K samples of p in D
/// dimensions. It can be evaluated anywhere.
/// </summary>
/// <remarks>
/// Points and results are on the host, in double precision. Points are shifted and scaled like the samples before they are copied to the
/// device, so that precision does not suffer if the samples lie far from the origin or are in an unusual unit
/// (<see cref="SampleUnits"/>). Points are processed in blocks of <see cref="BlockRows"/>: O(K·BlockRows + KD) memory.
/// </remarks>
public abstract class ScoreEstimate
{
    /// <summary>The number of points in a block.</summary>
    public const int BlockRows = 1024;

    /// <param name="samples">The samples from which the estimate is computed.</param>
    /// <param name="regularisation">The regularisation of the estimate.</param>
    private protected ScoreEstimate(SampleSet samples, double regularisation)
    {
        Set = samples;
        Regularisation = regularisation;
    }

    /// <summary>The number of samples K.</summary>
    public int Samples => Set.Count;

    /// <summary>The dimension D.</summary>
    public int Dimension => Set.Dimension;

    /// <summary>The bandwidth h in the units of the samples, as given in the settings or by the estimator's rule.</summary>
    public double Bandwidth => Set.Bandwidth;

    /// <summary>The regularisation of the estimate, see <see cref="ScoreEstimator.RegularisationName"/>.</summary>
    public double Regularisation { get; }

    /// <summary>What else there is to know of the estimate, such as how many eigenvalues it uses; null if nothing.</summary>
    public string? Remark { get; init; }

    private protected SampleSet Set { get; }

    /// <summary>Evaluates the estimate at its own samples (K×D, row-major).</summary>
    public double[] ScoresAtSamples() => Set.Units.PerLength(ScaledScoresAtSamples());

    /// <summary>Evaluates the estimate at points. O(MKD) for M points unless documented otherwise by the estimator.</summary>
    /// <param name="points">M×D, row-major; M may be 0.</param>
    /// <returns>M×D, row-major.</returns>
    /// <exception cref="ArgumentException">The numbers are not rows of D finite numbers.</exception>
    /// <exception cref="ScoreEstimationException">The estimate exists only at the samples.</exception>
    public double[] Scores(ReadOnlySpan<double> points) => Set.Units.PerLength(Evaluate(Set.Scale(points)));

    /// <summary>Evaluates the exact divergence of the estimate, <c>Σ_d ∂s_d/∂x_d</c>, at points. O(MKD).</summary>
    /// <param name="points">M×D, row-major; M may be 0.</param>
    /// <returns>M numbers.</returns>
    /// <inheritdoc cref="Scores" path="/exception"/>
    public double[] Divergences(ReadOnlySpan<double> points)
    {
        double[] scaled = Set.Scale(points);
        var divergences = new double[scaled.Length / Dimension];
        ForBlocks(scaled, 1, divergences, ComputeDivergences);
        return Set.Units.PerLength(Set.Units.PerLength(divergences));
    }

    /// <summary>The mean of <see cref="ScoreMatchingLosses"/>.</summary>
    /// <param name="points">M×D, row-major, M at least 1.</param>
    /// <inheritdoc cref="Scores" path="/exception"/>
    public double ScoreMatchingLoss(ReadOnlySpan<double> points)
    {
        SampleMatrix.Rows(points, Dimension, nameof(points), minimum: 1);
        return ScoreMatchingLosses(points).Average();
    }

    /// <summary>
    /// The score-matching loss <c>‖s‖² + 2 ∇·s</c> at samples of p that were not used for the estimate. The mean of the losses is an
    /// unbiased estimate of <c>E‖s − ∇ log p‖² − E‖∇ log p‖²</c>, whose second term does not depend on s (Hyvärinen, "Estimation of
    /// non-normalized statistical models by score matching", JMLR 2005, theorem 1).
    /// </summary>
    /// <param name="points">M×D, row-major; M may be 0.</param>
    /// <returns>M numbers.</returns>
    /// <inheritdoc cref="Scores" path="/exception"/>
    public double[] ScoreMatchingLosses(ReadOnlySpan<double> points)
    {
        double[] scores = Scores(points);
        double[] losses = Divergences(points);
        for (int point = 0; point < losses.Length; point++)
        {
            losses[point] *= 2;
            foreach (double score in scores.AsSpan(point * Dimension, Dimension))
                losses[point] += score * score;
        }

        return losses;
    }

    /// <summary><paramref name="scores"/> (m×D) = the estimate at scaled points (m×D), m at most <see cref="BlockRows"/>.</summary>
    private protected abstract void ComputeScores(DeviceMatrix scores, DeviceMatrix points);

    /// <summary><paramref name="divergences"/> (m×1) = the divergence at scaled points (m×D), m at most <see cref="BlockRows"/>.</summary>
    private protected abstract void ComputeDivergences(DeviceMatrix divergences, DeviceMatrix points);

    /// <summary>The estimate at the samples in the scaled units (K×D); the caller does not change it.</summary>
    private protected virtual double[] ScaledScoresAtSamples() => Evaluate(Set.ScaledSamples);

    private double[] Evaluate(double[] scaled)
    {
        var scores = new double[scaled.Length];
        ForBlocks(scaled, Dimension, scores, ComputeScores);
        return scores;
    }

    private void ForBlocks(double[] scaled, int columns, double[] results, Action<DeviceMatrix, DeviceMatrix> compute)
    {
        int count = scaled.Length / Dimension;
        if (count == 0)
            return;
        int size = Math.Min(BlockRows, count);
        DeviceMatrix points = Set.Device.Allocate(size, Dimension);
        DeviceMatrix output = Set.Device.Allocate(size, columns);
        for (int start = 0; start < count; start += size)
        {
            int rows = Math.Min(size, count - start);
            DeviceMatrix block = points.RowRange(0, rows);
            DeviceMatrix result = output.RowRange(0, rows);
            Set.Device.Write(block, scaled.AsSpan(start * Dimension, rows * Dimension));
            compute(result, block);
            Set.Device.Read(result, results.AsSpan(start * columns, rows * columns));
        }
    }
}
