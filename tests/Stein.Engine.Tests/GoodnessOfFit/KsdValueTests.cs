using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit;

/// <summary>
/// The kernelised Stein discrepancy of five samples with a bandwidth that is exactly what was set, in double precision. The values were
/// computed by an independent program, to twelve decimals.
/// </summary>
public class KsdValueTests
{
    private const double SquaredBandwidth = 2.25;

    /// <summary>Five samples (5×2).</summary>
    private static readonly double[] Samples =
    [
        -1.2, 0.3, 0.5, -0.7, 0.1, 1.1, 2, 0.4, -0.6, -1.5,
    ];

    public static TheoryData<string> Devices => ["double", "simd-double"];

    [Theory]
    [MemberData(nameof(Devices))]
    public void Of_a_standard_normal_distribution(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Equal(0.283239348012, Value<GaussianKernel>(PairStatistic.V));
        Equal(-0.603395259430, Value<GaussianKernel>(PairStatistic.U));
        Equal(0.168118261533, Value<InverseMultiquadricKernel>(PairStatistic.V));
        Equal(-0.525074395306, Value<InverseMultiquadricKernel>(PairStatistic.U));
        Equal(-0.524758978826, Value<InverseMultiquadricKernel>(PairStatistic.U, 3.6));

        double Value<TKernel>(PairStatistic statistic, double squaredBandwidth = SquaredBandwidth)
            where TKernel : struct, IRadialKernel
            => Ksd<TKernel>(loan.Device, Samples, Scores(0), statistic, squaredBandwidth);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Of_a_normal_distribution_elsewhere(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Equal(
            0.652466566564,
            Ksd<InverseMultiquadricKernel>(loan.Device, Samples, Scores(1), PairStatistic.V, SquaredBandwidth));
    }

    /// <summary>
    /// The discrepancy is a mean of products of two scores, so in units a million times as large it is 1e12 times as large.
    /// </summary>
    [Theory]
    [MemberData(nameof(Devices))]
    public void In_other_units(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            Compare<GaussianKernel>(statistic);
            Compare<InverseMultiquadricKernel>(statistic);
        }

        void Compare<TKernel>(PairStatistic statistic)
            where TKernel : struct, IRadialKernel
        {
            double expected = 1e12 * Ksd<TKernel>(loan.Device, Samples, Scores(0), statistic, SquaredBandwidth);
            double found = Ksd<TKernel>(
                loan.Device, Scaled(Samples, 1e-6), Scaled(Scores(0), 1e6), statistic, 1e-12 * SquaredBandwidth);

            // The sum's terms are at most a hundred times the value, and have some roundoffs of 1.1e-16 each.
            Checks.CloseInMaximum($"{TKernel.Name}, {statistic}", [expected], [found], 1e-13);
        }
    }

    /// <summary>The scores of N((<paramref name="mean"/>, 0), I) at the samples.</summary>
    private static double[] Scores(double mean) => [.. Samples.Select((value, index) => (index % 2 == 0 ? mean : 0) - value)];

    private static double[] Scaled(double[] values, double factor) => [.. values.Select(value => factor * value)];

    private static double Ksd<TKernel>(
        Device device, double[] samples, double[] scores, PairStatistic statistic, double squaredBandwidth)
        where TKernel : struct, IRadialKernel
    {
        int count = samples.Length / 2;
        var discrepancy = new KernelisedSteinDiscrepancy<TKernel>(device, count, 2, statistic);
        discrepancy.Bandwidth.SetExactly(squaredBandwidth);
        return discrepancy.Value(device.Upload(count, 2, samples), device.Upload(count, 2, scores));
    }

    private static void Equal(double expected, double found) => Assert.Equal(expected, found, 1e-12);
}
