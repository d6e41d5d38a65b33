using Stein.Engine.Devices;
using Stein.Engine.Samples;

namespace Stein.Engine.Estimators;

/// <summary>
/// An estimate of a score function <c>s(x) ≈ ∇ log p(x)</c>, made by a <see cref="ScoreEstimator"/> from K samples of p in D dimensions,
/// which can be evaluated anywhere.
/// </summary>
/// <remarks>
/// Points come and go on the host, in double precision; they are shifted by the mean of the samples before a device sees them, so that
/// where the samples lie costs no digits. Pairs are worked on in blocks of <see cref="BlockRows"/> points: O(K·BlockRows + KD) memory.
/// </remarks>
public abstract class ScoreEstimate
{
    /// <summary>Points that are worked on together.</summary>
    public const int BlockRows = 1024;

    /// <param name="samples">What it was made from.</param>
    /// <param name="regularisation">What it was made with.</param>
    private protected ScoreEstimate(SampleSet samples, double regularisation)
    {
        Set = samples;
        Regularisation = regularisation;
    }

    /// <summary>K.</summary>
    public int Samples => Set.Count;

    /// <summary>D.</summary>
    public int Dimension => Set.Dimension;

    /// <summary>h, a length: given, or what the estimator's rule made of the samples.</summary>
    public double Bandwidth => Set.Bandwidth;

    /// <summary>The regularisation it was made with, see <see cref="ScoreEstimator.RegularisationName"/>.</summary>
    public double Regularisation { get; }

    private protected SampleSet Set { get; }

    /// <summary>The estimate at its own samples (K×D, row-major).</summary>
    public virtual double[] ScoresAtSamples() => Evaluate(Set.CentredSamples);

    /// <summary>The estimate at points. O(MKD) for M points unless the estimator says otherwise.</summary>
    /// <param name="points">M×D, row-major; M may be 0.</param>
    /// <returns>M×D, row-major.</returns>
    /// <exception cref="ArgumentException">The numbers are not rows of D finite ones.</exception>
    /// <exception cref="ScoreEstimationException">The estimate exists at the samples only.</exception>
    public double[] Scores(ReadOnlySpan<double> points) => Evaluate(Set.Centre(points));

    /// <summary>The divergence of the estimate, <c>Σ_d ∂s_d/∂x_d</c>, at points; exact. O(MKD).</summary>
    /// <param name="points">M×D, row-major; M may be 0.</param>
    /// <returns>M numbers.</returns>
    /// <inheritdoc cref="Scores" path="/exception"/>
    public double[] Divergences(ReadOnlySpan<double> points)
    {
        double[] centred = Set.Centre(points);
        var divergences = new double[centred.Length / Dimension];
        ForBlocks(centred, 1, divergences, ComputeDivergences);
        return divergences;
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
    /// The score-matching loss <c>‖s‖² + 2 ∇·s</c> at points of p that the estimate was not made from: their mean is an unbiased estimate
    /// of <c>E‖s − ∇ log p‖² − E‖∇ log p‖²</c> (Hyvärinen, "Estimation of non-normalized statistical models by score matching", JMLR
    /// 2005, theorem 1), of which the second part does not depend on s.
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

    /// <summary><paramref name="scores"/> (m×D) = the estimate at centred points (m×D), m at most <see cref="BlockRows"/>.</summary>
    private protected abstract void ComputeScores(DeviceMatrix scores, DeviceMatrix points);

    /// <summary><paramref name="divergences"/> (m×1) = the divergence at centred points (m×D), m at most <see cref="BlockRows"/>.</summary>
    private protected abstract void ComputeDivergences(DeviceMatrix divergences, DeviceMatrix points);

    private double[] Evaluate(double[] centred)
    {
        var scores = new double[centred.Length];
        ForBlocks(centred, Dimension, scores, ComputeScores);
        return scores;
    }

    private void ForBlocks(double[] centred, int columns, double[] results, Action<DeviceMatrix, DeviceMatrix> compute)
    {
        int count = centred.Length / Dimension;
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
            Set.Device.Write(block, centred.AsSpan(start * Dimension, rows * Dimension));
            compute(result, block);
            Set.Device.Read(result, results.AsSpan(start * columns, rows * columns));
        }
    }
}
