using CsvHelper;
using MathNet.Numerics.Distributions;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>A published share of rejections.</summary>
/// <param name="Cell">The config of ours that it is compared with; trials and seed do not matter.</param>
/// <param name="Trials">Tests behind the published share.</param>
internal sealed record PublishedPower(GofSettings Cell, double Power, int Trials)
{
    /// <summary>Whether a config asks for the same test of the same problem.</summary>
    public bool IsOf(GofSettings config)
        => config with { Trials = Cell.Trials, Seed = Cell.Seed } == Cell;

    /// <summary>The <see cref="Verdict(double, int, double, int)"/> on a share of ours.</summary>
    public string Verdict(double power, int trials) => Verdict(power, trials, Power, Trials);

    /// <summary>
    /// agrees, higher or lower: whether the difference of two shares is within its 95 % interval around 0, by the standard error of two
    /// binomial samples of one probability.
    /// </summary>
    public static string Verdict(double share, int trials, double published, int publishedTrials)
    {
        double pooled = ((share * trials) + (published * publishedTrials)) / (trials + publishedTrials);
        double error = Math.Sqrt(pooled * (1 - pooled) * ((1.0 / trials) + (1.0 / publishedTrials)));
        return Math.Abs(share - published) <= Normal.InvCDF(0, 1, 0.975) * error ? "agrees" : share > published ? "higher" : "lower";
    }
}

/// <summary>A row of a file of published powers; blank where a setting does not matter.</summary>
[CsvRecord]
internal sealed partial record PublishedPowerRow(
    [CsvColumn("problem")] string Problem,
    [CsvColumn("test")] string Test,
    [CsvColumn("dimension")] int Dimension,
    [CsvColumn("difference")] double? Difference,
    [CsvColumn("hidden")] int? Hidden,
    [CsvColumn("model_seed")] uint? ModelSeed,
    [CsvColumn("varies_model")] bool? VariesModel,
    [CsvColumn("samples")] int Samples,
    [CsvColumn("replicates")] int Replicates,
    [CsvColumn("trials")] int Trials,
    [CsvColumn("power")] double Power);
