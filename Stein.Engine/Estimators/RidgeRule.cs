namespace Stein.Engine.Estimators;

/// <summary>The ridge η of kernel estimators whose Gram matrix has a diagonal of ones.</summary>
/// <remarks>
/// In high dimension a Gaussian's score lies where the Gram matrix has eigenvalues of the order K/D: a ridge must be well below, and the
/// best one falls as the dimension grows. In low dimension it hardly depends on K. The constants are those that come closest to the least
/// error on Gaussians with K from 50 to 1000 and D from 1 to 100; the experiment <c>score-error</c> shows how close.
/// </remarks>
internal static class RidgeRule
{
    /// <summary>The ridges that are tried: from 10⁻³ to 10² in half decades.</summary>
    public static IReadOnlyList<double> Candidates { get; } = [.. Enumerable.Range(-6, 11).Select(power => Math.Pow(10, 0.5 * power))];

    /// <summary><c>η = min(4, 0.4 √(K/D))</c>, for the estimate that the ridge defines off the samples.</summary>
    public static double OfExpansion(int samples, int dimension) => Math.Min(4, 0.4 * Math.Sqrt((double)samples / dimension));

    /// <summary><c>η = min(4, 0.06 K/D)</c>, for the non-parametric predictor, which bears a smaller ridge.</summary>
    public static double OfPredictor(int samples, int dimension) => Math.Min(4, 0.06 * samples / dimension);

    /// <summary><c>η = 0.55 √K min(1, D/5)</c>, for the curl-free kernel, which has KD equations.</summary>
    public static double OfCurlFree(int samples, int dimension) => 0.55 * Math.Sqrt(samples) * Math.Min(1, dimension / 5.0);

    /// <summary>What is wrong with a ridge; null if nothing is.</summary>
    public static string? ProblemWith(double ridge)
        => ridge >= 0 && double.IsFinite(ridge) ? null : "it must be a finite number that is not negative";
}
