using MathNet.Numerics.Distributions;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>Intervals for the probability of rejections given their count, and for their count given the probability.</summary>
internal static class BinomialIntervals
{
    /// <summary>
    /// The exact confidence interval for a probability, given k successes in n trials: it contains the true probability with at least
    /// <paramref name="confidence"/> (Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the
    /// binomial", Biometrika 26, 1934).
    /// </summary>
    /// <param name="successes">k, from 0 to n.</param>
    /// <param name="trials">n, at least 1.</param>
    /// <param name="confidence">Above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static (double Lower, double Upper) ClopperPearson(int successes, int trials, double confidence = 0.95)
    {
        RequireTrials(trials);
        if (successes < 0 || successes > trials)
        {
            throw new ArgumentOutOfRangeException(
                nameof(successes), successes, $"{trials} trials cannot have {successes} successes; pass a number from 0 to {trials}.");
        }

        double tail = Tail(confidence);
        return (
            successes == 0 ? 0 : Beta.InvCDF(successes, trials - successes + 1, tail),
            successes == trials ? 1 : Beta.InvCDF(successes + 1, trials - successes, 1 - tail));
    }

    /// <summary>
    /// The range of plausible counts in n trials with probability p: fewer than <c>Lower</c> successes have probability at most
    /// <c>(1 − confidence)/2</c>, and so have more than <c>Upper</c>. Under the hypothesis, a test of level p rejects that many times
    /// in n trials.
    /// </summary>
    /// <param name="probability">p, from 0 to 1.</param>
    /// <param name="trials">n, at least 1.</param>
    /// <param name="confidence">Above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static (int Lower, int Upper) Counts(double probability, int trials, double confidence = 0.95)
    {
        RequireTrials(trials);
        if (!(probability >= 0 && probability <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(probability), probability, $"The probability cannot be {probability}; it must be from 0 to 1.");
        }

        double tail = Tail(confidence);
        int lower = 0;
        while (lower < trials && Binomial.CDF(probability, trials, lower) <= tail)
            lower++;

        // More than u successes are at most n − u − 1 failures. Computing that probability directly avoids cancellation in 1 − P.
        int upper = trials;
        while (upper > lower && Binomial.CDF(1 - probability, trials, trials - upper) <= tail)
            upper--;
        return (lower, upper);
    }

    private static double Tail(double confidence)
        => confidence > 0 && confidence < 1
            ? (1 - confidence) / 2
            : throw new ArgumentOutOfRangeException(
                nameof(confidence), confidence, $"The confidence cannot be {confidence}; it must be above 0 and below 1.");

    private static void RequireTrials(int trials)
    {
        if (trials < 1)
            throw new ArgumentOutOfRangeException(nameof(trials), trials, $"There cannot be {trials} trials; there must be at least 1.");
    }
}
