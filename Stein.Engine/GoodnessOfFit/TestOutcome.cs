namespace Stein.Engine.GoodnessOfFit;

/// <summary>What a test found.</summary>
/// <param name="Statistic">The U-statistic <c>Σ_ij h_ij/(N(N−1))</c>.</param>
/// <param name="PValue">
/// <c>(1 + k)/(B + 1)</c>, k the replicates of B that are not below the statistic. It is never 0, and a test that rejects at
/// p ≤ α has a level of at most α where replicates and statistic are exchangeable (Phipson and Smyth, "Permutation p-values
/// should never be zero", 2010).
/// </param>
public readonly record struct TestOutcome(double Statistic, double PValue);
