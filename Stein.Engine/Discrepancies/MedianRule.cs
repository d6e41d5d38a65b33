namespace Stein.Engine.Discrepancies;

/// <summary>How a bandwidth follows from m, the lower median of the positive squared distances between N samples.</summary>
public enum MedianRule
{
    /// <summary><c>h² = 2m</c>: the published goodness-of-fit script's <c>h = 2√(m/2)</c>.</summary>
    TwiceMedian,

    /// <summary>
    /// <c>h² = m</c>: h is the median distance itself, as usual for the inverse multiquadric kernel, whose <c>c² = median²</c> this is.
    /// </summary>
    MedianDistance,

    /// <summary><c>h² = m/ln N</c>: the published ICA script's rule for batches.</summary>
    BatchMedian,
}
