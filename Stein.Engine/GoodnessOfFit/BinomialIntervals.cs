using MathNet.Numerics.Distributions;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>Intervals for counts of rejections: what a count says of a probability, and what a probability says of a count.</summary>
internal static class BinomialIntervals
{
    /// <summary>
    /// The interval of probabilities that n trials with k successes leave open, exact: it holds the true one with probability
    /// <paramref name="confidence"/> at least (Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case
    /// of the binomial", Biometrika 26, 1934).
    /// </summary>
    /// <param name="successes">k, from 0 to n.</param>
    /// <param name="trials">n, at least 1.</param>
    /// <param name="confidence">Above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument outside its range.</exception>
    public static (double Lower, double Upper) ClopperPearson(int successes, int trials, double confidence = 0.95)
    {
        RequireTrials(trials);
        if (successes < 0 || successes > trials)
        {
            throw new ArgumentOutOfRangeException(
                nameof(successes), successes, $"{trials} trials cannot have {successes} successes; there are from 0 to {trials}.");
        }

        double tail = Tail(confidence);
        return (
            successes == 0 ? 0 : Beta.InvCDF(successes, trials - successes + 1, tail),
            successes == trials ? 1 : Beta.InvCDF(successes + 1, trials - successes, 1 - tail));
    }

    /// <summary>
    /// The counts of n trials of probability p that are no surprise: fewer than <c>Lower</c> have probability
    /// <c>(1 − confidence)/2</c> at most, and so have more than <c>Upper</c>. A test whose level is p rejects that often in n trials
    /// under the hypothesis.
    /// </summary>
    /// <param name="probability">p, from 0 to 1.</param>
    /// <param name="trials">n, at least 1.</param>
    /// <param name="confidence">Above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument outside its range.</exception>
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

        // "More than u of n" is "at most n − u − 1 failures": its own probability, where 1 minus the other would cancel.
        int upper = trials;
        while (upper > lower && Binomial.CDF(1 - probability, trials, trials - upper) <= tail)
            upper--;
        return (lower, upper);
    }

    private static double Tail(double confidence)
        => confidence > 0 && confidence < 1
            ? (1 - confidence) / 2
            : throw new ArgumentOutOfRangeException(
                nameof(confidence), confidence, $"A confidence of {confidence} gives no interval; it must be above 0 and below 1.");

    private static void RequireTrials(int trials)
    {
        if (trials < 1)
            throw new ArgumentOutOfRangeException(nameof(trials), trials, $"{trials} trials say nothing; there must be at least 1.");
    }
}
