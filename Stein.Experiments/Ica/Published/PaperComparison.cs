using MathNet.Numerics.Distributions;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica.Published;

/// <summary>A difference between ours and the paper's number, with the uncertainty of both sides.</summary>
/// <param name="Difference">Ours minus the paper's, nats.</param>
/// <param name="StandardError">Standard error of the difference; NaN where it is unknown.</param>
/// <param name="DegreesOfFreedom">Degrees of freedom of the t quantile; infinite where the error is known, not estimated.</param>
/// <param name="Verdict">One of <see cref="Verdicts"/>: agrees if |difference| ≤ t₀.₉₇₅ · standard error.</param>
internal readonly record struct PaperComparison(double Difference, double StandardError, double DegreesOfFreedom, string Verdict)
{
    /// <summary>Nothing to compare with.</summary>
    public static readonly PaperComparison None = new(double.NaN, double.NaN, double.NaN, Verdicts.None);

    /// <summary>"difference ± standard error", or the difference alone where there is no error.</summary>
    public string Text => NumberText.WithError(Difference, StandardError);

    /// <summary>Compares a mean log-likelihood with the published one.</summary>
    /// <remarks>
    /// <para>What varies between seeds is the draw of the mixing matrix, hence the oracle O (known to us, unknown for the paper's draws;
    /// its mean μ_O and standard deviation σ_O over random matrices are simulated, see <see cref="OracleSpread"/>), and what training
    /// leaves of it, the gap g = O − log-likelihood (estimated). If ours is the paper's method, both sides have the expectation
    /// E[log-likelihood] = μ_O − E[g].</para>
    /// <para>The plain difference of means has variance (σ_O² + σ_g²)(1/n + 1/m) with n our seeds and m = 5 the paper's. But the
    /// deviation of our own oracles from μ_O is known exactly, so it can be subtracted (O is a control variate with coefficient one):
    /// our estimate becomes μ_O − ḡ, without any σ_O, and</para>
    /// <code>
    /// d = (μ_O − ḡ) − paper,    Var d = σ_O²/m + σ_g² (1/n + 1/m).
    /// </code>
    /// <para>This is the difference of the gaps, with the paper's gap μ_O − paper. It beats the plain difference whenever the gap does
    /// not grow along with the oracle, since σ_O²/n is gone; the paper's σ_O²/m stays, because its draws are unknown. Gap and oracle are
    /// taken as uncorrelated on the paper's side, since a handful of seeds cannot tell a correlation.</para>
    /// <para>σ_O is known, σ_g is estimated from n seeds: the degrees of freedom are Welch and Satterthwaite's, all uncertainty being in
    /// the second term. They are n − 1 if the gap's spread dominates and grow without bound if the oracle's does.</para>
    /// </remarks>
    /// <param name="gap">Oracle minus log-likelihood over the n seeds, nats.</param>
    /// <param name="paper">Published mean; NaN where there is none.</param>
    /// <param name="spread">Spread of the oracle at this dimension.</param>
    public static PaperComparison OfMean(Summary gap, double paper, OracleSpread spread) => Of(
        spread.MeanOracle - gap.Mean - paper, spread.StandardDeviation * spread.StandardDeviation / PublishedIca.Seeds, gap);

    /// <summary>Compares the mean of paired differences between two methods with the published difference.</summary>
    /// <remarks>
    /// Both methods of a seed share its matrix, so the oracle cancels: d = δ̄ − δ_paper with Var d = σ_δ² (1/n + 1/m) and n − 1 degrees
    /// of freedom. The paper's runs are taken to be paired too: the authors' script draws the matrices from the seed alone.
    /// </remarks>
    /// <param name="difference">Log-likelihood of one method minus the other's over the seeds that both have, nats.</param>
    /// <param name="paper">Published difference of the means; NaN where there is none.</param>
    public static PaperComparison OfPairedDifference(Summary difference, double paper) => Of(difference.Mean - paper, 0, difference);

    private static PaperComparison Of(double difference, double knownVariance, Summary estimated)
    {
        double estimatedVariance = estimated.StandardDeviation * estimated.StandardDeviation
            * ((1.0 / estimated.Count) + (1.0 / PublishedIca.Seeds));
        double variance = knownVariance + estimatedVariance;
        if (double.IsNaN(difference) || double.IsNaN(variance))
            return None with { Difference = difference };
        double share = estimatedVariance / variance;
        double degreesOfFreedom = (estimated.Count - 1) / (share * share);
        double standardError = Math.Sqrt(variance);
        return new PaperComparison(
            difference,
            standardError,
            degreesOfFreedom,
            Math.Abs(difference) <= Quantile(degreesOfFreedom) * standardError ? Verdicts.Agrees
                : difference > 0 ? Verdicts.Higher
                : Verdicts.Lower);
    }

    /// <summary>
    /// The 97.5 % quantile of Student's t; the normal one for very many degrees of freedom, or for no spread at all (0/0).
    /// </summary>
    private static double Quantile(double degreesOfFreedom) =>
        degreesOfFreedom < 1e6 ? StudentT.InvCDF(0, 1, degreesOfFreedom, 0.975) : Normal.InvCDF(0, 1, 0.975);
}

/// <summary>What a comparison with the published table says, as tables write it. Higher log-likelihood is better.</summary>
internal static class Verdicts
{
    /// <summary>There is nothing to compare: no published value, or a single seed, whose spread is unknown.</summary>
    public const string None = "–";

    /// <summary>The difference is within its 95 % interval around zero.</summary>
    public const string Agrees = "agrees";

    /// <summary>Ours is higher by more than chance explains.</summary>
    public const string Higher = "higher";

    /// <summary>Ours is lower by more than chance explains.</summary>
    public const string Lower = "lower";
}
