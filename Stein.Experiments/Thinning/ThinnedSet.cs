namespace Stein.Experiments.Thinning;

/// <summary>How far a set of samples is from the target, and from all samples.</summary>
/// <param name="Name">What the set is, in a word or two.</param>
/// <param name="Points">Its size.</param>
/// <param name="Ksd">The kernel Stein discrepancy from the target.</param>
/// <param name="Mmd">The maximum mean discrepancy from the samples; NaN where it was not computed.</param>
internal sealed record ThinnedSet(string Name, int Points, double Ksd, double Mmd)
{
    /// <summary>The least and the largest KSD of several sets, whose mean <see cref="Ksd"/> is; null for a single one.</summary>
    public (double Min, double Max)? KsdRange { get; init; }

    /// <summary>The same of the MMD.</summary>
    public (double Min, double Max)? MmdRange { get; init; }
}
