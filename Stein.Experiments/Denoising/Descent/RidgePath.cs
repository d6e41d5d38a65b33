using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Targets;

namespace Stein.Experiments.Denoising.Descent;

/// <summary>
/// The Stein gradient estimator with ridges from 10⁻³ to 10² in half decades and that of its rule, of the samples of a descent.
/// </summary>
/// <param name="HeldOut">The ridge that <see cref="HeldOutSelection"/> selects.</param>
internal sealed record RidgePath(double HeldOut, IReadOnlyList<RidgePoint> Points)
{
    /// <param name="device">In double precision.</param>
    /// <param name="config">The kernel, and which samples are held out.</param>
    /// <param name="discrepancy">Of the same samples, kernel and bandwidth.</param>
    public static RidgePath Of(
        Device device, DescentData data, DaeDescentSettings config, SampleDiscrepancy discrepancy, double bandwidth)
    {
        ScoreEstimator estimator = ScoreEstimators.Find("stein");
        var fit = new ScoreEstimatorSettings { Kernel = config.Kernel, Bandwidth = bandwidth };
        var selection = HeldOutSelection.Choose(estimator, device, data.Samples, PlanarDensity.Dimension, fit, config.Seed);
        return new(selection.Regularisation, [.. selection.Candidates.Zip(selection.Losses, Point)]);

        RidgePoint Point(double ridge, double loss)
        {
            ScoreEstimate estimate = estimator.Fit(device, data.Samples, PlanarDensity.Dimension, fit with { Regularisation = ridge });
            double[] scores = estimate.ScoresAtSamples();
            return new(ridge, discrepancy.Of(scores), data.ErrorAtTestPoints(estimate), data.ErrorAtSamples(scores), loss);
        }
    }
}
