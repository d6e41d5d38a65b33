using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.DeepKernels;

/// <summary>One energy model, trained on samples of a density in the plane.</summary>
internal sealed record DeepKernelPlaneSettings
{
    [Description("density in the plane that samples come from"), OneOf(typeof(PlanarDensity))]
    public string Data { get; init; } = "modes";

    [Description("what is minimised"), OneOf(typeof(PlaneMethod)), Option("method", "methods")]
    public string Method { get; init; } = PlaneMethod.Deep;

    [Description("what the features of a deep kernel maximise"), OnlyFor(nameof(Method), PlaneMethod.Deep)]
    public DeepKernelNormalisation Normalisation { get; init; } = DeepKernelNormalisation.Deviation;

    [Description("share ε of the plain kernel"), Range(0.0, 1, MaximumIsExclusive = true), OnlyFor(nameof(Method), PlaneMethod.Deep)]
    public double Mixture { get; init; } = 0.1;

    [Description("steps of the features for each step of the model"), Range(1, 1000), OnlyFor(nameof(Method), PlaneMethod.Deep)]
    public int InnerSteps { get; init; } = 1;

    [Description("units in each of the two hidden layers of the energy"), Range(1, 4096)]
    public int Hidden { get; init; } = 64;

    [Description("samples per batch, new ones every time"), Range(2, 100_000)]
    public int Batch { get; init; } = 200;

    [Description("steps of Adam"), Range(1, 100_000_000)]
    public int Iterations { get; init; } = 4000;

    [Description("step size of Adam, for the energy and for the features"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 1e-3;

    [Description("test samples"), Range(2, 1_000_000)]
    public int TestSamples { get; init; } = 2000;

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>What an energy model is trained by.</summary>
internal static class PlaneMethod
{
    public const string ScoreMatching = "score-matching";
    public const string Ksd = "ksd";
    public const string Deep = "deep-ksd";

    public static IReadOnlyList<string> Names { get; } = [ScoreMatching, Ksd, Deep];

    /// <summary>In tables.</summary>
    public static string TitleOf(DeepKernelPlaneSettings settings) => settings.Method switch
    {
        ScoreMatching => "score matching",
        Ksd => "KSD",
        _ => settings.Normalisation switch
        {
            DeepKernelNormalisation.Raw => "deep KSD, raw",
            DeepKernelNormalisation.Deviation => "deep KSD over its deviation",
            _ => "deep KSD over its diagonal",
        },
    };
}

/// <summary>
/// "Kernel methods ever suitable? Answer (?): deep kernel learning, min_θ max_φ KSD_φ", on a slide of the talk: energy models in the plane,
/// where the likelihood of a model that is not normalised can be computed on a grid.
/// </summary>
internal sealed class DeepKernelPlane : TrainingStudy<DeepKernelPlaneSettings>
{
    /// <summary>Points along each side of the grid of the pictures.</summary>
    internal const int Pixels = 50;

    /// <summary>The probabilities of the model in the pixels of the picture, one line per row of it, the lowest first.</summary>
    internal const string DensityFile = "density.csv";

    /// <summary>The same of k_f(c, ·) for the centres c, one picture below the other.</summary>
    internal const string KernelFile = "kernel.csv";

    /// <summary>The points whose kernels are drawn.</summary>
    internal static readonly (double X, double Y)[] Centres = [(-1, -0.5), (1, 0.5), (0, 0), (0, 2.5)];

    /// <summary>The mean log-likelihood of the true density on the test samples minus that of the model, nats.</summary>
    public static readonly Quantity Gap = new("gap");

    /// <summary><c>E‖s_θ − s‖²</c> over the test samples.</summary>
    public static readonly Quantity Fisher = new("fisher_divergence");

    private static readonly DeepKernelPlaneSettings[] Rows =
    [
        new() { Method = PlaneMethod.ScoreMatching },
        new() { Method = PlaneMethod.Ksd },
        .. Enum.GetValues<DeepKernelNormalisation>().Select(normalisation => new DeepKernelPlaneSettings { Normalisation = normalisation }),
    ];

    public override string Name => "deep-kernel-2d";

    public override string Title => "Energy models in the plane by KSD with deep kernels";

    public override string Source =>
        "Li, Make Stein's method great again for generative modelling?; Sutherland et al., Generative models and model "
            + "criticism via optimized maximum mean discrepancy, ICLR 2017 (the objective of a kernel); no numbers";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--data moons --method score-matching,ksd,deep-ksd --iterations 1000", "three ways to train one energy; takes seconds")];

    protected override IReadOnlyList<DeepKernelPlaneSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(PlanarDensity.Names, 5, new()),
        GridScale.Quick => Grid(["modes"], 1, new() { Iterations = 200, Batch = 100, Hidden = 32 }),
        _ => Grid(["modes"], 2, new() { Iterations = 20, Batch = 12, Hidden = 4, TestSamples = 30 }),
    };

    protected override string SpeedClass(DeepKernelPlaneSettings config) => config.Method;

    protected override double Operations(DeepKernelPlaneSettings config)
    {
        (double b, double h) = (config.Batch, config.Hidden);
        double kernel = config.Method == PlaneMethod.Deep ? config.InnerSteps + 1 : 0;
        return config.Iterations * ((30 * b * h * h) + (b * b * (10 + (kernel * 2000))));
    }

    protected override string Describe(DeepKernelPlaneSettings config)
        => $"{PlaneMethod.TitleOf(config)}, {config.Data}, seed {config.Seed}";

    protected override int Iterations(DeepKernelPlaneSettings config) => config.Iterations;

    protected override Func<int, bool> IsMeasured(DeepKernelPlaneSettings config)
        => iteration => iteration % Math.Max(1, config.Iterations / 20) == 0;

    protected override ITraining Begin(DeepKernelPlaneSettings config, Device device) => new PlaneTraining(config, device);

    protected override Report Compose(Results<DeepKernelPlaneSettings> results)
    {
        IReadOnlyList<Condition<DeepKernelPlaneSettings>> rows = results.Conditions(config => config with { Seed = 0 });
        return new(
        [
            DataTable.Create("runs", results.Runs,
            [
                .. Results<DeepKernelPlaneSettings>.SettingColumns("data", "method", "normalisation", "mixture", "inner_steps", "seed"),
                .. Results<DeepKernelPlaneSettings>.QuantityColumns(
                    [Gap, Fisher, KernelQuantities.Mean, KernelQuantities.LargestShare, KernelQuantities.EffectiveRank]),
                new("diverged", run => run.IsDiverged ? 1 : 0),
                new("seconds", run => run.Seconds),
            ]),
            Pivot(
                "gaps",
                "Gap of the test log-likelihood, nats",
                "Of the true density minus that of the model, which is normalised on a grid.",
                row => row.Over(Gap).Text()),
            Pivot(
                "errors",
                "Fisher divergence of the score on test samples",
                "E‖s_θ − s‖² over samples of the true density, with the true score s.",
                row => row.Over(Fisher).Text()),
            Pivot(
                "kernels",
                "What becomes of the kernel",
                $"Mean of the trained factor over pairs of different samples of the last batch, effective rank of its matrix as a share "
                    + "of the samples, and in how many runs it collapsed.",
                row => double.IsNaN(row.Over(KernelQuantities.Mean).Mean) ? NumberText.Missing : KernelQuantities.Text(row)),
            .. results.By(config => config.Data).Select(part => Curves(part.Key, part.Part)),
            .. results.By(config => config.Data).Select(part => Pictures(part.Key, part.Part)),
            .. results.By(config => config.Data).Select(part => Kernels(part.Key, part.Part)).OfType<Figure>(),
        ]);

        Table Pivot(string name, string title, string caption, Func<Condition<DeepKernelPlaneSettings>, string> cell) => Table.Pivot(
            name,
            title,
            $"{caption} Mean over the seeds, with standard errors.{results.Remarks}",
            rows,
            [new("method", row => PlaneMethod.TitleOf(row.Config))],
            row => row.Config.Data,
            data => data,
            row => row.WithSeeds(cell(row)));
    }

    private static Figure Curves(string data, Results<DeepKernelPlaneSettings> results) => new(
        $"curves_{data}",
        $"The gap of the test log-likelihood while training on {data}, mean over the seeds with one standard error.",
        new Axis("Iteration") { Ticks = new Ticks.Numbers { IsWhole = true } },
        new Axis($"Gap (nats), {data}") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
        results.Curves(PlaneMethod.TitleOf, Gap));

    /// <summary>The true density and those of the first seed's models.</summary>
    private static Figure Pictures(string data, Results<DeepKernelPlaneSettings> results) => Panels(
        $"densities_{data}",
        $"The density {data} and the models of the first seed, from {-PlaneTraining.Extent} to {PlaneTraining.Extent} in both directions, "
            + "each as a share of its largest value.",
        [
            ("truth", PlaneTraining.Truth(PlanarDensity.Find(data), Pixels)),
            .. results.By(PlaneMethod.TitleOf).Select(row => (row.Key, Picture(row.Part.Runs[0], DensityFile))),
        ]);

    /// <summary>The trained factors of the first seed's kernels around some points.</summary>
    private static Figure? Kernels(string data, Results<DeepKernelPlaneSettings> results)
    {
        var rows = results.Where(config => config.Method == PlaneMethod.Deep).By(PlaneMethod.TitleOf);
        return rows.Count == 0 ? null : Panels(
            $"kernels_{data}",
            $"What the features have learned on {data}, first seed: the trained factor k_f(c, ·) of the kernel around "
                + string.Join(", ", Centres.Select(centre => string.Create(CultureInfo.InvariantCulture, $"({centre.X}, {centre.Y})")))
                + ", one panel per normalisation, from left to right and from bottom to top.",
            [.. rows.Select(row => (row.Key, Picture(row.Part.Runs[0], KernelFile)))]);
    }

    private static double[][] Picture(StoredRun<DeepKernelPlaneSettings> run, string file) =>
    [
        .. File.ReadLines(Path.Combine(run.Folder, file)).Select(
            line => Array.ConvertAll(line.Split(','), text => double.Parse(text, CultureInfo.InvariantCulture))),
    ];

    /// <summary>Grey pictures beside one another, the lowest line first.</summary>
    private static Figure Panels(string name, string caption, IReadOnlyList<(string Title, double[][] Lines)> panels)
    {
        const int PerRow = 3, Space = 8;
        var layers = new List<Layer>();
        foreach ((int place, (string title, double[][] lines)) in panels.Index())
        {
            (int width, int height, double largest) = (lines[0].Length, lines.Length, lines.Max(line => line.Max()));
            int left = place % PerRow * (width + Space), bottom = -(place / PerRow) * (height + Space);
            layers.Add(new HeatMap(
                "",
                [
                    .. lines.SelectMany((line, y) => line.Select((value, x) => new HeatCell(left + x, bottom + y, value / largest, ""))),
                ])
            {
                IsGrey = true,
            });
            layers.Add(new PanelFrame(title, new Box(left - 0.5, left + width - 0.5, bottom - 0.5, bottom + height - 0.5))
            {
                FontSize = 11,
            });
        }

        return new(name, caption, new(""), new(""), layers) { IsFrameless = true, IsRasterOnly = true };
    }

    private static DeepKernelPlaneSettings[] Grid(IReadOnlyList<string> densities, int seeds, DeepKernelPlaneSettings settings) =>
    [
        .. from data in densities
           from seed in Seeds.From(settings.Seed, seeds)
           from row in Rows
           select settings with { Data = data, Seed = seed, Method = row.Method, Normalisation = row.Normalisation },
    ];
}
