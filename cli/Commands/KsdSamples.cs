using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Estimators;
using Stein.Engine.GoodnessOfFit;
using Stein.Experiments.Samples;

namespace Stein.Cli.Commands;

/// <summary>Samples, and scores at them, as <c>stein ksd</c> reads them.</summary>
/// <param name="Table">What was read.</param>
/// <param name="Scores">N×D, row-major.</param>
/// <param name="Chains">Which rows belong to which chain.</param>
internal sealed record KsdSamples(SampleTable Table, double[] Scores, ChainRows Chains)
{
    /// <summary>N×D, row-major.</summary>
    public double[] Values => Table.Values;

    /// <summary>D.</summary>
    public int Dimension => Table.Columns;

    /// <summary>The names of the coordinates.</summary>
    public IReadOnlyList<string> Names => Table.CoordinateNames;

    /// <summary>Whether a coordinate with a bounded support was transformed to the whole line.</summary>
    public bool IsTransformed { get; init; }

    /// <summary>N.</summary>
    public int Count => Table.Rows;

    /// <summary>Reads samples with scores, or estimates the scores.</summary>
    /// <exception cref="UsageException">They cannot be read, or do not belong together.</exception>
    public static KsdSamples Read(KsdRequest request, PhaseProgress progress)
    {
        progress.Begin("reading");
        SampleTable samples = request.Files.Read();
        if (samples.Rows < 2)
            throw new UsageException($"{request.Files.Subject}: it has 1 sample, which has no pairs. Give more.");
        ChainRows chains = FindChains(request, samples);
        if (request.Estimator is not { } estimator)
            return new(samples, samples.Scores!, chains);
        progress.Begin($"estimating the scores of {samples.Rows} samples");
        return new(samples, Estimate(request, estimator, samples), chains);
    }

    private static ChainRows FindChains(KsdRequest request, SampleTable samples)
    {
        if (request.Chains is not { } count)
            return ChainRows.OfLengths(samples.Chains);
        if (samples.Chains.Count > 1)
            throw new UsageException($"--chains {count}: it has no effect with several files or --chain. Leave it out.");
        try
        {
            return ChainRows.Equal(samples.Rows, count);
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"--chains {count}: {exception.Message}", exception);
        }
    }

    private static double[] Estimate(KsdRequest request, ScoreEstimator estimator, SampleTable samples)
    {
        try
        {
            using Device device = DeviceCatalog.Create(ScoreDevice.Accurate);
            return estimator.Fit(device, samples.Values, samples.Columns).ScoresAtSamples();
        }
        catch (Exception exception) when (exception is ScoreEstimationException or ArgumentException)
        {
            throw UsageException.About(request.Files.Subject, exception);
        }
    }
}
