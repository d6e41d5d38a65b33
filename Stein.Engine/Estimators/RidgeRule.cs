namespace Stein.Engine.Estimators;

/// <summary>Rules for the ridge η of kernel estimators whose Gram matrix has a unit diagonal.</summary>
/// <remarks>
/// In high dimension the score of a Gaussian lies in the eigenspaces of the Gram matrix whose eigenvalues are of the order K/D. The
/// ridge must be well below that, so the best ridge falls as the dimension grows. In low dimension it hardly depends on K. The
/// constants were chosen so that the error on Gaussians with K from 50 to 1000 and D from 1 to 100 is close to the smallest possible;
/// the experiment <c>score-error</c> shows how close.
/// </remarks>
internal static class RidgeRule
{
    /// <summary>Candidate ridges from 10⁻³ to 10² in half decades.</summary>
    public static IReadOnlyList<double> Candidates { get; } = [.. Enumerable.Range(-6, 11).Select(power => Math.Pow(10, 0.5 * power))];

    /// <summary><c>η = min(4, 0.4 √(K/D))</c>, for the Stein gradient estimator.</summary>
    public static double ForExpansion(int samples, int dimension) => Math.Min(4, 0.4 * Math.Sqrt((double)samples / dimension));

    /// <summary><c>η = min(4, 0.06 K/D)</c>, for the non-parametric predictor, which works with a smaller ridge.</summary>
    public static double ForPredictor(int samples, int dimension) => Math.Min(4, 0.06 * samples / dimension);

    /// <summary><c>η = 0.55 √K min(1, D/5)</c>, for the curl-free kernel, which has KD equations.</summary>
    public static double ForCurlFree(int samples, int dimension) => 0.55 * Math.Sqrt(samples) * Math.Min(1, dimension / 5.0);

    /// <summary>Describes which ridges are allowed if this one is not; otherwise null.</summary>
    public static string? ProblemWith(double ridge)
        => ridge >= 0 && double.IsFinite(ridge) ? null : "it must be a finite number that is not negative";
}
