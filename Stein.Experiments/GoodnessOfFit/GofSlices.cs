using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Stein.Engine.Devices;
using Stein.Engine.GoodnessOfFit.Slices;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>One cell: slices for samples that differ from a model in a known way, chosen several times with new samples.</summary>
internal sealed record GofSlicesSettings
{
    [Description("model, and how the samples differ from it"), OneOf(typeof(KnownDifferences))]
    [Option("problem", "problems")]
    public string Problem { get; init; } = "correlated";

    [Description("where the directions g come from"), OneOf(typeof(SliceOrigins))]
    public string Slices { get; init; } = "active";

    [Description("dimension D, and number of slices"), Range(2, 1000), Option("dim", "dimension")]
    public int Dimension { get; init; } = 10;

    [Description("correlation of coordinates 1 and 2, 3 and 4, …"), Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    [OnlyFor(nameof(Problem), "correlated")]
    public double Difference { get; init; } = 0.5;

    [Description("samples that choose the slices, and that the functions are learned from"), Range(20, 20_000), Option("n", "samples")]
    public int Samples { get; init; } = 1000;

    [Description("number of trials, each with its own samples"), Range(1, 1_000_000)]
    public int Trials { get; init; } = 10;

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>What the slices of one trial see.</summary>
/// <param name="Seen">
/// The share of the Fisher divergence <c>E|δ|²</c>, <c>δ = ∇log p − ∇log q</c>, that functions of one variable see along the slices:
/// <c>Σ_r E[E[δ_r | g_r·x]²]/E|δ|²</c>. With any functions of x it is 1.
/// </param>
/// <param name="Learned"><c>1 − E(f − f*)²/E f*²</c>, over all slices: the share of what is seen that the learned functions see.</param>
/// <param name="Strongest">r, the coordinate of the slice that sees most, from 1.</param>
/// <param name="Direction">Its g: D numbers, separated by spaces; the largest is positive.</param>
internal sealed record GofSlicesDraw(double Seen, double Learned, int Strongest, string Direction);

/// <summary>The problems of <see cref="GofProblem"/> whose samples differ from the model, and have a density with a known score.</summary>
internal static class KnownDifferences
{
    public static IReadOnlyList<string> Names { get; } = ["laplace", "student-t", "diffusion", "correlated"];
}

/// <summary>The origins of directions; another one is a line here, and one where they are chosen.</summary>
internal static class SliceOrigins
{
    private static readonly (string Id, string Title)[] All =
    [
        ("coordinates", "g = r"),
        ("random", "random g"),
        ("ascent", "gradient ascent"),
        ("active", "active, kernel-smoothed"),
        ("active-estimated", "active, by an estimator"),
        ("active-exact", "active, with the score of q"),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(origin => origin.Id)];

    public static string Title(string id) => All.Single(origin => origin.Id == id).Title;
}

/// <summary>
/// What slices see of a difference that is known, and how much of that learned functions see. The optimum for a slice is
/// <c>f*(y) = E_q[r·(s_p − s_q) | g·x = y]/(2λ)</c>, a regression in one dimension.
/// </summary>
internal sealed class GofSlices : Study<GofSlicesSettings, GofSlicesDraw>
{
    /// <summary>The samples at which functions are compared.</summary>
    private const int Points = 1000;

    /// <summary>What must be seen for the learned functions to have something to learn.</summary>
    private const double LeastSeen = 0.05;

    private static readonly Quantity<GofSlicesDraw> Seen = new("seen", draws => draws.Average(draw => draw.Seen));
    private static readonly Quantity<GofSlicesDraw> Learned = new("learned", draws => draws.Average(draw => draw.Learned));

    public override string Name => "gof-slices";

    public override string Title => "What slices see of a known difference, and what learned functions make of it";

    public override string Source =>
        "Gong, Li and Hernández-Lobato, Sliced kernelized Stein discrepancy, ICLR 2021, section 3; Gong, Zhang, Li and Hernández-Lobato, "
        + "Active slices for sliced Stein discrepancy, ICML 2021, sections 3 and 4";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--slices coordinates,active --trials 3", "a difference that no coordinate shows by itself, and that active slices find")];

    protected override IReadOnlyList<Quantity<GofSlicesDraw>> Quantities { get; } = [Seen, Learned];

    protected override IReadOnlyList<(string Name, Func<GofSlicesDraw, double> Value)> Metrics { get; } =
        [("seen", draw => draw.Seen), ("learned", draw => draw.Learned)];

    protected override IReadOnlyList<GofSlicesSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([10, 50], SliceOrigins.Names, new()),
        GridScale.Quick => Grid([5], SliceOrigins.Names, new() { Samples = 500, Trials = 2 }),
        _ => Grid([2], ["coordinates", "active-exact"], new() { Samples = 40, Trials = 2 }),
    };

    protected override double Operations(GofSlicesSettings config)
        => config.Trials * config.Dimension * ((600.0 * 20 * config.Samples) + (20.0 * Points * (Points + 2100)));

    protected override string SpeedClass(GofSlicesSettings config) => config.Slices;

    protected override string Describe(GofSlicesSettings config)
        => $"{SliceOrigins.Title(config.Slices)}, {config.Problem}, D = {config.Dimension}";

    protected override int Draws(GofSlicesSettings config) => config.Trials;

    protected override int MeasureEvery(GofSlicesSettings config) => 1;

    protected override string Status(IReadOnlyList<GofSlicesDraw> draws)
        => $"slices see {NumberText.Fixed(Seen.From(draws))} of the difference";

    protected override Func<int, GofSlicesDraw> Prepare(GofSlicesSettings config, Device device)
    {
        GofSettings cell = new() { Problem = config.Problem, Dimension = config.Dimension, Difference = config.Difference };
        GofHypothesis hypothesis = GofProblem.Of(cell).Hypothesis(cell);
        (ITarget model, ITarget truth) = (hypothesis.Model, hypothesis.Truth);
        int dimension = config.Dimension;
        SlicedWitnessSettings settings = new() { ClimbsSampleDirections = false };
        var witness = new SlicedWitness(device, config.Samples, Points, dimension, dimension, settings);
        Func<TestSamples, TestSeed, SliceSet> choose = Choice(config.Slices)?.Prepare(device, config.Samples, dimension)
            ?? ((training, _) => config.Slices == "coordinates"
                ? new(dimension, SliceSet.Coordinates(dimension), SliceSet.Coordinates(dimension))
                : new ExactSlices(training.Values, model, truth).For(SliceSet.Coordinates(dimension)));
        return index =>
        {
            TestSeed seed = new(config.Seed, (uint)index);
            var training = TestSamples.Of(truth.Sample(seed.Stream(StreamPurpose.TrainingData), config.Samples), model);
            double[] points = truth.Sample(seed.Stream(StreamPurpose.TestData), Points);
            SliceSet slices = choose(training, seed);
            witness.Train(
                training.Values,
                training.Scores,
                slices,
                seed.Stream(StreamPurpose.CriticInitialisation),
                seed.Stream(StreamPurpose.Batches));
            return Compare(slices, new ExactSlices(points, model, truth).Differences(), points, witness.Values(points), settings.Penalty);
        };
    }

    protected override Report Compose(Results<GofSlicesSettings> results) => new(
    [
        DataTable.Create(
            "slices",
            results.Runs,
            [
                .. Results<GofSlicesSettings>.SettingColumns(
                    "problem", "slices", "dimension", "difference", "samples", "trials", "seed"),
                .. Results<GofSlicesSettings>.QuantityColumns([Seen, Learned]),
            ]),
        Table("seen", "What slices see of the difference, in per cent", results, Seen, "Of the Fisher divergence E|∇log p − ∇log q|² that "
            + "all functions of x would see, the share that functions of g·x see, with a slice for each coordinate r."),
        Table("learned", "What learned functions see of that, in per cent", results, Learned, "1 − E(f − f*)²/E f*² for the functions f of "
            + "maxSSD, learned for fixed slices, and the optimum f*; empty where the slices see less than a twentieth."),
        .. from problem in results.Runs.GroupBy(run => (run.Config.Problem, run.Config.Dimension))
           where problem.Key.Dimension is > 2 and <= 20
           select DirectionFigure([.. problem], results.Remarks),
    ]);

    private static Table Table(
        string name, string title, Results<GofSlicesSettings> results, Quantity<GofSlicesDraw> quantity, string meaning)
        => Reports.Table.Pivot(
            name,
            title,
            $"{meaning} {results.Runs[0].Config.Trials} trials with {results.Runs[0].Config.Samples} samples of q each.{results.Remarks}",
            results.Runs,
            [new("slices", run => SliceOrigins.Title(run.Config.Slices))],
            run => (Place: KnownDifferences.Names.ToList().IndexOf(run.Config.Problem), run.Config.Dimension),
            column => $"{KnownDifferences.Names[column.Place]}, D = {column.Dimension}",
            run => quantity == Seen || run[Seen] >= LeastSeen ? NumberText.Fixed(100 * run[quantity], 1) : "",
            missing: "");

    /// <summary>The direction g of the slice that sees most, in the first trial.</summary>
    private Figure DirectionFigure(IReadOnlyList<StoredRun<GofSlicesSettings>> runs, string remarks)
    {
        const double Width = 0.12;
        GofSlicesSettings config = runs[0].Config;
        return new(
            $"directions_{config.Problem}_D{config.Dimension}",
            $"{GofProblem.Of(new() { Problem = config.Problem }).Sentence} The direction g of the slice that sees most of the difference "
            + $"in the first trial.{remarks}",
            new Axis("Coordinate") { Ticks = new Ticks.Numbers { IsWhole = true }, Margin = 0.03 },
            new Axis("Weight in g") { Limits = (-1.05, 1.05) },
            [
                new Rule("", SeriesStyle.Outline, 0) { LineWidth = 1 },
                .. runs.Select((run, index) =>
                {
                    GofSlicesDraw first = DrawsOf(run)[0];
                    double shift = (index - ((runs.Count - 1) / 2.0)) * Width;
                    return new Series(
                        $"{SliceOrigins.Title(run.Config.Slices)}, r = {first.Strongest}",
                        SeriesStyle.Of(index),
                        [
                            .. first.Direction.Split(' ').Select(
                                (weight, d) => new Point(d + 1 + shift, double.Parse(weight, CultureInfo.InvariantCulture))),
                        ])
                    {
                        HasLine = false,
                    };
                }),
            ]);
    }

    /// <summary>Null for those that no test chooses.</summary>
    private static SliceChoice? Choice(string slices) => slices switch
    {
        "random" => new(SliceSource.Random),
        "ascent" => new(SliceSource.Random, new()),
        "active" => new(SliceSource.KernelSmoothed),
        "active-estimated" => new(SliceSource.Estimated),
        _ => null,
    };

    /// <param name="differences">δ (N×D).</param>
    /// <param name="points">x (N×D, row-major).</param>
    /// <param name="functions">f of each slice (N×R, row-major).</param>
    private static GofSlicesDraw Compare(
        SliceSet slices, PaddedMatrix differences, double[] points, double[] functions, double penalty)
    {
        PaddedMatrix x = PaddedMatrix.FromRows(points, differences.Rows, slices.Dimension);
        double[] seen = new double[slices.Count];
        double missed = 0;
        for (int slice = 0; slice < slices.Count; slice++)
        {
            double[] along = Along(x, slices.Samples, slice);
            var optimum = new WitnessRegression(along, Along(differences, slices.Scores, slice), penalty);
            for (int i = 0; i < along.Length; i++)
            {
                double best = optimum.At(along[i]), error = functions[(i * slices.Count) + slice] - best;
                seen[slice] += best * best;
                missed += error * error;
            }
        }

        double fisher = differences.ToArray().Sum(difference => difference * difference) / (4 * penalty * penalty);
        int strongest = Array.IndexOf(seen, seen.Max());
        double[] g = slices.Samples[(strongest * slices.Dimension)..((strongest + 1) * slices.Dimension)];
        double sign = Math.Sign(g.MaxBy(Math.Abs));
        return new(
            seen.Sum() / fisher,
            1 - (missed / seen.Sum()),
            strongest + 1,
            string.Join(' ', g.Select(weight => (sign * weight).ToString("F4", CultureInfo.InvariantCulture))));

        double[] Along(PaddedMatrix rows, double[] directions, int slice)
            => GaussianPairs.Project(rows, directions.AsSpan(slice * slices.Dimension, slices.Dimension));
    }

    private static IReadOnlyList<GofSlicesSettings> Grid(int[] dimensions, IReadOnlyList<string> origins, GofSlicesSettings settings) =>
    [
        .. from problem in KnownDifferences.Names
           from dimension in dimensions
           from slices in origins
           select settings with { Problem = problem, Dimension = dimension, Slices = slices },
    ];
}
