using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Diffusion;
using Stein.Engine.Formulas;
using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Experiments.Diffusion;

/// <summary>An estimate of location and scale.</summary>
/// <param name="Estimator">What it was made by.</param>
/// <param name="Parameters">The location (D) and the scale.</param>
/// <param name="Errors">Standard errors by the sandwich; empty where the loss has no second derivatives.</param>
/// <param name="BootstrapErrors">Standard errors by the bootstrap; empty without it.</param>
internal sealed record LocationScaleEstimate(string Estimator, double[] Parameters, double[] Errors, double[] BootstrapErrors);

/// <summary>Location and scale of someone's samples by several estimators.</summary>
internal static class LocationScaleEstimates
{
    /// <summary>
    /// The models by name. Of a Student-t density ν is known, and of a generalised Gaussian exp(−‖z‖^k) the power k.
    /// </summary>
    public static IReadOnlyList<string> ModelNames { get; } = ["student-t", "laplace", "generalised-gaussian"];

    /// <summary>
    /// Median and median absolute deviation, maximum likelihood, score matching, KSD, and the last two with
    /// <c>m = (1 + ‖z‖²)^(−e)</c>, which bounds the influence of every sample; not those that the model does not have.
    /// </summary>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="model">Whose score grows at most as ‖z‖^(2e).</param>
    /// <param name="exponent">e.</param>
    /// <param name="replicates">Of the bootstrap; 0 for none.</param>
    /// <param name="begin">Told what begins.</param>
    /// <exception cref="ArgumentException">The samples do not vary.</exception>
    public static IReadOnlyList<LocationScaleEstimate> Of(
        double[] samples,
        LocationScaleModel model,
        double exponent,
        int replicates,
        uint seed,
        Action<string> begin,
        CancellationToken cancellation)
    {
        double[] start = model.Start(samples);
        double typical = start[^1];
        DiffusionCoefficient one = new UnitDiffusion(), bounded = new QuadraticDiffusion(1, -exponent);
        (string Title, FitLoss Loss, DiffusionCoefficient Diffusion)[] all =
        [
            ("maximum likelihood", FitLoss.Likelihood, one),
            ("score matching", FitLoss.ScoreMatching, one),
            ("diffusion score matching", FitLoss.ScoreMatching, bounded),
            ("KSD", FitLoss.KernelDiscrepancy, one),
            ("diffusion KSD", FitLoss.KernelDiscrepancy, bounded),
        ];
        int count = samples.Length / model.Dimension;
        int[][] resamples = [.. Enumerable.Range(0, replicates).Select(replicate => Resample(seed, replicate, count))];
        List<LocationScaleEstimate> estimates = [new("medians", start, [], Spread([.. resamples.Select(rows => model.Start(Take(rows)))]))];
        foreach ((string title, FitLoss loss, DiffusionCoefficient diffusion) in all)
        {
            if (loss == FitLoss.ScoreMatching && !model.HasScoreDerivative)
                continue;
            cancellation.ThrowIfCancellationRequested();
            begin($"estimating by {title}");
            FitSettings settings = new(loss, diffusion) { Bandwidth = typical, Statistic = PairStatistic.V };
            using Device device = CpuDevices.CreateDouble();
            var fit = new ModelFit(device, model, samples, settings);
            double[] estimate = fit.Fit(start).Parameters;
            var repeated = new double[replicates][];
            Parallel.For(0, replicates, new() { CancellationToken = cancellation }, replicate =>
            {
                using Device own = CpuDevices.CreateDouble();
                repeated[replicate] = new ModelFit(own, model, Take(resamples[replicate]), settings).Fit(estimate).Parameters;
            });
            estimates.Add(new(title, estimate, fit.HasCurvature ? fit.StandardErrors(estimate) : [], Spread(repeated)));
        }

        return estimates;

        double[] Take(int[] rows) => SampleMatrix.Select(samples, model.Dimension, rows);
    }

    private static int[] Resample(uint seed, int replicate, int count)
    {
        var stream = new PhiloxStream(seed, StreamPurpose.Bootstrap, (uint)replicate);
        return [.. Enumerable.Range(0, count).Select(_ => stream.NextInt32(count))];
    }

    private static double[] Spread(double[][] estimates) => estimates.Length < 2
        ? []
        : [.. Enumerable.Range(0, estimates[0].Length).Select(k => estimates.Select(estimate => estimate[k]).StandardDeviation())];
}
