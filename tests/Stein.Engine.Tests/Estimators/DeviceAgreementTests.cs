using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>Every estimator on every device agrees with double precision, up to the effect of rounding the Gram matrix.</summary>
[Trait("Category", "Device")]
public sealed class DeviceAgreementTests
{
    /// <summary>
    /// Entries of the Gram matrix and of sums over K samples are accurate to about K roundings. The equations, with moderate
    /// regularisations of at least ½ and eigenvalues up to K, amplify these errors by at most K/½, divergences by another such factor, and
    /// the sums of the parametric estimator cancel to about a tenth.
    /// </summary>
    private const double Factor = 256;

    private static readonly (int Count, int Dimension)[] Shapes = [(5, 2), (2, 1), (3, 2), (5, 17), (17, 1), (17, 5), (33, 2)];

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Scores_and_divergences(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        using Device exact = Estimates.Double();
        bool isSlow = TestDevices.IsSlow(loan.Device);
        string[] kernels = [.. RadialKernels.NamesWith(KernelSmoothness.Bilaplacian)];
        foreach ((int count, int dimension) in isSlow ? Shapes[..1] : Shapes)
        {
            double[] samples = Estimates.Samples(count, dimension);
            double[] points = Estimates.Samples(5, dimension, seed: 2);
            double rounding = Factor * count * count * loan.Device.UnitRoundoff;
            foreach (string estimator in ScoreEstimators.Names)
            {
                foreach (string kernel in isSlow ? kernels[^1..] : kernels)
                {
                    string what = $"{estimator}, {kernel}, {count}×{dimension}";

                    // Conjugate gradients end at a residual of 10⁻¹² in both precisions, which the equations amplify by K/½ and divergences
                    // again.
                    double tolerance = rounding + (estimator == "kef" ? 4 * count * count * 1e-12 : 0);
                    ScoreEstimate expected = Fit(exact);
                    ScoreEstimate actual = Fit(loan.Device);
                    Checks.CloseInMaximum($"{what}, samples", expected.ScoresAtSamples(), actual.ScoresAtSamples(), tolerance);
                    Checks.CloseInMaximum($"{what}, points", expected.Scores(points), actual.Scores(points), tolerance);
                    Checks.CloseInMaximum($"{what}, divergences", expected.Divergences(points), actual.Divergences(points), tolerance);

                    // The same bandwidth for both, because rounding may make the median select another distance.
                    ScoreEstimate Fit(Device device)
                        => Estimates.Fit(device, estimator, kernel, samples, dimension, bandwidth: 1.5 * Math.Sqrt(dimension));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Iterations_restored_after_every_step_continue_with_the_same_bits(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        double[] samples = Estimates.Samples(9, 2);
        foreach (bool isAccelerated in (bool[])[false, true])
        {
            ScoreIteration whole = Begin(isAccelerated);
            ScoreIteration interrupted = Begin(isAccelerated);
            for (int step = 0; step < (TestDevices.IsSlow(loan.Device) ? 2 : 6); step++)
            {
                whole.Step();
                using var state = new MemoryStream();
                using (var writer = new BinaryWriter(state, System.Text.Encoding.UTF8, leaveOpen: true))
                    interrupted.Save(writer);
                state.Position = 0;
                interrupted = Begin(isAccelerated);
                using (var reader = new BinaryReader(state))
                    interrupted.Restore(reader);
                interrupted.Step();
                Assert.Equal(whole.Iteration, interrupted.Iteration);
                Checks.Same("scores", whole.ScoresAtSamples(), interrupted.ScoresAtSamples());
                Checks.Same("estimate", whole.Estimate().Scores([0.3, -0.2]), interrupted.Estimate().Scores([0.3, -0.2]));
            }
        }

        ScoreIteration Begin(bool isAccelerated) => ScoreIteration.Create(loan.Device, samples, 2, "rbf", isAccelerated: isAccelerated);
    }
}
