using Stein.Engine.GoodnessOfFit;
using Stein.Experiments.Reports;

namespace Stein.Cli.Commands;

/// <summary>What the numbers of <c>stein ksd</c> mean, a sentence or two for each part.</summary>
internal static class KsdVerdicts
{
    /// <summary>The share of samples whose influence is summed.</summary>
    private const double InfluentialShare = 0.01;

    /// <summary>A ratio below this is closer to the wrong sign than to a collapsed axis.</summary>
    private const double WrongSign = -0.5;

    /// <summary>Each with a word for the part that it is about.</summary>
    public static IReadOnlyList<(string Part, string Text)> Of(KsdAnalysis analysis)
    {
        List<(string, string)> verdicts = [("test", Test(analysis)), ("order", Order(analysis)), ("bandwidth", Bandwidth(analysis))];
        verdicts.Add(("Stein identity", Identity(analysis)));
        if (!analysis.Request.IsIndependent)
            verdicts.Add(("sample size", SampleSize(analysis)));
        if (analysis.Influence is not null)
            verdicts.Add(("influence", Influence(analysis)));
        if (analysis.Chains.Count > 0)
            verdicts.Add(("chains", Chains(analysis)));
        if (Support(analysis) is { } support)
            verdicts.Add(("support", support));
        if (analysis.Slices is { } slices)
            verdicts.Add(("slices", slices.Verdict(analysis.Request.Level)));
        if (analysis.Tests is { } tests)
            verdicts.Add(("other tests", tests.Verdict(analysis.Request.Level)));
        if (analysis.Comparison is { } comparison)
            verdicts.Add(("comparison", comparison.Verdict()));
        verdicts.Add(analysis.Modes is { } modes
            ? ("modes", modes.Verdict(analysis.Request.Level))
            : (
                "blind spot",
                "Scores do not know how much weight separate modes have: a mode that is missing altogether changes none of these "
                + "numbers."));
        return verdicts;
    }

    private static string Test(KsdAnalysis analysis)
    {
        KsdRequest request = analysis.Request;
        string p = NumberText.Fixed(analysis.Test.AggregatedPValue, Decimals(analysis));
        string subset = analysis.Tested < analysis.Samples.Count ? $" ({analysis.Tested} evenly spaced samples were tested)" : "";
        if (request.Estimator is not null)
        {
            return $"Nothing was tested: the scores were estimated from the samples themselves by {request.Estimator.Name}, so that they "
                + $"fit whatever the samples come from. The p-value, {p}, says nothing about a model.";
        }

        return analysis.IsRejectedByTest
            ? $"Rejected at level {request.Level}: samples of the model would differ as much with probability {p}, over all bandwidths "
                + $"together{subset}."
            : $"No difference was found at level {request.Level}: p = {p} over all bandwidths together{subset}.";
    }

    private static string Order(KsdAnalysis analysis)
    {
        if (analysis.Test.Autocorrelation is not { } autocorrelation)
            return $"The samples count as independent: {analysis.Test.Replicates} multinomial replicates of the U-statistic.";
        int count = analysis.Samples.Chains.Starts.Count;
        string chains = count == 1 ? "one chain in the order of the file" : $"{count} chains";
        return $"The samples count as {chains}, with an autocorrelation time of {autocorrelation.Time:F1} samples: "
            + $"{analysis.Test.Replicates} wild replicates of the V-statistic, whose signs flip "
            + $"with probability {analysis.Test.FlipProbability:G3} from one sample to the next. If their order means "
            + "nothing, use --independent.";
    }

    private static string Bandwidth(KsdAnalysis analysis)
    {
        string chosen = analysis.Request.Bandwidths.Length > 0
            ? "as given"
            : analysis.Samples.Count > MedianDistance.MaxSamples
                ? $"the median distance between {MedianDistance.MaxSamples} evenly spaced samples"
                : "the median distance between samples";
        KsdRow[] near = [.. analysis.Rows.Where(row => row.Factor is 0.5 or 1 or 2)];
        int rejected = near.Count(row => row.PValue <= analysis.Request.Level);
        string agreement = rejected == 0 || rejected == near.Length
            ? "The verdict is the same at half and at twice the bandwidth"
            : $"The verdict depends on the bandwidth: p is {string.Join(", ", near.Select(row => NumberText.Fixed(row.PValue, 3)))} at "
                + "half, once and twice";
        return $"h = {string.Join(" + ", near[1].Kernel.Bandwidths.Select(bandwidth => $"{bandwidth:G4}"))} ({chosen}). {agreement}.";
    }

    private static string Identity(KsdAnalysis analysis)
    {
        SteinIdentity mean = analysis.Identity;
        (double low, double high) = mean.Interval;
        string interval = $"{NumberText.Fixed(low, 3)} to {NumberText.Fixed(high, 3)}";
        string ratio = $"−mean((x − c)·s)/D = {NumberText.Fixed(mean.Ratio, 3)} ({interval})";
        if (mean.Ratio < WrongSign)
        {
            return $"{ratio}; it is 1 under the model, and near −1 where the scores have the wrong sign: gradients of the potential, −log "
                + "p, as in CmdStan's g_ columns. Try --negate-scores.";
        }

        // A single coordinate is the principal axis. Two-sided at the 5 % level over all axes together.
        KsdAxis[] principal = analysis.Samples.Dimension > 1 ? [.. analysis.PrincipalAxes] : [];
        int count = analysis.Samples.Dimension + principal.Length;
        double limit = MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 1 - (0.025 / count));

        // Of independent samples of the model too, principal axes are longer and shorter than the truth, by the eigenvalues of noise.
        double slack = 2 * Math.Sqrt(analysis.Samples.Dimension / analysis.Coordinates.Min(axis => axis.EffectiveSamples));
        KsdAxis[] off =
        [
            .. analysis.Coordinates.Where(axis => IsOff(axis, 0)),
            .. principal.Where(axis => IsOff(axis, slack)),
        ];
        if (off.Length == 0)
            return $"{ratio}, and no coordinate or principal axis is far from 1: the samples are as wide as the model.";
        KsdAxis worst = off.MaxBy(axis => Math.Abs(axis.Identity.Ratio - 1))!;
        string meaning = worst.Identity.Ratio > 1
            ? "wider than the model there, as at that temperature"
            : worst.Identity.Ratio > 0.1
                ? "narrower than the model there"
                : worst.Identity.Ratio > WrongSign
                    ? "collapsed there"
                    : "with scores of the wrong sign there";
        string axes = principal.Length == 0 ? "" : $" {off.Length} of {count} coordinates and principal axes are not 1.";
        return $"{ratio}.{axes} Along {worst.Name} it is "
            + $"{NumberText.Fixed(worst.Identity.Ratio, 3)}: the samples are {meaning}.";

        bool IsOff(KsdAxis axis, double allowed)
            => Math.Abs(axis.Identity.Ratio - 1) > (limit * axis.Identity.StandardError) + allowed;
    }

    private static string SampleSize(KsdAnalysis analysis)
    {
        KsdAxis worst = analysis.Coordinates.MinBy(axis => axis.EffectiveSamples)!;
        string remark = worst.EffectiveSamples < 100 ? " That is too few for a test of a chain to be relied on; run it for longer." : "";
        return $"The {analysis.Samples.Count} samples are worth {worst.EffectiveSamples:F0} independent ones for the mean of {worst.Name}, "
            + $"the least of all coordinates.{remark}";
    }

    private static string Influence(KsdAnalysis analysis)
    {
        double[] influence = analysis.Influence!;
        int[] order = [.. Enumerable.Range(0, influence.Length).OrderByDescending(i => influence[i])];
        int count = Math.Max(1, (int)(InfluentialShare * influence.Length));
        double share = order.Take(count).Sum(i => influence[i]) / influence.Sum(Math.Abs);
        return $"The {count} samples with the largest contributions make up {100 * share:F0} % of the sizes of all; the first is sample "
            + $"{order[0] + 1}.";
    }

    private static string Chains(KsdAnalysis analysis)
    {
        double mean = analysis.Chains.Average(chain => chain.U);
        KsdChain worst = analysis.Chains.MaxBy(chain => Math.Abs(chain.U - mean) / chain.StandardError)!;
        double distance = Math.Abs(worst.U - mean) / worst.StandardError;
        return distance > 4
            ? $"Chain {worst.Chain} differs from the others: {distance:F1} standard errors from their mean."
            : $"The chains agree: none is more than {distance:F1} standard errors from their mean.";
    }

    /// <summary>
    /// A coordinate with a hard edge: values of one sign that come close to 0, or many of them next to the smallest or largest.
    /// </summary>
    private static string? Support(KsdAnalysis analysis)
    {
        const int MinSamples = 50;
        KsdSamples samples = analysis.Samples;
        if (samples.Count < MinSamples || samples.IsTransformed)
            return null;
        for (int d = 0; d < samples.Dimension; d++)
        {
            int column = d;
            IEnumerable<double> values = Enumerable.Range(0, samples.Count).Select(i => samples.Values[(i * samples.Dimension) + column]);
            double least = values.Min(), most = values.Max();
            (double nearest, double farthest) = least > 0 ? (least, most) : (-most, -least);
            if (nearest > 0 && nearest < 0.05 * farthest)
            {
                return $"All values of {samples.Names[d]} have one sign and come close to 0. If the density lives on a half-line, none of "
                    + $"these numbers holds: give --{(least > 0 ? "lower" : "upper")} {samples.Names[d]}=0, or pass the logarithms, with "
                    + "the scores of their density.";
            }

            if (Edge(values, least, most) is { } edge)
            {
                return $"Many values of {samples.Names[d]} are next to {edge:G4}, and none is beyond. If the support of the density ends "
                    + $"there, none of these numbers holds: give --{(edge == least ? "lower" : "upper")}, or transform the samples to "
                    + "the whole space, with the scores of their density.";
            }
        }

        return null;
    }

    /// <summary>The end of values next to which, within a hundredth of their range, are many different ones; null for none.</summary>
    private static double? Edge(IEnumerable<double> values, double least, double most)
    {
        const int MinValues = 8;
        double near = 0.01 * (most - least);
        HashSet<double> low = [], high = [];
        int count = 0;
        foreach (double value in values)
        {
            count++;
            if (value <= least + near)
                low.Add(value);
            if (value >= most - near)
                high.Add(value);
        }

        int limit = Math.Max(MinValues, count / 150);
        return low.Count > limit ? least : high.Count > limit ? most : null;
    }

    /// <summary>As many decimals as the smallest p-value has.</summary>
    private static int Decimals(KsdAnalysis analysis) => (int)Math.Ceiling(Math.Log10(analysis.Test.Replicates + 1));
}
