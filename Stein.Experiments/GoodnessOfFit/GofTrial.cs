using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;
using static System.FormattableString;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>The result of one test.</summary>
/// <param name="Statistic">What the test compares with its replicates or its normal distribution.</param>
/// <param name="IsRejected">Whether the p-value is at most the level.</param>
internal sealed record GofDraw(double Statistic, double PValue, bool IsRejected);

/// <summary>One test of samples at a level.</summary>
internal static class GofTrial
{
    /// <param name="samples">N×D.</param>
    /// <exception cref="RunFailedException">The samples cannot be tested.</exception>
    public static GofDraw Run(PreparedTest test, double[] samples, ITarget model, TestSeed seed, double level)
    {
        try
        {
            TestOutcome outcome = test(TestSamples.Of(samples, model), seed);
            return new(outcome.Statistic, outcome.PValue, outcome.PValue <= level);
        }
        catch (ArgumentException exception)
        {
            throw new RunFailedException(
                $"the samples of trial {seed.Trial} cannot be tested: {exception.Message}", (int)seed.Trial + 1, exception);
        }
    }

    /// <exception cref="InvalidConfigException">There are so few replicates that no p-value is as small as the level.</exception>
    public static void CheckReplicates(int replicates, double level)
    {
        if (1.0 / (replicates + 1) > level)
        {
            throw InvalidConfigException.Value("replicates", replicates, Invariant(
                $"at least {Math.Ceiling(1 / level) - 1}: with fewer no p-value is as small as the level {level}"));
        }
    }
}
