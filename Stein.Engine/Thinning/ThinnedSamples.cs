namespace Stein.Engine.Thinning;

/// <summary>Samples that <see cref="SteinThinning"/> selected.</summary>
/// <param name="Rows">The rows of the samples, from 0, in the order in which they were selected (M). A row may come more than once.</param>
/// <param name="Discrepancies">The kernel Stein discrepancy of the first m rows for m = 1, …, M.</param>
public sealed record ThinnedSamples(IReadOnlyList<int> Rows, IReadOnlyList<double> Discrepancies);
