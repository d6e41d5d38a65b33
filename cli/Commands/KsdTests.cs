using System.Diagnostics;
using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Stein.Engine.Samples;
using Stein.Experiments.Reports;

namespace Stein.Cli.Commands;

/// <summary>The outcome of one more test of the same samples.</summary>
internal sealed record KsdTest(GoodnessOfFitTest Test, TestOutcome Outcome, double Seconds);

/// <summary>Other goodness-of-fit tests of the same samples, such as those of the benchmark.</summary>
/// <param name="Tests">In the order they were asked for.</param>
/// <param name="Tested">The number of samples that were tested.</param>
/// <param name="Order">Of these.</param>
internal sealed record KsdTests(IReadOnlyList<KsdTest> Tests, int Tested, string Order)
{
    /// <summary>The number of samples up to which all are tested. Some tests form all pairs.</summary>
    private const int MaxTested = 4000;

    /// <summary>Those that need no samples of the model.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. GoodnessOfFitTests.All.Where(test => !test.SamplesModel).Select(test => test.Name)];

    /// <summary>Those of them that take chains.</summary>
    public static IReadOnlyList<string> NamesForChains { get; } =
        [.. Names.Where(name => GoodnessOfFitTests.Find(name).TakesChains)];

    /// <summary>
    /// Tests the samples with coordinates in standard deviations: independent ones in a random order, since some tests train with the first
    /// of them, and chains in theirs.
    /// </summary>
    /// <exception cref="ArgumentException">Samples or scores cannot be used.</exception>
    public static KsdTests Compute(KsdRequest request, KsdSamples samples, PhaseProgress progress, CancellationToken cancellation)
    {
        (int[] rows, ChainRows? chains) = Select(request, samples);
        int dimension = samples.Dimension;
        double[] values = SampleMatrix.Select(samples.Values, dimension, rows);
        double[] scores = SampleMatrix.Select(samples.Scores, dimension, rows);
        for (int d = 0; d < dimension; d++)
        {
            double deviation = Enumerable.Range(0, rows.Length).Select(i => values[(i * dimension) + d]).StandardDeviation();
            if (!(deviation > 0))
                throw new ArgumentException($"{samples.Names[d]} is the same in all samples, so that they cannot be compared along it.");
            for (int i = d; i < values.Length; i += dimension)
                (values[i], scores[i]) = (values[i] / deviation, scores[i] * deviation);
        }

        var tested = new TestSamples(values, scores, dimension, Chains: chains);
        List<KsdTest> tests = [];
        foreach (GoodnessOfFitTest test in request.Tests.Select(GoodnessOfFitTests.Find))
        {
            cancellation.ThrowIfCancellationRequested();
            progress.Begin($"testing {tested.Count} samples by {test.Title}");
            if (tested.Count < test.MinSamples)
                throw new ArgumentException($"{tested.Count} samples are too few for {test.Title}; give {test.MinSamples} or more.");
            long start = Stopwatch.GetTimestamp();
            using Device device = DeviceCatalog.Create(ScoreDevice.Accurate);
            TestOutcome outcome = test.Prepare(device, tested.Count, dimension, request.Replicates)(tested, new(request.Seed, 0));
            tests.Add(new(test, outcome, Stopwatch.GetElapsedTime(start).TotalSeconds));
        }

        return new(tests, tested.Count, chains is null ? "in random order" : "of chains");
    }

    public string Verdict(double level)
    {
        string[] rejecting = [.. Tests.Where(test => test.Outcome.PValue <= level).Select(test => test.Test.Title)];
        string of = $"{Tested} samples {Order}";
        return rejecting.Length == 0
            ? $"No difference was found at level {level} by any of {Tests.Count} tests of {of}."
            : $"Rejected at level {level}, of {of}, by {string.Join("; ", rejecting)}. Each test has that level by itself.";
    }

    public void Print() => Column<KsdTest>.Print(
        "Other tests",
        [
            new("test", test => test.Test.Title),
            new("statistic", test => SignificantText.Number(test.Outcome.Statistic)),
            new("p", test => NumberText.Fixed(test.Outcome.PValue, 4)),
            new("seconds", test => SignificantText.Number(test.Seconds)),
        ],
        Tests);

    public object Summary() => new
    {
        TestedSamples = Tested,
        Each = Tests.Select(test => new { test.Test.Name, test.Outcome.Statistic, P = test.Outcome.PValue }),
    };

    public IEnumerable<Section> Sections() =>
    [
        DataTable.Create(
            "tests",
            Tests,
            new("test", test => test.Test.Name),
            new("statistic", test => test.Outcome.Statistic),
            new("p", test => test.Outcome.PValue)),
    ];

    /// <summary>Of too many samples, some drawn at random, or evenly spaced ones of each chain.</summary>
    private static (int[] Rows, ChainRows? Chains) Select(KsdRequest request, KsdSamples samples)
    {
        if (!request.IsIndependent)
        {
            (ChainRows chains, int[] rows) = samples.Chains.Thin((samples.Count + MaxTested - 1) / MaxTested);
            return (rows, chains);
        }

        int[] order = [.. Enumerable.Range(0, samples.Count)];
        new PhiloxStream(request.Seed, StreamPurpose.HeldOut).Shuffle(order);
        return ([.. order.Take(MaxTested)], null);
    }
}
