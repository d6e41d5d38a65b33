namespace Stein.Engine.GoodnessOfFit;

/// <summary>The distribution of the weights v that a bootstrap gives to N samples.</summary>
public enum BootstrapWeights
{
    /// <summary>
    /// <c>v_i = w_i − 1/N</c>, Nw multinomial with N draws over N equal cells (Arcones and Giné, "On the bootstrap of U and V statistics",
    /// Annals of Statistics 20, 1992; Huskova and Janssen, "Consistency of the generalized bootstrap for degenerate U-statistics",
    /// Annals of Statistics 21, 1993).
    /// </summary>
    Multinomial,

    /// <summary>
    /// <c>v_i = ε_i/N</c> with independent random signs ε: the wild bootstrap for independent samples (Leucht and Neumann, "Dependent
    /// wild bootstrap for degenerate U- and V-statistics", Journal of Multivariate Analysis 117, 2013).
    /// </summary>
    Rademacher,
}
