using System.Globalization;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>What a reader has to know of the numbers of <c>dae-identity</c>: what they are, and under which conditions.</summary>
internal static class DaeIdentityCaptions
{
    private const string Objects =
        "The auto-encoder is r(x) = x + σ²s(x), s = ∇ log q, J its Jacobian I + σ²∇s; p and q are mixtures of Gaussians: q has the "
        + "components of p, means moved by (2/3, −1/3) of a component's standard deviation, variances times 5/4, weights times ½ to "
        + "1½ and normalised. ";

    /// <summary>Of the table of errors and its figure.</summary>
    public static string Errors(ReportRequest request, IReadOnlyList<StoredRun<DaeIdentitySettings>> runs)
        => "Expanded objective L(r) = E‖r(x) − x‖² + σ²E‖∇r‖², p not smoothed. Its gradient at s in the space of the kernel is "
            + "∇F = 2σ² E[s(x)k(x,·) + J ∇k(x,·)], and its squared norm, from the coefficients of this function alone, is held against "
            + "4σ⁴ times the V-statistic of KSD² on the same sample: ‖∇F‖²/4σ⁴KSD² − 1, in double precision. With J set to I it is "
            + "rounding; with J as it is it is 2σ²⟨φ,ψ⟩/KSD² + σ⁴‖ψ‖²/KSD², φ the Stein witness, ψ = E[∇s ∇k]: the first term, of either "
            + "sign, rules where σ is small against the components of q, the second, of slope 4, where it is not, and between them they "
            + $"may cancel. {Objects}{Conditions(request, runs)} The mean of its absolute value ± standard error over seeds; "
            + "the column J = I has the largest absolute value over data and seeds. Multiplying by a power of two is exact, so that "
            + "with J = I the error of a sample is the same at all such σ.";

    /// <summary>Of the table of slopes.</summary>
    public static string Slopes(ReportRequest request, IReadOnlyList<StoredRun<DaeIdentitySettings>> runs)
        => "Slope of log |relative error| (with the whole Jacobian) against log σ, by least squares for each seed, over σ of at most "
            + "1/32 of the smallest standard deviation of a component of q, mean ± standard error over seeds. The standard error is that "
            + "of the samples; the bend that σ⁴‖ψ‖² leaves in the line is not in it. Error/σ² at the smallest σ tends to 2⟨φ,ψ⟩/KSD². The "
            + "last columns are largest absolute relative errors over all σ and seeds: with J = I against 4σ⁴KSD², and with the whole "
            + $"Jacobian against 4σ⁴(KSD² + 2σ²⟨φ,ψ⟩ + σ⁴‖ψ‖²). {Objects}{Conditions(request, runs)}";

    /// <summary>Of the table of the exact version and its figures.</summary>
    public static string Exact(
        ReportRequest request, IReadOnlyList<StoredRun<DaeIdentitySettings>> runs, IReadOnlyList<DaeIdentityExactRow> rows)
    {
        double[] scores = [.. rows.Select(row => row.Z).Where(double.IsFinite)];
        string outside = scores.Length == 0
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{scores.Count(z => Math.Abs(z) > 1.96)} of {scores.Length} |z| are above 1.96, the largest {scores.Max(Math.Abs):F2}; ")
                + "1 in 20 is expected to be, and rows of one seed share random numbers, so that theirs go together. ";
        return "True objective E‖r(x′) − x‖², x′ = x + σε, no expansion, any σ. Its gradient is ∇F = 2E[(r(x′) − x)k(x′,·)], and "
            + "‖∇F‖² = 4σ⁴KSD²(p_σ, q) with p_σ the data with the noise. ‖∇F‖²/4σ⁴ is the U-statistic of N noisy pairs (x, x′), without "
            + "any derivative of the kernel; KSD²(p_σ, q) and KSD²(p, q) are U-statistics of N other draws each, of p_σ and of p. Means "
            + "over repetitions of all seeds with 95 % intervals of Student's t; z is the difference over its standard error. "
            + $"{outside}The plain KSD²(p, q), which the identity would need if it held without smoothing, is beside it, with z of "
            + $"‖∇F‖²/4σ⁴ less it. {Objects}{Conditions(request, runs, config => config.Repetitions > 0)}";
    }

    private static string Conditions(
        ReportRequest request,
        IReadOnlyList<StoredRun<DaeIdentitySettings>> all,
        Func<DaeIdentitySettings, bool>? selects = null)
    {
        StoredRun<DaeIdentitySettings>[] runs = [.. all.Where(run => selects?.Invoke(run.Config) ?? true)];
        string kernels = string.Join(" and ", runs.Select(run => run.Config.Kernel).Distinct());
        string bandwidth = runs.All(run => run.Config.SquaredBandwidth is null) ? "h² = D" : "h² as given";
        string samples = string.Join(" and ", runs.Select(run => run.Config.Samples).Distinct().Order());
        int seeds = runs.Select(run => run.Config.Seed).Distinct().Count();
        string finished = all.Count < request.Plan.Count ? $" {all.Count} of {request.Plan.Count} runs are finished." : "";
        string reduced = request.Scale is GridScale.Quick or GridScale.Test ? " This is a reduced grid." : "";
        return $"Kernel {kernels}, {bandwidth}; D = 2 unless said; N = {samples} in the sample of the expanded objective; "
            + $"{seeds} {(seeds == 1 ? "seed" : "seeds")}.{reduced}{finished}";
    }
}
