namespace Stein.Experiments.Reports;

/// <summary>The smallest interval that holds some values: the limits of an axis.</summary>
internal sealed class ValueRange
{
    private double min = double.PositiveInfinity;
    private double max = double.NegativeInfinity;

    /// <summary>Widens the interval to hold <paramref name="value"/>; what is not finite is left out.</summary>
    public void Include(double value)
    {
        if (double.IsFinite(value))
        {
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }
    }

    /// <summary>The limits, wider by a share of the range on both sides; (−1, 1) if nothing was included.</summary>
    public (double Bottom, double Top) WithMargin(double share)
    {
        if (min > max)
        {
            return (-1, 1);
        }

        double margin = max > min ? share * (max - min) : 1;
        return (min - margin, max + margin);
    }
}
