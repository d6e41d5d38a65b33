using CsvHelper;
using Stein.Engine.GoodnessOfFit;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>A row of <c>tests.csv</c>: a finished cell.</summary>
/// <param name="Problem">See <see cref="MixtureProblem.Names"/>.</param>
/// <param name="Dimension">D.</param>
/// <param name="Separation">m.</param>
/// <param name="Weight">π of the sample; NaN where it plays no part.</param>
/// <param name="IsNull">Whether the sample is the model's own.</param>
/// <param name="Remedy">See <see cref="MixtureSettings.Remedies"/>.</param>
/// <param name="Sigma">Of the noise; NaN for others.</param>
/// <param name="Temperature">NaN for others than <c>temper</c>.</param>
/// <param name="Samples">N.</param>
/// <param name="Kernel">Of the discrepancy.</param>
/// <param name="Bootstrap">Its weights.</param>
/// <param name="Replicates">B.</param>
/// <param name="Level">α.</param>
/// <param name="Seed">Of everything random.</param>
/// <param name="Trials">Tests.</param>
/// <param name="Rejections">How many rejected.</param>
/// <param name="Power">The share that rejected: the level where <paramref name="IsNull"/>.</param>
/// <param name="Lower">Of the 95 % interval of the power (Clopper and Pearson).</param>
/// <param name="Upper">Of the 95 % interval of the power.</param>
/// <param name="Agrees">
/// Under the hypothesis: whether the count agrees with the level, being within the central 95 % of its binomial law, or is lower or
/// higher; empty elsewhere.
/// </param>
/// <param name="Statistic">The mean of the statistic.</param>
/// <param name="StatisticError">Its standard error.</param>
/// <param name="ChosenSigma">The geometric mean of the σ that a rule chose; NaN for others.</param>
[CsvRecord]
internal sealed partial record MixtureResult(
    [CsvColumn("problem")] string Problem,
    [CsvColumn("dim")] int Dimension,
    [CsvColumn("separation")] double Separation,
    [CsvColumn("weight")] double Weight,
    [CsvColumn("is_null")] bool IsNull,
    [CsvColumn("remedy")] string Remedy,
    [CsvColumn("sigma")] double Sigma,
    [CsvColumn("temperature")] double Temperature,
    [CsvColumn("samples")] int Samples,
    [CsvColumn("kernel")] string Kernel,
    [CsvColumn("bootstrap")] string Bootstrap,
    [CsvColumn("replicates")] int Replicates,
    [CsvColumn("level")] double Level,
    [CsvColumn("seed")] uint Seed,
    [CsvColumn("trials")] int Trials,
    [CsvColumn("rejections")] int Rejections,
    [CsvColumn("power")] double Power,
    [CsvColumn("lower")] double Lower,
    [CsvColumn("upper")] double Upper,
    [CsvColumn("agrees")] string Agrees,
    [CsvColumn("statistic")] double Statistic,
    [CsvColumn("statistic_se")] double StatisticError,
    [CsvColumn("chosen_sigma")] double ChosenSigma)
{
    internal const string PowerMetric = "share_rejected";
    internal const string StatisticMetric = "mean_statistic";
    internal const string RejectionsValue = "rejections";
    internal const string StatisticValue = "statistic";
    internal const string StatisticErrorValue = "statistic_standard_error";
    internal const string ChosenSigmaValue = "chosen_sigma";

    private const double Confidence = 0.95;

    /// <summary>What in the test itself is not the default, as in "n 200, rbf"; empty if nothing is. Cells of one table share it.</summary>
    public string Variant
    {
        get
        {
            var usual = new MixtureSettings();
            return string.Join(
                ", ",
                (string[])
                [
                    .. Samples == usual.Samples ? [] : new[] { FormattableString.Invariant($"n {Samples}") },
                    .. Kernel == usual.Kernel ? [] : new[] { Kernel },
                    .. Bootstrap == usual.Bootstrap ? [] : new[] { Bootstrap },
                    .. Replicates == usual.Replicates ? [] : new[] { FormattableString.Invariant($"{Replicates} replicates") },
                    .. Level == usual.Level ? [] : new[] { FormattableString.Invariant($"level {Level}") },
                    .. Seed == usual.Seed ? [] : new[] { FormattableString.Invariant($"seed {Seed}") },
                ]);
        }
    }

    /// <summary>The remedy with its σ or T, as in a table.</summary>
    public string Name => Remedy switch
    {
        "none" => "KSD",
        "noise" => $"noise, σ = {NumberText.Tick(Sigma)}",
        "temper" => $"tempered, T = {NumberText.Tick(Temperature)}",
        "ladder" => "noise, ladder",
        "selected" => "noise, σ selected",
        "maximum" => "noise, largest of ladder",
        "perturb" => "jumps, all sizes",
        _ => "jumps, size selected",
    };

    /// <summary>The row of a finished run.</summary>
    internal static MixtureResult Of(StoredRun<MixtureSettings> run)
    {
        MixtureSettings settings = run.Config;
        int rejections = (int)run.Number(RejectionsValue);
        bool isNull = MixtureProblem.Of(settings).IsNull;
        (double lower, double upper) = BinomialIntervals.ClopperPearson(rejections, settings.Trials, Confidence);
        (int least, int most) = BinomialIntervals.Counts(settings.Level, settings.Trials, Confidence);
        return new(
            settings.Problem,
            settings.Dimension,
            settings.Separation,
            MixtureProblem.UsesWeight(settings.Problem) ? settings.Weight : double.NaN,
            isNull,
            settings.Remedy,
            settings.Remedy == "noise" ? settings.Sigma : double.NaN,
            settings.Remedy == "temper" ? settings.Temperature : double.NaN,
            settings.Samples,
            settings.Kernel,
            settings.Bootstrap,
            settings.Replicates,
            settings.Level,
            settings.Seed,
            settings.Trials,
            rejections,
            (double)rejections / settings.Trials,
            lower,
            upper,
            !isNull ? "" : rejections < least ? "lower" : rejections > most ? "higher" : "agrees",
            run.Number(StatisticValue),
            run.Number(StatisticErrorValue),
            run.Number(ChosenSigmaValue));
    }
}
