using System.ComponentModel;

namespace Stein.Engine.Discrepancies;

/// <summary>The objective of a deep kernel, from the terms u of its discrepancy U of N samples.</summary>
internal enum DeepKernelNormalisation
{
    /// <summary>
    /// U itself, which grows without bound with the slopes of the features unless these are bounded, by spectral norms of their weights
    /// (Miyato et al., ICLR 2018).
    /// </summary>
    [Description("the discrepancy, with features whose slopes are at most 1")]
    Raw,

    /// <summary>
    /// <c>U/√(4 Var_i(Σ_{j≠i} u_ij/(N − 1)) + 10⁻⁴)</c>, what the power of a test grows with (Sutherland et al., "Generative models and
    /// model criticism via optimized maximum mean discrepancy", ICLR 2017; Liu et al., "Learning deep kernels for non-parametric two-sample
    /// tests", ICML 2020).
    /// </summary>
    [Description("over its standard deviation")]
    Deviation,

    /// <summary>
    /// <c>Σ_{i≠j} u_ij/((N − 1) Σ_i u_ii)</c>: at most 1, because <c>u_ij² ≤ u_ii u_jj</c>, and near 0 for a kernel of which only the
    /// diagonal is left.
    /// </summary>
    [Description("over the mean of u(x, x)")]
    Diagonal,
}
