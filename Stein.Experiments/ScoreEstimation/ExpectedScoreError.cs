using System.Reflection;
using CsvHelper;
using Stein.Engine.Targets;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>
/// What a throw-away measurement of our own, with other code and five seeds, found: an expectation, which nobody published. The
/// ridges of Stein's estimator are with the non-parametric predictor off the samples.
/// </summary>
/// <param name="Target">See <see cref="ScoreTarget.Names"/>.</param>
/// <param name="Dimension">D.</param>
/// <param name="Samples">K.</param>
/// <param name="Estimator">See <see cref="Engine.Estimators.ScoreEstimators"/>.</param>
/// <param name="Regularisation">Of the estimator.</param>
/// <param name="Error">The relative error out of sample, to two decimals.</param>
[CsvRecord]
internal sealed partial record ExpectedScoreError(
    [CsvColumn("target")] string Target,
    [CsvColumn("dimension")] int Dimension,
    [CsvColumn("samples")] int Samples,
    [CsvColumn("estimator")] string Estimator,
    [CsvColumn("regularisation")] double Regularisation,
    [CsvColumn("error")] double Error)
{
    /// <summary>Seeds behind each number.</summary>
    public const int Seeds = 5;

    /// <summary>How many standard errors two numbers may be apart that agree.</summary>
    public const double Tolerance = 3;

    /// <summary>The variance of rounding to two decimals, which are off by 0.005 at most.</summary>
    private const double RoundingVariance = 0.005 * 0.005 / 3;

    private const string Resource = "Stein.Experiments.ScoreEstimation.Published.score_error_expected.csv";

    private static readonly Lazy<IReadOnlyList<ExpectedScoreError>> Table = new(Load);

    /// <summary>All of them, target by target.</summary>
    public static IReadOnlyList<ExpectedScoreError> All => Table.Value;

    /// <summary>The cell, with the defaults of this experiment for what is not said.</summary>
    public ScoreErrorSettings Settings() => new ScoreErrorSettings
    {
        Target = Target,
        Dimension = Dimension,
        Samples = Samples,
        Estimator = Estimator,
        Selection = "given",
        Regularisation = Regularisation,
    }.Normalised();

    /// <summary>
    /// The difference to a measured mean, in standard errors of it; the spread of the expected number over seeds is taken to be ours.
    /// </summary>
    /// <param name="mean">Ours.</param>
    /// <param name="deviation">Its standard deviation over draws.</param>
    /// <param name="draws">Draws.</param>
    public double StandardErrors(double mean, double deviation, int draws)
        => (mean - Error) / Math.Sqrt((deviation * deviation * ((1.0 / draws) + (1.0 / Seeds))) + RoundingVariance);

    /// <summary>A word for such a difference: agrees, higher, lower, or – where there is none.</summary>
    public static string Verdict(double standardErrors) => standardErrors switch
    {
        double.NaN => "–",
        > Tolerance => "higher",
        < -Tolerance => "lower",
        _ => "agrees",
    };

    private static List<ExpectedScoreError> Load()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing from the build; rebuild Stein.Experiments.");
        using var csv = CsvReader.Create(stream, CsvReaderOptions.Default with { CommentPrefix = '#' });
        return [.. csv.GetRecords<ExpectedScoreError>()];
    }
}
