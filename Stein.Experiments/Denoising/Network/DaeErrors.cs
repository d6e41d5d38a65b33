using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>
/// What is measured of a denoising auto-encoder on held-out samples x and <c>x′ = x + σε</c>; s is its score, <c>s_σ</c> that of the
/// smoothed density <c>p_σ = p * N(0, σ²I)</c>. Fisher errors and KSD² have the unit of a squared score.
/// </summary>
/// <param name="DenoisingLoss"><c>mean ‖r(x′) − x‖²</c>.</param>
/// <param name="ExcessLoss">What it is above that of the best auto-encoder <c>r*(x′) = x′ + σ²s_σ(x′)</c>, on the same x′ and x.</param>
/// <param name="SmoothedError"><c>mean ‖s(x′) − s_σ(x′)‖²</c>, the Fisher error of the smoothed density.</param>
/// <param name="RelativeSmoothedError">That over <c>mean ‖s_σ(x′)‖²</c>.</param>
/// <param name="MeanError">
/// <c>‖mean (s(x′) − s_σ(x′))‖²</c>: the part of the Fisher error that is one and the same everywhere, to which KSD gives its full weight.
/// </param>
/// <param name="MatchedDiscrepancy">Noise-matched KSD² (U-statistic): samples x′ of p_σ, score s.</param>
/// <param name="CleanError"><c>mean ‖s(x) − ∇ log p(x)‖²</c>, the Fisher error of the density itself.</param>
/// <param name="RelativeCleanError">That over <c>mean ‖∇ log p(x)‖²</c>.</param>
/// <param name="CleanDiscrepancy">KSD² (U-statistic) of samples x, score s.</param>
/// <param name="IdentityError">
/// The standard error of <c>ExcessLoss/σ⁴ − SmoothedError</c>, whose expectation is 0, over the samples.
/// </param>
internal sealed record DaeErrors(
    double DenoisingLoss,
    double ExcessLoss,
    double SmoothedError,
    double RelativeSmoothedError,
    double MeanError,
    double MatchedDiscrepancy,
    double CleanError,
    double RelativeCleanError,
    double CleanDiscrepancy,
    double IdentityError)
{
    private const string Loss = "denoising_loss", Excess = "excess_loss", Smoothed = "fisher_smoothed";
    private const string RelativeSmoothed = "fisher_smoothed_relative", Matched = "ksd_matched", Clean = "fisher_clean";
    private const string RelativeClean = "fisher_clean_relative", CleanKsd = "ksd_clean", Mean = "mean_error_smoothed";
    private const string Identity = "identity_error";

    /// <summary>As the runner stores them.</summary>
    public IReadOnlyList<Metric> Metrics() =>
    [
        new(Loss, DenoisingLoss),
        new(Excess, ExcessLoss),
        new(Smoothed, SmoothedError),
        new(RelativeSmoothed, RelativeSmoothedError),
        new(Mean, MeanError),
        new(Matched, MatchedDiscrepancy),
        new(Clean, CleanError),
        new(RelativeClean, RelativeCleanError),
        new(CleanKsd, CleanDiscrepancy),
        new(Identity, IdentityError),
    ];

    /// <summary>From what was stored of one checkpoint.</summary>
    /// <exception cref="InvalidDataException">A metric is missing.</exception>
    public static DaeErrors Of(IEnumerable<MetricRow> rows)
    {
        var values = rows.ToDictionary(row => row.Metric, row => row.Value);
        return new(
            Value(Loss),
            Value(Excess),
            Value(Smoothed),
            Value(RelativeSmoothed),
            Value(Mean),
            Value(Matched),
            Value(Clean),
            Value(RelativeClean),
            Value(CleanKsd),
            Value(Identity));

        double Value(string name) => values.TryGetValue(name, out double value)
            ? value
            : throw new InvalidDataException($"The metrics of a run have no '{name}': remove the run and do it again.");
    }
}
