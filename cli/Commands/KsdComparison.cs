using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Samples;
using Stein.Experiments.Reports;

namespace Stein.Cli.Commands;

/// <summary>Which of two sets of samples is closer to the model.</summary>
/// <param name="Rows">At half, once and twice the bandwidth.</param>
/// <param name="Compared">The numbers of samples that were compared.</param>
internal sealed record KsdComparison(
    string First,
    string Second,
    bool IsPaired,
    IReadOnlyList<(double Factor, SteinComparison Outcome)> Rows,
    (int First, int Second) Compared)
{
    private static readonly double[] Factors = [0.5, 1, 2];

    /// <exception cref="UsageException">The two do not have the same coordinates, or cannot be paired.</exception>
    public static void RequireMatch(KsdRequest request, KsdSamples samples, KsdSamples others)
    {
        if (samples.Dimension != others.Dimension)
        {
            throw new UsageException(
                $"{request.Compare!.Subject}: it has {others.Dimension} coordinates, and {request.Files.Subject} has "
                + $"{samples.Dimension}. Choose the coordinates by --columns.");
        }

        if (request.IsPaired && samples.Count != others.Count)
        {
            throw new UsageException(
                $"--paired: {request.Files.Subject} has {samples.Count} samples and {request.Compare!.Subject} has {others.Count}; "
                + "pairs need as many of both. Leave it out.");
        }
    }

    public static KsdComparison Compute(
        KsdRequest request, KsdSamples samples, KsdSamples others, PhaseProgress progress, CancellationToken cancellation)
    {
        string second = string.Join(' ', request.Compare!.Samples);
        progress.Begin($"comparing with {second}");
        (SteinSamples one, SteinSamples other) = (Some(samples), Some(others));
        double[] bandwidths = request.Bandwidths.Length > 0
            ? request.Bandwidths
            : [MedianDistance.Of([.. one.Samples, .. other.Samples], samples.Dimension)];
        var kernel = new SteinKernel(request.Kernel, bandwidths);
        SteinComparison[] outcomes = SteinComparison.Compute(
            one,
            other,
            [.. Factors.Select(kernel.Times)],
            request.IsPaired,
            progress,
            cancellation);
        return new(
            string.Join(' ', request.Files.Samples),
            second,
            request.IsPaired,
            [.. Factors.Zip(outcomes)],
            (one.Samples.Length / samples.Dimension, other.Samples.Length / samples.Dimension));

        SteinSamples Some(KsdSamples all)
        {
            (ChainRows chains, int[] rows) = all.Chains.Thin((all.Count + KsdAnalysis.MaxTested - 1) / KsdAnalysis.MaxTested);
            return new(
                SampleMatrix.Select(all.Values, all.Dimension, rows),
                SampleMatrix.Select(all.Scores, all.Dimension, rows),
                all.Dimension,
                request.IsIndependent ? null : chains);
        }
    }

    public string Verdict()
    {
        SteinComparison main = Rows.Single(row => row.Factor == 1).Outcome;
        int[] signs = [.. Rows.Select(row => row.Outcome.Interval is var (low, high) && (low > 0 || high < 0) ? Math.Sign(low) : 0)];
        string difference = $"the difference of KSD² is {SignificantText.WithError(main.Difference, main.StandardError)}, its 95 % "
            + $"interval {SignificantText.Number(main.Interval.Low)} to {SignificantText.Number(main.Interval.High)}";
        if (Array.TrueForAll(signs, sign => sign == signs[0]) && signs[0] != 0)
        {
            (string closer, string farther) = signs[0] < 0 ? (First, Second) : (Second, First);
            return $"{closer} is closer to the model than {farther}: {difference}, and the same at half and at twice the bandwidth.";
        }

        return Array.TrueForAll(signs, sign => sign == 0)
            ? $"Neither of the two is closer to the model beyond chance: {difference}."
            : $"Which of the two is closer depends on the bandwidth: {difference}.";
    }

    public void Print() => Column<(double Factor, SteinComparison Outcome)>.Print(
        $"{First} and {Second}{(IsPaired ? ", paired" : "")}",
        [
            new("bandwidth", row => string.Join(" + ", row.Outcome.Kernel.Bandwidths.Select(bandwidth => $"{bandwidth:G4}"))),
            new("first", row => SignificantText.Number(row.Outcome.First)),
            new("second", row => SignificantText.Number(row.Outcome.Second)),
            new("difference", row => SignificantText.WithError(row.Outcome.Difference, row.Outcome.StandardError)),
            new(
                "95 % interval",
                row => $"{SignificantText.Number(row.Outcome.Interval.Low)} to {SignificantText.Number(row.Outcome.Interval.High)}"),
        ],
        Rows);

    public object Summary() => new
    {
        Samples = First,
        Compared = Second,
        Paired = IsPaired,
        SamplesUsed = Compared.First,
        ComparedUsed = Compared.Second,
        Differences = Rows.Select(row => new
        {
            row.Factor,
            row.Outcome.Kernel.Bandwidths,
            row.Outcome.First,
            row.Outcome.Second,
            row.Outcome.Difference,
            DifferenceSe = row.Outcome.StandardError,
            row.Outcome.Interval.Low,
            row.Outcome.Interval.High,
        }),
    };

    public IEnumerable<Section> Sections() =>
    [
        DataTable.Create(
            "comparison",
            Rows,
            new("factor", row => row.Factor),
            new("bandwidths", row => string.Join(' ', row.Outcome.Kernel.Bandwidths.Select(bandwidth => bandwidth.ToString("R")))),
            new("first", row => row.Outcome.First),
            new("second", row => row.Outcome.Second),
            new("difference", row => row.Outcome.Difference),
            new("difference_se", row => row.Outcome.StandardError),
            new("low", row => row.Outcome.Interval.Low),
            new("high", row => row.Outcome.Interval.High)),
    ];
}
