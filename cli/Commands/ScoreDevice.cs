using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Estimators;

namespace Stein.Cli.Commands;

/// <summary>The device on which <c>stein score</c> computes.</summary>
internal static class ScoreDevice
{
    /// <summary>The device of double precision.</summary>
    public const string Accurate = "simd-double";

    /// <summary>The number of samples up to which double precision costs next to nothing.</summary>
    public const int DoubleSamples = 2000;

    /// <summary>
    /// The device that was named, if it is accurate enough. By default the processor in double precision for up to
    /// <see cref="DoubleSamples"/> samples, and for more where single precision is not enough, which is said on standard error.
    /// </summary>
    /// <param name="samples">K×D, row-major.</param>
    /// <param name="points">Where the estimate is wanted beside the samples (M×D).</param>
    /// <exception cref="UsageException">The device that was named is not accurate enough.</exception>
    public static Device Choose(
        ScoreRequest request, double[] samples, int dimension, ScoreEstimatorSettings settings, double[] points, PhaseProgress progress)
    {
        bool isAutomatic = request.Device == DeviceCatalog.Names[0];
        int count = samples.Length / dimension;
        Device device = DeviceCatalog.Create(isAutomatic && count <= DoubleSamples ? Accurate : request.Device);
        if (!device.IsSinglePrecision)
            return device;
        progress.Begin("trying whether single precision is enough");
        if (Problem() is not { } problem)
            return device;
        device.Dispose();
        if (!isAutomatic)
            throw new UsageException($"--device {request.Device}: {problem}. Use --device {Accurate}.");
        progress.End();
        if (!request.Quiet)
            Console.Error.WriteLine($"computing in double precision, on {Accurate}: {problem}");
        return DeviceCatalog.Create(Accurate);

        // That of the first regularisation that has one, among all that a selection on held-out samples may select.
        string? Problem()
        {
            IEnumerable<double?> candidates = request.IsHeldOut
                ? request.Estimator.Candidates(count, dimension).Select(candidate => (double?)candidate)
                : [settings.Regularisation];
            try
            {
                return candidates.Select(candidate => request.Estimator.SinglePrecisionProblem(
                    device, samples, dimension, settings with { Regularisation = candidate }, points))
                    .FirstOrDefault(found => found is not null);
            }
            catch (Exception exception) when (exception is ScoreEstimationException or ArgumentException)
            {
                // Something else is wrong with samples or settings, which the estimate itself finds.
                return null;
            }
        }
    }
}
