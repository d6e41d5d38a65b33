using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Kernels.Functions;
using Stein.Engine.Tests.Testing;
using Xunit;
using Gaussian = Stein.Engine.Kernels.Functions.RadialFunction<Stein.Engine.Kernels.GaussianKernel>;

namespace Stein.Engine.Tests.Gradients;

/// <summary>KSD of composed kernels and of a Mahalanobis distance.</summary>
public class ComposedDiscrepancyTests
{
    private const int Count = 11;
    private const int Dimension = 2;

    /// <summary>L, lower triangular.</summary>
    private static readonly double[] Factor = [1.2, 0, -0.4, 0.7];

    [Theory]
    [InlineData(PairStatistic.U)]
    [InlineData(PairStatistic.V)]
    public void A_sum_of_bandwidths_is_the_sum_of_their_discrepancies(PairStatistic statistic)
    {
        using Device device = CpuDevices.CreateDouble();
        (DeviceMatrix x, DeviceMatrix s) = Points(device);
        double expected = One(0.5) + One(0.125);
        var composed = new ComposedSteinDiscrepancy<SumFunction<Gaussian, Gaussian>>(device, Count, Dimension, statistic, [0.5, 0.125]);
        Checks.Close("sum", [expected], [composed.Value(x, s)], _ => 1e-13 * Math.Abs(expected));

        double One(double inverseSquare)
        {
            var discrepancy = new KernelisedSteinDiscrepancy<GaussianKernel>(device, Count, Dimension, statistic);
            discrepancy.Bandwidth.SetExactly(1 / inverseSquare);
            return discrepancy.Value(x, s);
        }
    }

    /// <summary>
    /// The samples <c>y = Lᵀx</c> of a density with the score r have as x the score <c>s = L r</c>. A Stein kernel of y with the matrix
    /// kernel <c>L⁻¹L⁻ᵀ k</c> would be that of x; with k·I it is the diffusion KSD of y with <c>m = Lᵀ</c>, whose drift is <c>Lr = s</c>.
    /// </summary>
    [Fact]
    public void A_mahalanobis_distance_is_a_diffusion_of_mapped_samples()
    {
        using Device device = CpuDevices.CreateDouble();
        (DeviceMatrix x, DeviceMatrix s) = Points(device);
        var composed = new ComposedSteinDiscrepancy<Gaussian>(device, Count, Dimension, PairStatistic.U, [0.5], Factor);
        DeviceMatrix l = device.Upload(Dimension, Dimension, Factor), y = device.Allocate(Count, Dimension);
        device.Multiply(y, x, l);
        var diffusion = new DiffusionSteinDiscrepancy<GaussianKernel>(device, Count, PairStatistic.U);
        diffusion.Bandwidth.SetExactly(2);
        double[] transposed = [Factor[0], Factor[2], Factor[1], Factor[3]];
        DeviceMatrix m = device.Upload(Count, 4, [.. Enumerable.Repeat(transposed, Count).SelectMany(row => row)]);
        double expected = diffusion.Value(y, s, m);
        Checks.Close("mapped", [expected], [composed.Value(x, s)], _ => 1e-13 * (1 + Math.Abs(expected)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_by_samples_and_scores(bool preconditioned)
    {
        using Device device = CpuDevices.CreateDouble();
        (DeviceMatrix x, DeviceMatrix s) = Points(device);
        var composed = new ComposedSteinDiscrepancy<SumFunction<Gaussian, MultiquadricFunction>>(
            device, Count, Dimension, PairStatistic.U, [0.5, 0.3, 0.8], preconditioned ? Factor : default);
        DeviceMatrix gradient = device.Allocate(Count, Dimension);
        composed.Gradient(gradient, x, s);
        FiniteDifferences.Check(
            "by scores", moved => composed.Value(x, Upload(moved)), device.Read(s), device.Read(gradient), quadratic: true, magnitude: 10);
        composed.SampleGradient(gradient, x, s);
        FiniteDifferences.Check(
            "by samples", moved => composed.Value(Upload(moved), s), device.Read(x), device.Read(gradient), magnitude: 10);

        DeviceMatrix Upload(double[] rows) => device.Upload(Count, Dimension, rows);
    }

    [Fact]
    public void Wrong_numbers_and_kernels_are_refused()
    {
        using Device device = CpuDevices.CreateDouble();
        Assert.Contains(
            "has 1 numbers and was given 2",
            Assert.Throws<ArgumentException>(
                () => new ComposedSteinDiscrepancy<Gaussian>(device, 3, 2, PairStatistic.U, [1, 2])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(
            () => new ComposedSteinDiscrepancy<RadialFunction<LaplaceKernel>>(device, 3, 2, PairStatistic.U, [1]));
        Assert.Throws<ArgumentException>(
            () => new ComposedSteinDiscrepancy<PolynomialFunction<FirstDegree>>(device, 3, 2, PairStatistic.U, [1, 0], Factor));
        Assert.Throws<ArgumentException>(
            () => new ComposedSteinDiscrepancy<Gaussian>(device, 3, 2, PairStatistic.U, [1], [1, 2, 3]));
    }

    private static (DeviceMatrix X, DeviceMatrix S) Points(Device device)
    {
        var draw = new Draw(18);
        return (draw.NormalOn(device, Count, Dimension), draw.NormalOn(device, Count, Dimension));
    }
}
