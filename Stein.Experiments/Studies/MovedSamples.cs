using Stein.Experiments.Declarations;

namespace Stein.Experiments.Studies;

/// <summary>Outliers: samples that are moved to one place.</summary>
internal static class MovedSamples
{
    /// <summary>Checks that most samples stay where they are.</summary>
    /// <exception cref="InvalidConfigException">Half of them or more are moved.</exception>
    public static void Check(int outliers, int samples)
    {
        if (2 * outliers >= samples)
            throw InvalidConfigException.Value("outliers", outliers, $"fewer than half of the {samples} samples");
    }

    /// <summary>Moves the first samples to a place on the first axis.</summary>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="dimension">D.</param>
    public static void Move(double[] samples, int dimension, int outliers, double outlierAt)
    {
        for (int i = 0; i < outliers * dimension; i++)
            samples[i] = i % dimension == 0 ? outlierAt : 0;
    }
}
