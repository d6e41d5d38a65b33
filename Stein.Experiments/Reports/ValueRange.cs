namespace Stein.Experiments.Reports;

/// <summary>The smallest interval that holds some values: the limits of an axis.</summary>
internal sealed class ValueRange
{
    private double lowest = double.PositiveInfinity;
    private double highest = double.NegativeInfinity;

    /// <summary>Widens the interval to hold <paramref name="value"/>; what is not finite is left out.</summary>
    public void Include(double value)
    {
        if (double.IsFinite(value))
        {
            lowest = Math.Min(lowest, value);
            highest = Math.Max(highest, value);
        }
    }

    /// <summary>The limits, wider by a share of the range on both sides; (−1, 1) if nothing was included.</summary>
    public (double Bottom, double Top) WithMargin(double share)
    {
        if (lowest > highest)
        {
            return (-1, 1);
        }

        double margin = highest > lowest ? share * (highest - lowest) : 1;
        return (lowest - margin, highest + margin);
    }
}
