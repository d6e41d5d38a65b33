namespace Stein.Engine.GoodnessOfFit;

/// <summary>The outcome of a test.</summary>
/// <param name="Statistic">The U-statistic <c>Σ_ij h_ij/(N(N−1))</c>.</param>
/// <param name="PValue">
/// <c>(1 + k)/(B + 1)</c>, where k of the B replicates are not below the statistic. It is never 0, and a test that rejects at
/// p ≤ α has a level of at most α if replicates and statistic are exchangeable (Phipson and Smyth, "Permutation p-values
/// should never be zero", 2010).
/// </param>
public readonly record struct TestOutcome(double Statistic, double PValue);
