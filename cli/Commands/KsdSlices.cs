using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Random;
using Stein.Engine.Samples;
using Stein.Experiments.Reports;

namespace Stein.Cli.Commands;

/// <summary>A slice, in coordinates divided by their standard deviations.</summary>
/// <param name="Slice">The number of its coordinate, from 1.</param>
/// <param name="Statistic">U for independent samples, V for chains.</param>
/// <param name="Score">The direction r of the scores (D).</param>
/// <param name="Test">The direction g of the samples (D).</param>
internal sealed record KsdSlice(int Slice, double Statistic, double PValue, double Bandwidth, double[] Score, double[] Test);

/// <summary>The directions along which some samples differ most from the model, and a test of the others along them.</summary>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Slices">The largest statistic first.</param>
/// <param name="PValue">That of the sum over the slices.</param>
/// <param name="Names">Of the coordinates.</param>
internal sealed record KsdSlices(
    string Kind,
    IReadOnlyList<KsdSlice> Slices,
    double Statistic,
    double PValue,
    (int Chosen, int Tested) Samples,
    IReadOnlyList<string> Names)
{
    private const int MaxChosen = 500;
    private const int MaxTested = 2000;
    private const int Steps = 200;

    /// <summary>Test directions alone, or score directions too.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["g", "rg"];

    /// <exception cref="ArgumentException">Samples, scores or the kernel cannot be used.</exception>
    public static KsdSlices Compute(KsdRequest request, KsdSamples samples, PhaseProgress progress, CancellationToken cancellation)
    {
        (int[] choosing, int[] testing, ChainRows? chains) = Split(request, samples);
        (double[] x, double[] s) = Take(choosing);
        double[] deviations =
        [
            .. Enumerable.Range(0, samples.Dimension).Select(
                d => Enumerable.Range(0, choosing.Length).Select(i => x[(i * samples.Dimension) + d]).StandardDeviation()),
        ];
        int flat = Array.FindIndex(deviations, deviation => !(deviation > 0));
        if (flat >= 0)
            throw new ArgumentException($"{samples.Names[flat]} is the same in all samples, so that no slice along it can be measured.");
        Standardise(x, s);
        progress.Begin($"choosing slices by {choosing.Length} samples");
        OptimisedSlices slices;
        using (Device device = DeviceCatalog.Create(ScoreDevice.Accurate))
        {
            slices = OptimisedSlices.Fit(
                device, x, s, samples.Dimension, request.Slices == Kinds[1], request.Kernel, Steps, progress, cancellation);
        }

        progress.Begin($"testing the slices by {testing.Length} other samples");
        (x, s) = Take(testing);
        Standardise(x, s);
        SteinView[] views = slices.Views(x, s, request.Kernel);
        JointSteinTest test = JointSteinTest.Compute(
            views, chains, request.Replicates, new(request.Seed, StreamPurpose.Bootstrap), progress: progress, cancellation: cancellation);
        return new(
            request.Slices!,
            [
                .. views.Select((_, index) => new KsdSlice(
                    index + 1,
                    test.Views[index].Statistic,
                    test.Views[index].PValue,
                    slices.Bandwidths[index],
                    slices.Slices[(index * samples.Dimension)..((index + 1) * samples.Dimension)],
                    slices.Tests[(index * samples.Dimension)..((index + 1) * samples.Dimension)]))
                    .OrderByDescending(slice => slice.Statistic),
            ],
            test.Sum,
            test.SumPValue,
            (choosing.Length, testing.Length),
            samples.Names);

        (double[] Samples, double[] Scores) Take(int[] rows) => (
            SampleMatrix.Select(samples.Values, samples.Dimension, rows), SampleMatrix.Select(samples.Scores, samples.Dimension, rows));

        void Standardise(double[] values, double[] scores)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] /= deviations[i % samples.Dimension];
                scores[i] *= deviations[i % samples.Dimension];
            }
        }
    }

    public string Verdict(double level)
    {
        KsdSlice first = Slices[0];
        string p = $"p = {NumberText.Fixed(PValue, 3)} on {Samples.Tested} samples other than the {Samples.Chosen} that the slices were "
            + "chosen by";
        return PValue <= level
            ? $"Rejected at level {level}: {p}. The samples differ most along {Formula(first.Test)}, coordinates in standard deviations."
            : $"No difference was found along the slices: {p}.";
    }

    public void Print()
    {
        const int MaxShown = 5;
        Column<KsdSlice>.Print(
            $"Slices (maxSKSD-{Kind}){(Slices.Count > MaxShown ? $", the {MaxShown} of {Slices.Count} with the largest KSD²" : "")}",
            [
                new("score direction r", slice => Formula(slice.Score)),
                new("test direction g", slice => Formula(slice.Test)),
                new("KSD²", slice => SignificantText.Number(slice.Statistic)),
                new("p", slice => NumberText.Fixed(slice.PValue, 4)),
            ],
            [.. Slices.Take(MaxShown)]);
    }

    public object Summary() => new
    {
        Kind,
        Statistic,
        P = PValue,
        ChosenBySamples = Samples.Chosen,
        TestedSamples = Samples.Tested,
        Each = Slices.Select(slice => new
        {
            slice.Slice,
            slice.Statistic,
            P = slice.PValue,
            slice.Bandwidth,
            R = slice.Score,
            G = slice.Test,
        }),
    };

    public IEnumerable<Section> Sections()
    {
        const int MaxDrawn = 3;
        const int MaxNamed = 12;
        const double Width = 0.22;
        KsdSlice[] drawn = [.. Slices.Take(MaxDrawn)];
        yield return DataTable.Create(
            "slices",
            Slices,
            [
                new("slice", slice => slice.Slice),
                new("statistic", slice => slice.Statistic),
                new("p", slice => slice.PValue),
                new("bandwidth", slice => slice.Bandwidth),
                .. Names.Select((name, d) => new DataColumn<KsdSlice>($"r_{name}", slice => slice.Score[d])),
                .. Names.Select((name, d) => new DataColumn<KsdSlice>($"g_{name}", slice => slice.Test[d])),
            ]);
        yield return new Figure(
            "slices",
            $"The test directions g of the {drawn.Length} slices with the largest discrepancies (maxSKSD-{Kind}), with "
            + $"p-values of samples that they were not chosen by; coordinates in standard deviations. The sum of all {Slices.Count} slices "
            + $"has p = {NumberText.Fixed(PValue, 3)}.",
            new Axis("Coordinate")
            {
                Ticks = Names.Count <= MaxNamed
                    ? Ticks.Texts([.. Names.Select((name, d) => (d + 1.0, name))])
                    : new Ticks.Numbers { IsWhole = true },
                Margin = 0.08,
            },
            new Axis("Weight in g") { Margin = 0.08 },
            [
                new Rule("", SeriesStyle.Outline, 0) { LineWidth = 1 },
                .. drawn.Select((slice, index) => new Boxes(
                    "", SeriesStyle.Of(index), [.. slice.Test.Select((weight, d) => Bar(Middle(d, index), weight))])),
                .. drawn.Select((slice, index) => new Series(
                    $"r = {Formula(slice.Score)}, p = {NumberText.Fixed(slice.PValue, 3)}",
                    SeriesStyle.Of(index),
                    [.. slice.Test.Select((weight, d) => new Point(Middle(d, index), weight))])
                {
                    HasLine = false,
                    LegendRank = index,
                }),
            ]);

        double Middle(int coordinate, int index) => coordinate + 1 + ((index - ((drawn.Length - 1) / 2.0)) * Width);

        static Box Bar(double middle, double weight)
            => new(middle - (Width / 2), middle + (Width / 2), Math.Min(0, weight), Math.Max(0, weight));
    }

    /// <summary>Rows that choose slices, and rows that test them: halves of chains, or every other one of independent samples.</summary>
    private static (int[] Choosing, int[] Testing, ChainRows? Chains) Split(KsdRequest request, KsdSamples samples)
    {
        const int MinTested = 10;
        if (samples.Count < 2 * MinTested)
        {
            throw new ArgumentException(
                $"{samples.Count} samples are too few for slices, of which half choose and half test; give 20 or more.");
        }

        var choosing = new List<int>();
        var testing = new List<int>();
        var starts = new List<int>();
        if (request.IsIndependent)
        {
            choosing.AddRange(Enumerable.Range(0, samples.Count).Where(row => row % 2 == 0));
            testing.AddRange(Enumerable.Range(0, samples.Count).Where(row => row % 2 == 1));
            return (Some(choosing, MaxChosen), Some(testing, MaxTested), null);
        }

        int step = ((samples.Count / 2) + MaxTested - 1) / MaxTested;
        foreach ((int first, int end) in samples.Chains.Ranges)
        {
            int middle = (first + end) / 2;
            choosing.AddRange(Enumerable.Range(first, middle - first));
            starts.Add(testing.Count);
            for (int row = middle; row < end; row += step)
                testing.Add(row);
        }

        return (Some(choosing, MaxChosen), [.. testing], new(testing.Count, starts));

        static int[] Some(List<int> rows, int most)
            => [.. SampleMatrix.EvenlySpaced(Math.Min(most, rows.Count), rows.Count).Select(index => rows[index])];
    }

    /// <summary>The largest weights of a direction, as in "0.92 a − 0.39 b".</summary>
    private string Formula(double[] direction)
    {
        const int MaxTerms = 3;
        int[] largest = [.. Enumerable.Range(0, direction.Length).OrderByDescending(d => Math.Abs(direction[d])).Take(MaxTerms)];
        string text = "";
        foreach (int d in largest.Where(d => Math.Abs(direction[d]) >= 0.005))
        {
            string weight = Math.Abs(direction[d]) > 0.995 ? "" : $"{NumberText.Fixed(Math.Abs(direction[d]))} ";
            string sign = direction[d] < 0 ? (text.Length == 0 ? "−" : " − ") : text.Length == 0 ? "" : " + ";
            text += $"{sign}{weight}{Names[d]}";
        }

        double rest = direction.Select((weight, d) => largest.Contains(d) ? 0 : weight * weight).Sum();
        return rest > 0.05 ? $"{text} + …" : text;
    }
}
