namespace Stein.Experiments.Denoising.Descent;

/// <summary>
/// The times at which a descent is measured: 0, then 1, 1.5, 2, 3, 5 and 7 times each power of ten as far as they are whole, and the last.
/// </summary>
internal static class MeasuringTimes
{
    private static readonly double[] Steps = [1, 1.5, 2, 3, 5, 7];

    /// <summary>Whether to measure at a time of a descent with <paramref name="last"/> steps.</summary>
    public static bool Includes(int time, int last)
    {
        if (time == 0 || time == last)
            return true;
        int power = 1;
        while (power <= time / 10)
            power *= 10;
        return Array.Exists(Steps, step => step * power == time);
    }

    /// <summary>All times of a descent with <paramref name="last"/> steps, ascending.</summary>
    public static IEnumerable<int> Until(int last) => Enumerable.Range(0, last + 1).Where(time => Includes(time, last));
}
