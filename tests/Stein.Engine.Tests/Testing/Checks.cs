using Xunit;

namespace Stein.Engine.Tests.Testing;

/// <summary>Comparisons that fail for NaN, with messages that say where, what was expected and what was found.</summary>
public static class Checks
{
    /// <summary>Fails unless every entry is within its tolerance; returns the largest error relative to its tolerance.</summary>
    public static double Close(string what, ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, Func<int, double> tolerance)
    {
        if (expected.Length != actual.Length)
            Assert.Fail($"{what}: {actual.Length} numbers, not {expected.Length}");
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(actual[i] - expected[i]);
            double allowed = tolerance(i);
            if (!(difference <= allowed))
            {
                Assert.Fail(
                    $"{what}, entry {i}: expected {expected[i]:R}, actual {actual[i]:R}, difference {difference:E2}, allowed {allowed:E2}");
            }

            worst = Math.Max(worst, difference == 0 ? 0 : difference / allowed);
        }

        return worst;
    }

    /// <summary>Fails unless the largest difference is at most <paramref name="tolerance"/> times the largest expected magnitude.</summary>
    public static double CloseInMaximum(string what, ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance)
    {
        double allowed = tolerance * LargestMagnitude(expected);
        return Close(what, expected, actual, _ => allowed);
    }

    /// <summary>Fails unless the numbers are the same to the last bit (any NaN equals any other).</summary>
    public static void Same(string what, ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        if (expected.Length != actual.Length)
            Assert.Fail($"{what}: {actual.Length} numbers, not {expected.Length}");
        for (int i = 0; i < expected.Length; i++)
        {
            if (!expected[i].Equals(actual[i]))
                Assert.Fail($"{what}, entry {i}: expected {expected[i]:R}, actual {actual[i]:R}, which must be the same");
        }
    }

    public static double LargestMagnitude(ReadOnlySpan<double> values)
    {
        double largest = 0;
        foreach (double value in values)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }
}
