using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising.Network;

/// <summary>
/// What is measured of a denoising auto-encoder on held-out samples x and <c>x′ = x + σε</c>; s is its score, <c>s_σ</c> that of the
/// smoothed density <c>p_σ = p * N(0, σ²I)</c>. Fisher errors and KSD² have the unit of a squared score.
/// </summary>
/// <param name="metrics">One for each of <see cref="All"/>, in that order.</param>
internal sealed class DaeErrors(params IReadOnlyList<Metric> metrics)
{
    /// <summary><c>mean ‖r(x′) − x‖²</c>.</summary>
    public static readonly Quantity Loss = new("denoising_loss", "loss");

    /// <summary>How much the loss exceeds that of the best auto-encoder <c>r*(x′) = x′ + σ²s_σ(x′)</c>, on the same x′ and x.</summary>
    public static readonly Quantity Excess = new("excess_loss");

    /// <summary><c>mean ‖s(x′) − s_σ(x′)‖²</c>, the Fisher error of the smoothed density.</summary>
    public static readonly Quantity Smoothed = new("fisher_smoothed", "smoothed error");

    /// <summary>The same divided by <c>mean ‖s_σ(x′)‖²</c>.</summary>
    public static readonly Quantity RelativeSmoothed = new("fisher_smoothed_relative", "smoothed error, relative", 3);

    /// <summary>
    /// <c>‖mean (s(x′) − s_σ(x′))‖²</c>: the part of the Fisher error that is the same everywhere, to which KSD gives its full weight.
    /// </summary>
    public static readonly Quantity MeanError = new("mean_error_smoothed", "mean error");

    /// <summary>Noise-matched KSD² (U-statistic): samples x′ of p_σ, score s.</summary>
    public static readonly Quantity MatchedKsd = new("ksd_matched", "matched KSD²", 4);

    /// <summary><c>mean ‖s(x) − ∇ log p(x)‖²</c>, the Fisher error of the density itself.</summary>
    public static readonly Quantity Clean = new("fisher_clean", "clean error");

    /// <summary>The same divided by <c>mean ‖∇ log p(x)‖²</c>.</summary>
    public static readonly Quantity RelativeClean = new("fisher_clean_relative", "clean error, relative", 3);

    /// <summary>KSD² (U-statistic) of samples x, score s.</summary>
    public static readonly Quantity CleanKsd = new("ksd_clean", "plain KSD²", 4);

    /// <summary>The standard error over the samples of <c>Excess/σ⁴ − Smoothed</c>, whose expectation is 0.</summary>
    public static readonly Quantity IdentityError = new("identity_error");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Quantity> All { get; } =
        [Loss, Excess, Smoothed, RelativeSmoothed, MeanError, MatchedKsd, Clean, RelativeClean, CleanKsd, IdentityError];

    public IReadOnlyList<Metric> Metrics { get; } = metrics;

    public double this[Quantity quantity] => Metrics.First(metric => metric.Name == quantity.Name).Value;
}
