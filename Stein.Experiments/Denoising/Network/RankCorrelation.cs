using MathNet.Numerics.Statistics;
using Stein.Engine.Random;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising.Network;

/// <summary>
/// Whether a measure ranks auto-encoders as an error does: Spearman's rank correlation within every seed, its mean over the seeds, and
/// the 95 % percentile-bootstrap interval of the mean over seeds.
/// </summary>
/// <param name="Sigma">σ; NaN for a ranking of auto-encoders of several σ.</param>
/// <param name="Ranked">What is ranked: <c>all</c> or the <c>later</c> checkpoints, or <c>sigma</c> at the end of training.</param>
/// <param name="Measure">The name of a <see cref="MeasurePair"/>.</param>
/// <param name="Items">The number of auto-encoders ranked in a seed.</param>
/// <param name="Low">Lower end of the interval; NaN for one seed.</param>
/// <param name="High">Upper end of the interval; NaN for one seed.</param>
internal sealed record RankCorrelation(
    string Data, double Sigma, string Ranked, string Measure, int Items, int Seeds, double Mean, double Low, double High)
{
    private const int Replicates = 10_000;

    /// <summary>A rank correlation of two items is always 1 or −1.</summary>
    private const int MinItems = 3;

    /// <summary>One per pair; none if there is no seed, or too few items to rank.</summary>
    /// <param name="seeds">What was measured of the items of each seed, the same number in all.</param>
    public static IEnumerable<RankCorrelation> Of(
        string data, double sigma, string ranked, IEnumerable<MeasurePair> pairs, IEnumerable<IEnumerable<DaeErrors>> seeds)
    {
        DaeErrors[][] items = [.. seeds.Select(seed => seed.ToArray())];
        if (items.Length == 0 || items[0].Length < MinItems)
            yield break;
        foreach (MeasurePair pair in pairs)
        {
            (double mean, double low, double high) = Interval(
            [
                .. from seed in items
                   select Correlation.Spearman(seed.Select(errors => errors[pair.Measure]), seed.Select(errors => errors[pair.Error])),
            ]);
            yield return new(data, sigma, ranked, pair.Name, items[0].Length, items.Length, mean, low, high);
        }
    }

    /// <summary>The mean and its 95 % percentile-bootstrap interval over seeds; NaN for the interval of one value.</summary>
    public static (double Mean, double Low, double High) Interval(IReadOnlyList<double> values)
    {
        double mean = values.Average();
        if (values.Count < 2)
            return (mean, double.NaN, double.NaN);
        var stream = new PhiloxStream(60, StreamPurpose.Bootstrap);
        var means = new double[Replicates];
        foreach (ref double replicate in means.AsSpan())
        {
            for (int i = 0; i < values.Count; i++)
                replicate += values[stream.NextInt32(values.Count)] / values.Count;
        }

        return (mean, means.Quantile(0.025), means.Quantile(0.975));
    }
}

/// <summary>A measure that needs no true score, or not that of the density itself, and the error that it may stand in for.</summary>
internal sealed record MeasurePair(Quantity Measure, Quantity Error)
{
    public string Name => $"{Measure.Name}/{Error.Name}";

    public string Title => $"{Measure.Title}, {Error.Title}";
}
