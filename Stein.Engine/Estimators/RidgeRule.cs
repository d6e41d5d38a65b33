namespace Stein.Engine.Estimators;

/// <summary>The ridge η of kernel estimators whose Gram matrix has a diagonal of ones.</summary>
internal static class RidgeRule
{
    /// <summary>From 10⁻³ to 10² in half decades.</summary>
    public static IReadOnlyList<double> Candidates { get; } = [.. Enumerable.Range(-6, 11).Select(power => Math.Pow(10, 0.5 * power))];

    /// <summary>
    /// <c>η = 0.03 K/D</c>: the directions in which a score is linear have eigenvalues of the order K/D, of which a ridge must stay well
    /// below, so that the best one falls as the dimension grows.
    /// </summary>
    public static double Of(int samples, int dimension) => 0.03 * samples / dimension;

    /// <summary>What is wrong with a ridge; null if nothing is.</summary>
    public static string? ProblemWith(double ridge)
        => ridge >= 0 && double.IsFinite(ridge) ? null : "it must be a finite number that is not negative";
}
