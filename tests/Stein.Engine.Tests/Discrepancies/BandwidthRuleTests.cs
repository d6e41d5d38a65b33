using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Discrepancies;

/// <summary>The median rules with another factor, another power of the median, or the median of fewer samples.</summary>
public sealed class BandwidthRuleTests
{
    private const int Count = 20;
    private const int Dimension = 3;

    public static TheoryData<double, double, int> Rules => new()
    {
        { 1, 0.5, Count },
        { 2.5, 0.5, Count },
        { 1, 1, Count },
        { 0.5, 0.25, Count },
        { 1, 0.5, 6 },
        { 3, 1.5, 7 },
    };

    /// <summary><c>scale·2·√(1/(2 ln B))·(median/2)^power</c>, as in the published script for KSD.</summary>
    [Theory]
    [MemberData(nameof(Rules))]
    public void A_batch_follows_the_published_formula(double scale, double power, int medianSamples)
    {
        using DeviceLoan loan = TestDevices.Rent("double");
        Device device = loan.Device;
        double[] values = new Draw(15).Normal(Count * Dimension);
        DeviceMatrix samples = device.Upload(Count, Dimension, values);
        var discrepancy = new KernelisedSteinDiscrepancy<GaussianKernel>(device, Count, Dimension, PairStatistic.U)
        {
            MedianSamples = medianSamples,
        };
        (discrepancy.Bandwidth.Scale, discrepancy.Bandwidth.MedianPower) = (scale, power);
        discrepancy.SetSamples(samples);
        discrepancy.SetBandwidthByBatchMedian();
        double[] distances =
        [
            .. from i in Enumerable.Range(0, medianSamples)
               from j in Enumerable.Range(i + 1, medianSamples - i - 1)
               let distance = Enumerable.Range(0, Dimension).Sum(
                   d => Math.Pow(values[(i * Dimension) + d] - values[(j * Dimension) + d], 2))
               orderby distance
               select distance,
        ];
        double bandwidth = scale * 2 * Math.Sqrt(1 / (2 * Math.Log(Count))) * Math.Pow(distances[(distances.Length - 1) / 2] / 2, power);
        Check(bandwidth, device.Read(discrepancy.Bandwidth.InverseSquares)[0]);
    }

    /// <summary><c>scale·2·(median/2)^power</c>, as in the published code for slices.</summary>
    [Theory]
    [MemberData(nameof(Rules))]
    public void A_slice_follows_the_published_formula(double scale, double power, int medianSamples)
    {
        using DeviceLoan loan = TestDevices.Rent("double");
        Device device = loan.Device;
        double[] values = new Draw(16).Normal(Count * Dimension);
        DeviceMatrix samples = device.Upload(Count, Dimension, values);
        var discrepancy = SlicedKernelisedSteinDiscrepancy<GaussianKernel>.OnBasis(device, Count, Dimension, PairStatistic.V);
        (discrepancy.Bandwidth.Scale, discrepancy.Bandwidth.MedianPower) = (scale, power);
        discrepancy.MedianSamples = medianSamples;
        discrepancy.Project(samples, samples);
        // The published code divides a direction by its length plus 1e−10.
        const double Unit = 1 / (1 + 1e-10);
        double[] inverseSquares = device.Read(discrepancy.Bandwidth.InverseSquares);
        for (int slice = 0; slice < Dimension; slice++)
        {
            double[] squares =
            [
                .. from i in Enumerable.Range(0, medianSamples)
                   from j in Enumerable.Range(i, medianSamples - i)
                   let square = Math.Pow((values[(i * Dimension) + slice] - values[(j * Dimension) + slice]) * Unit, 2)
                   orderby square
                   select square,
            ];
            Check(scale * 2 * Math.Pow(squares[(squares.Length - 1) / 2] / 2, power), inverseSquares[slice]);
        }
    }

    /// <summary>A bandwidth that is given is no rule's: neither factor nor power change it.</summary>
    [Fact]
    public void A_given_bandwidth_stays_as_it_is()
    {
        using DeviceLoan loan = TestDevices.Rent("double");
        var bandwidth = new Bandwidth(loan.Device, 1) { Scale = 3, MedianPower = 2 };
        bandwidth.Set([1.5]);
        Check(1.5, loan.Device.Read(bandwidth.InverseSquares)[0]);
    }

    private static void Check(double bandwidth, double inverseSquare)
        => Assert.Equal(1, inverseSquare * ((bandwidth * bandwidth) + 1e-9), 1e-12);
}
