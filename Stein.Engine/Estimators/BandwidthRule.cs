namespace Stein.Engine.Estimators;

/// <summary>Rules for the bandwidth h of an estimator's kernel <c>φ(‖x − y‖²/h²)</c>, given K samples in D dimensions.</summary>
public enum BandwidthRule
{
    /// <summary>
    /// h² = m, the lower median of the positive squared distances between samples: <c>exp(−‖x − y‖²/m)</c>, used by Li and Turner for the
    /// Stein gradient estimator.
    /// </summary>
    Median,

    /// <summary>h² = 2m: <c>exp(−‖x − y‖²/(2m))</c>, whose length scale is the median distance, used by Shi, Sun and Zhu.</summary>
    TwiceMedian,

    /// <summary>
    /// h² = 2σ²(4/((D + 2)K))^(2/(D+4)), where σ² is the mean variance of the coordinates: Silverman's rule for kernel densities
    /// ("Density estimation for statistics and data analysis", 1986, equation 4.14).
    /// </summary>
    Silverman,
}
