using Stein.Engine.Random;
using Stein.Engine.Samples;
using Stein.Engine.Targets;

namespace Stein.Engine.Samplers;

/// <summary>Samples drawn from given samples in proportion to their weights.</summary>
/// <param name="Samples">N×D, row-major, with repeated rows.</param>
/// <param name="Ancestors">The index of the given sample for each row (N), in ascending order.</param>
/// <param name="EffectiveSampleSize">(Σ w)²/Σ w², from 1 to N.</param>
/// <param name="Distinct">The number of different given samples among the rows.</param>
internal sealed record ResampledSamples(double[] Samples, int[] Ancestors, double EffectiveSampleSize, int Distinct);

/// <summary>Turns samples of q into samples of the tempered law <c>q^{1/T}</c> by weights <c>w = q^{1/T − 1}</c>.</summary>
/// <remarks>
/// <para>It tempers given samples, so that a test of goodness of fit can compare tempered laws.</para>
/// <para>Resampling is systematic: with a single uniform number u, row i is the sample at which the cumulative weight passes
/// <c>(i + u)/N</c>. Each sample is kept <c>N w/Σw</c> times, rounded up or down; at T = 1 each is kept once (Kitagawa, "Monte Carlo
/// filter and smoother", Journal of Computational and Graphical Statistics 5, 1996).</para>
/// <para>Rows are repeated and therefore not independent: a test whose level relies on independence needs almost N different
/// rows. For Gaussian tails the weights have a finite variance only for T below 2; above, the effective sample size is
/// dominated by the outermost samples, and its share of N falls as N grows. <see cref="LangevinSampler"/> has neither
/// weakness.</para>
/// </remarks>
internal static class ImportanceResampling
{
    /// <summary>
    /// The default minimum of the effective sample size, <c>max(50, N/20)</c>. At 50, the standard error of a mean is a seventh of the
    /// standard deviation; at N/20, each sample occurs about twenty times.
    /// </summary>
    public static double DefaultMinimum(int count) => Math.Max(50, count / 20.0);

    /// <summary>(Σ w)²/Σ w² of the weights <c>w = q^{1/T − 1}</c>.</summary>
    /// <param name="logDensities">log q at samples of q (N, at least 1), up to a constant.</param>
    /// <param name="temperature">T, positive and finite.</param>
    /// <exception cref="ArgumentException">There are no log-densities, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">T is not a positive finite number.</exception>
    public static double EffectiveSampleSize(ReadOnlySpan<double> logDensities, double temperature)
        => EffectiveSampleSize(Weights(logDensities, temperature));

    /// <summary>Resamples samples of q to samples of <c>q^{1/T}</c>. O(ND).</summary>
    /// <param name="samples">Samples of q: N×D, row-major.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="logDensities">log q at the samples (N), up to a constant.</param>
    /// <param name="temperature">T, positive and finite.</param>
    /// <param name="stream">Supplies the uniform number.</param>
    /// <param name="minimumEffectiveSampleSize">The smallest size accepted, by default <see cref="DefaultMinimum"/> of N.</param>
    /// <exception cref="ArgumentException">The shapes do not match, there is no sample, or a number is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">T is not a positive finite number, D is below 1, or the minimum is NaN.</exception>
    /// <exception cref="EffectiveSampleSizeException">The effective sample size is below the minimum.</exception>
    public static ResampledSamples Temper(
        ReadOnlySpan<double> samples,
        int dimension,
        ReadOnlySpan<double> logDensities,
        double temperature,
        PhiloxStream stream,
        double? minimumEffectiveSampleSize = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        int rows = SampleMatrix.Rows(samples, dimension, nameof(samples), minimum: 1);
        if (logDensities.Length != rows)
        {
            throw new ArgumentException(
                $"{logDensities.Length} log-densities do not match {rows} samples; pass one per sample.", nameof(logDensities));
        }

        double minimum = minimumEffectiveSampleSize ?? DefaultMinimum(rows);
        if (double.IsNaN(minimum))
        {
            throw new ArgumentOutOfRangeException(
                nameof(minimumEffectiveSampleSize), minimum, "The minimum effective sample size cannot be NaN; 0 accepts any.");
        }

        double[] weights = Weights(logDensities, temperature);
        double effective = EffectiveSampleSize(weights);
        if (effective < minimum)
        {
            throw new EffectiveSampleSizeException(
                $"At temperature {temperature} the effective sample size is {effective:0.#}, below {minimum:0.#}. Pass more "
                + "samples, a temperature nearer to 1 or a lower minimum, or draw by Langevin chains.",
                effective,
                minimum);
        }

        double total = weights.Sum();
        double uniform = stream.NextUniform();
        var resampled = new double[samples.Length];
        var ancestors = new int[rows];
        (int ancestor, int distinct) = (0, 0);
        double cumulated = weights[0];
        for (int i = 0; i < rows; i++)
        {
            double place = (i + uniform) / rows * total;
            while (cumulated <= place && ancestor < rows - 1)
                cumulated += weights[++ancestor];
            ancestors[i] = ancestor;
            if (i == 0 || ancestors[i - 1] != ancestor)
                distinct++;
            samples.Slice(ancestor * dimension, dimension).CopyTo(resampled.AsSpan(i * dimension));
        }

        return new(resampled, ancestors, effective, distinct);
    }

    /// <summary>Resamples samples of a mixture to samples of the tempered mixture. O(NKD), for full covariances O(NKD²).</summary>
    /// <param name="samples">Samples of the untempered mixture: N×D, row-major.</param>
    /// <param name="stream">Supplies the uniform number.</param>
    /// <param name="minimumEffectiveSampleSize">The smallest size accepted, by default <see cref="DefaultMinimum"/> of N.</param>
    /// <exception cref="ArgumentException">The numbers are not rows of D finite numbers, or there are none.</exception>
    /// <exception cref="EffectiveSampleSizeException">The effective sample size is below the minimum.</exception>
    public static ResampledSamples Temper(
        TemperedMixture target, ReadOnlySpan<double> samples, PhiloxStream stream, double? minimumEffectiveSampleSize = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        int rows = SampleMatrix.Rows(samples, target.Dimension, nameof(samples), minimum: 1);
        var logDensities = new double[rows];
        target.Mixture.LogDensities(samples, logDensities);
        return Temper(samples, target.Dimension, logDensities, target.Temperature, stream, minimumEffectiveSampleSize);
    }

    /// <summary>The weights q^{1/T − 1}, divided by the largest.</summary>
    private static double[] Weights(ReadOnlySpan<double> logDensities, double temperature)
    {
        TemperedMixture.CheckTemperature(temperature, nameof(temperature));
        if (logDensities.IsEmpty)
            throw new ArgumentException("There are no log-densities; pass one per sample, at least one.", nameof(logDensities));
        double exponent = (1 / temperature) - 1;
        double largest = double.NegativeInfinity;
        for (int n = 0; n < logDensities.Length; n++)
        {
            if (!double.IsFinite(logDensities[n]))
            {
                throw new ArgumentException(
                    $"The log-density of sample {n} is {logDensities[n]}; at samples of q it must be finite.",
                    nameof(logDensities));
            }

            largest = Math.Max(largest, exponent * logDensities[n]);
        }

        var weights = new double[logDensities.Length];
        for (int n = 0; n < weights.Length; n++)
            weights[n] = Math.Exp((exponent * logDensities[n]) - largest);
        return weights;
    }

    private static double EffectiveSampleSize(double[] weights)
    {
        double sum = weights.Sum();
        return sum * sum / weights.Sum(weight => weight * weight);
    }
}
