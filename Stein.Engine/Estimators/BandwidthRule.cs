namespace Stein.Engine.Estimators;

/// <summary>How the bandwidth h of an estimator's kernel <c>φ(‖x − y‖²/h²)</c> follows from K samples in D dimensions.</summary>
public enum BandwidthRule
{
    /// <summary>
    /// h² = m, the lower median of the positive squared distances between samples: <c>exp(−‖x − y‖²/m)</c>, as the Stein gradient estimator
    /// is used by Li and Turner.
    /// </summary>
    Median,

    /// <summary>h² = 2m: <c>exp(−‖x − y‖²/(2m))</c>, the length scale being the median distance, as Shi, Sun and Zhu use it.</summary>
    TwiceMedian,

    /// <summary>
    /// h² = 2σ²(4/((D + 2)K))^(2/(D+4)) with σ² the mean of the variances of the coordinates: Silverman's rule for kernel densities
    /// ("Density estimation for statistics and data analysis", 1986, equation 4.14).
    /// </summary>
    Silverman,
}
