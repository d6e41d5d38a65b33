using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.Random;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Tests.Studies;

internal sealed record MeanErrorSettings
{
    [Description("numbers in a sample"), Range(1, 1_000_000), Option("n", "samples")]
    public int Samples { get; init; } = 100;

    [Description("samples drawn"), Range(2, 100_000)]
    public int Trials { get; init; } = 200;

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

internal sealed record MeanErrorDraw(int Trial, double Mean);

/// <summary>How the mean of standard normal numbers spreads: by 1/√N.</summary>
internal sealed class MeanError : Study<MeanErrorSettings, MeanErrorDraw>
{
    private static readonly Quantity<MeanErrorDraw> Spread = new("spread", draws => draws.Select(draw => draw.Mean).StandardDeviation());
    public override string Name => "mean-error";
    public override string Title => "The spread of the mean of N standard normal numbers";
    public override string Source => "every textbook";
    public override int ProtocolVersion => 1;
    public override IReadOnlyList<(string Arguments, string Meaning)> Examples => [("--n 10,100,1000", "the spread of three means")];
    protected override IReadOnlyList<Quantity<MeanErrorDraw>> Quantities => [Spread];
    protected override IReadOnlyList<MeanErrorSettings> Configs(GridScale scale)
        => [.. from count in (int[])[10, 100, 1000]
               select new MeanErrorSettings { Samples = count, Trials = scale == GridScale.Paper ? 200 : 20 }];

    protected override double Operations(MeanErrorSettings config) => 30.0 * config.Samples * config.Trials;
    protected override string Describe(MeanErrorSettings config) => $"N = {config.Samples}";
    protected override int Draws(MeanErrorSettings config) => config.Trials;
    protected override Func<int, MeanErrorDraw> Prepare(MeanErrorSettings config, Device device) => index =>
    {
        var stream = new PhiloxStream(config.Seed, StreamPurpose.TrainingData, (uint)index);
        return new(index, Enumerable.Range(0, config.Samples).Select(_ => stream.NextNormal()).Mean());
    };

    protected override Report Compose(Results<MeanErrorSettings> results) => new(
    [
        DataTable.Create("spread", results.Runs, new("samples", run => run.Config.Samples), new("spread", run => run[Spread])),
        Table.Create("spread", Title, $"Standard deviation of the mean over draws.{results.Remarks}", results.Runs,
            new("N", run => $"{run.Config.Samples}"), new("spread", run => NumberText.Fixed(run[Spread], 3))),
        new Figure("spread", "Standard deviation of the mean over draws against N; both axes are logarithmic.",
            new Axis("N") { Scale = Scale.Log10, Ticks = Ticks.Decades },
            new Axis("Spread of the mean") { Scale = Scale.Log10, Ticks = Ticks.Decades },
            [new Series("measured", SeriesStyle.Of(0), [.. results.Runs.Select(run => new Point(run.Config.Samples, run[Spread]))])]),
    ]);
}
