namespace Stein.Engine.Discrepancies;

/// <summary>Rules for the bandwidth h, given the lower median m of the positive squared distances between N samples.</summary>
public enum MedianRule
{
    /// <summary><c>h² = 2m</c>, the rule <c>h = 2√(m/2)</c> of the published goodness-of-fit script.</summary>
    TwiceMedian,

    /// <summary>
    /// <c>h² = m</c>, so that h is the median distance itself, the usual choice of c for the inverse multiquadric kernel.
    /// </summary>
    MedianDistance,

    /// <summary><c>h² = m/ln N</c>, the rule of the published ICA script for batches.</summary>
    BatchMedian,
}
