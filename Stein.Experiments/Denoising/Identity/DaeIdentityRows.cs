using CsvHelper;
using MathNet.Numerics.Distributions;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>A row of <c>errors.csv</c>: the identity on the sample of one run.</summary>
/// <param name="Problem">Data, and what else differs between the runs of a report; see <see cref="DaeIdentityProblem"/>.</param>
/// <param name="Sigma">σ.</param>
/// <param name="Seed">Of the sample.</param>
/// <param name="Samples">N.</param>
/// <param name="Ksd">KSD², the V-statistic.</param>
/// <param name="IdentityError"><c>‖∇F‖²/4σ⁴KSD² − 1</c> with J_r = I.</param>
/// <param name="JacobianError"><c>‖∇F‖²/4σ⁴KSD² − 1</c> with the whole Jacobian.</param>
/// <param name="ExpansionError"><c>‖∇F‖²/4σ⁴{KSD² + 2σ²⟨φ,ψ⟩ + σ⁴‖ψ‖²} − 1</c>.</param>
/// <param name="Cross">⟨φ,ψ⟩.</param>
/// <param name="SquaredCorrection">‖ψ‖².</param>
[CsvRecord]
internal sealed partial record DaeIdentityErrorRow(
    [CsvColumn("problem")] string Problem,
    [CsvColumn("sigma")] double Sigma,
    [CsvColumn("seed")] uint Seed,
    [CsvColumn("samples")] int Samples,
    [CsvColumn("ksd")] double Ksd,
    [CsvColumn("identity_error")] double IdentityError,
    [CsvColumn("jacobian_error")] double JacobianError,
    [CsvColumn("expansion_error")] double ExpansionError,
    [CsvColumn("witness_times_correction")] double Cross,
    [CsvColumn("squared_correction")] double SquaredCorrection)
{
    /// <summary>The row of a finished run.</summary>
    public static DaeIdentityErrorRow Of(string problem, StoredRun<DaeIdentitySettings> run) => new(
        problem,
        run.Config.Sigma,
        run.Config.Seed,
        run.Config.Samples,
        run.Number(DaeIdentityRun.Ksd),
        run.Number(DaeIdentityRun.IdentityError),
        run.Number(DaeIdentityRun.JacobianError),
        run.Number(DaeIdentityRun.ExpansionError),
        run.Number(DaeIdentityRun.Cross),
        run.Number(DaeIdentityRun.SquaredCorrection));
}

/// <summary>A row of <c>slopes.csv</c>: how the relative error of one problem falls with σ.</summary>
/// <param name="Problem">As in <c>errors.csv</c>.</param>
/// <param name="Seeds">With a slope each.</param>
/// <param name="LargestSigma">The largest σ of the regression.</param>
/// <param name="SmallestSigma">The smallest.</param>
/// <param name="Points">Values of σ in the regression.</param>
/// <param name="Slope">Of <c>log |relative error|</c> against <c>log σ</c>, least squares seed by seed, the mean over seeds.</param>
/// <param name="SlopeSe">Its standard error over seeds; NaN for one.</param>
/// <param name="Coefficient">Relative error over σ² at the smallest σ, the mean over seeds.</param>
/// <param name="CoefficientSe">Its standard error.</param>
/// <param name="Expected">2⟨φ,ψ⟩/KSD², what that tends to as σ → 0, the mean over seeds.</param>
/// <param name="LargestIdentityError">The largest absolute relative error with J = I, over all σ and seeds.</param>
/// <param name="LargestExpansionError">The largest absolute relative error of the expansion to the end, over all σ and seeds.</param>
[CsvRecord]
internal sealed partial record DaeIdentitySlopeRow(
    [CsvColumn("problem")] string Problem,
    [CsvColumn("seeds")] int Seeds,
    [CsvColumn("largest_sigma")] double LargestSigma,
    [CsvColumn("smallest_sigma")] double SmallestSigma,
    [CsvColumn("points")] int Points,
    [CsvColumn("slope")] double Slope,
    [CsvColumn("slope_se")] double SlopeSe,
    [CsvColumn("error_over_squared_sigma")] double Coefficient,
    [CsvColumn("error_over_squared_sigma_se")] double CoefficientSe,
    [CsvColumn("expected_coefficient")] double Expected,
    [CsvColumn("largest_identity_error")] double LargestIdentityError,
    [CsvColumn("largest_expansion_error")] double LargestExpansionError)
{
    /// <summary>
    /// What a σ may be at most, in smallest standard deviations of a component of q, to be in the regression: beyond it the term with σ⁴
    /// bends the line by a tenth for the rings.
    /// </summary>
    public const double Share = 1.0 / 32;

    /// <summary>The row of the runs of one problem, one or more.</summary>
    public static DaeIdentitySlopeRow Of(string problem, IReadOnlyList<StoredRun<DaeIdentitySettings>> runs)
    {
        double bound = Share * runs[0].Config.SmallestDeviation();
        DaeIdentityErrorRow[] rows = [.. runs.Select(run => DaeIdentityErrorRow.Of(problem, run))];
        DaeIdentityErrorRow[] small = [.. rows.Where(row => row.Sigma <= bound)];
        double[] sigmas = [.. small.Select(row => row.Sigma).Distinct().Order()];
        Summary slope = Summary.Of(
        [
            .. small.GroupBy(row => row.Seed).Where(seed => seed.Count() > 1)
                .Select(seed => SlopeOf([.. seed.Select(row => (row.Sigma, row.JacobianError))])),
        ]);
        double least = rows.Min(row => row.Sigma);
        DaeIdentityErrorRow[] last = [.. rows.Where(row => row.Sigma == least)];
        Summary coefficient = Summary.Of([.. last.Select(row => row.JacobianError / (least * least))]);
        return new(
            problem,
            slope.Count,
            sigmas.LastOrDefault(double.NaN),
            sigmas.FirstOrDefault(double.NaN),
            sigmas.Length,
            slope.Mean,
            slope.StandardError,
            coefficient.Mean,
            coefficient.StandardError,
            last.Average(row => 2 * row.Cross / row.Ksd),
            rows.Max(row => Math.Abs(row.IdentityError)),
            rows.Max(row => Math.Abs(row.ExpansionError)));
    }

    /// <summary>The least-squares slope of <c>log |error|</c> against <c>log σ</c>.</summary>
    /// <param name="points">Two different σ or more.</param>
    public static double SlopeOf(IReadOnlyList<(double Sigma, double Error)> points)
    {
        double[] xs = [.. points.Select(point => Math.Log(point.Sigma))];
        double[] ys = [.. points.Select(point => Math.Log(Math.Abs(point.Error)))];
        (double x, double y) = (xs.Average(), ys.Average());
        return xs.Zip(ys, (a, b) => (a - x) * (b - y)).Sum() / xs.Sum(a => (a - x) * (a - x));
    }
}

/// <summary>A row of <c>exact.csv</c>: both sides of the exact identity over all repetitions of all seeds, in units of 4σ⁴.</summary>
/// <param name="Problem">As in <c>errors.csv</c>.</param>
/// <param name="Sigma">σ.</param>
/// <param name="Repetitions">Independent ones, of all seeds.</param>
/// <param name="Samples">N of each.</param>
/// <param name="Gradient">The mean of <c>‖∇F‖²/4σ⁴</c>.</param>
/// <param name="GradientHalf">Half the length of its 95 % interval; NaN for one repetition, as below.</param>
/// <param name="Smoothed">The mean of KSD²(p_σ, q).</param>
/// <param name="SmoothedHalf">Half the length of its 95 % interval.</param>
/// <param name="Difference">The mean of the differences.</param>
/// <param name="DifferenceHalf">Half the length of its 95 % interval.</param>
/// <param name="Z">The difference over its standard error: of mean 0 and variance 1 if the identity holds.</param>
/// <param name="Plain">The mean of KSD²(p, q), without smoothing.</param>
/// <param name="PlainHalf">Half the length of its 95 % interval.</param>
/// <param name="PlainZ"><c>‖∇F‖²/4σ⁴ − KSD²(p, q)</c> over its standard error.</param>
[CsvRecord]
internal sealed partial record DaeIdentityExactRow(
    [CsvColumn("problem")] string Problem,
    [CsvColumn("sigma")] double Sigma,
    [CsvColumn("repetitions")] int Repetitions,
    [CsvColumn("samples")] int Samples,
    [CsvColumn("gradient")] double Gradient,
    [CsvColumn("gradient_half_interval")] double GradientHalf,
    [CsvColumn("smoothed_ksd")] double Smoothed,
    [CsvColumn("smoothed_ksd_half_interval")] double SmoothedHalf,
    [CsvColumn("difference")] double Difference,
    [CsvColumn("difference_half_interval")] double DifferenceHalf,
    [CsvColumn("z")] double Z,
    [CsvColumn("plain_ksd")] double Plain,
    [CsvColumn("plain_ksd_half_interval")] double PlainHalf,
    [CsvColumn("plain_z")] double PlainZ)
{
    /// <summary>The row of repetitions of one problem and σ, one or more.</summary>
    public static DaeIdentityExactRow Of(string problem, double sigma, int samples, IReadOnlyList<DaeIdentityTrial> trials)
    {
        Summary gradient = Over(trial => trial.Gradient);
        Summary smoothed = Over(trial => trial.Smoothed);
        Summary plain = Over(trial => trial.Plain);
        Summary difference = Over(trial => trial.Gradient - trial.Smoothed);
        Summary plainDifference = Over(trial => trial.Gradient - trial.Plain);
        return new(
            problem,
            sigma,
            trials.Count,
            samples,
            gradient.Mean,
            Half(gradient),
            smoothed.Mean,
            Half(smoothed),
            difference.Mean,
            Half(difference),
            difference.Mean / difference.StandardError,
            plain.Mean,
            Half(plain),
            plainDifference.Mean / plainDifference.StandardError);

        Summary Over(Func<DaeIdentityTrial, double> value) => Summary.Of([.. trials.Select(value)]);

        static double Half(Summary summary)
            => summary.Count < 2 ? double.NaN : summary.StandardError * StudentT.InvCDF(0, 1, summary.Count - 1, 0.975);
    }
}
