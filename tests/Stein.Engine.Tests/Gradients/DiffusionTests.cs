using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Gradients;

/// <summary>The diffusion KSD: what it reduces to, that it is zero for the model itself, and its gradients.</summary>
public class DiffusionTests
{
    private const int Count = 12;
    private const int Dimension = 2;

    [Theory]
    [InlineData(PairStatistic.U)]
    [InlineData(PairStatistic.V)]
    public void With_m_constant_it_is_the_ksd(PairStatistic statistic)
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(11);
        DeviceMatrix x = draw.NormalOn(device, Count, Dimension), s = draw.NormalOn(device, Count, Dimension);
        var ksd = new KernelisedSteinDiscrepancy<InverseMultiquadricKernel>(device, Count, Dimension, statistic);
        ksd.Bandwidth.SetExactly(2);
        var diffusion = new DiffusionSteinDiscrepancy<InverseMultiquadricKernel>(device, Count, statistic);
        diffusion.Bandwidth.SetExactly(2);
        double expected = 2.25 * ksd.Value(x, s);
        DeviceMatrix scalar = device.Upload(Count, 1, [.. Enumerable.Repeat(1.5, Count)]);
        DeviceMatrix matrix = device.Upload(Count, 4, [.. Enumerable.Repeat((double[])[1.5, 0, 0, 1.5], Count).SelectMany(row => row)]);
        DeviceMatrix drifts = device.Allocate(Count, Dimension);
        device.Map<Scaled>(drifts, s, p: 1.5);
        Checks.Close("scalar", [expected], [diffusion.Value(x, drifts, scalar)], _ => 1e-13 * Math.Abs(expected));
        Checks.Close("matrix", [expected], [diffusion.Value(x, drifts, matrix)], _ => 1e-13 * Math.Abs(expected));
    }

    /// <summary>
    /// A linear map T of the samples: the KSD of y = Tx in a bandwidth h is the diffusion KSD of x with <c>m = T⁻¹</c> and the kernel of y
    /// (Gong and Li, "Interpreting diffusion score matching using normalizing flow", 2021). With T a rotation the kernel is that of x.
    /// </summary>
    [Fact]
    public void A_rotation_of_the_samples_is_a_constant_matrix()
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(12);
        double[] x = draw.Normal(Count * Dimension), s = draw.Normal(Count * Dimension);
        (double cos, double sin) = (Math.Cos(0.7), Math.Sin(0.7));
        var ksd = new KernelisedSteinDiscrepancy<GaussianKernel>(device, Count, Dimension, PairStatistic.U);
        ksd.Bandwidth.SetExactly(2);
        double expected = ksd.Value(Upload(Rotate(x)), Upload(Rotate(s)));
        var diffusion = new DiffusionSteinDiscrepancy<GaussianKernel>(device, Count, PairStatistic.U);
        diffusion.Bandwidth.SetExactly(2);

        // m = T⁻¹ = Tᵀ, and the drift mᵀs = Ts.
        DeviceMatrix m = device.Upload(Count, 4, [.. Enumerable.Repeat((double[])[cos, sin, -sin, cos], Count).SelectMany(row => row)]);
        double actual = diffusion.Value(Upload(x), Upload(Rotate(s)), m);
        Checks.Close("rotated", [expected], [actual], _ => 1e-13 * (1 + Math.Abs(expected)));

        DeviceMatrix Upload(double[] rows) => device.Upload(Count, Dimension, rows);

        double[] Rotate(double[] rows) =>
        [
            .. Enumerable.Range(0, rows.Length).Select(
                k => k % 2 == 0 ? (cos * rows[k]) - (sin * rows[k + 1]) : (sin * rows[k - 1]) + (cos * rows[k])),
        ];
    }

    /// <summary>Means over 200 batches, zero within 4 standard errors; a correct program fails for 6·10⁻⁵ of all seeds.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_is_zero_for_the_model_itself_and_positive_for_others(bool matrix)
    {
        const int Batches = 200;
        using Device device = CpuDevices.CreateDouble();
        var diffusion = new DiffusionSteinDiscrepancy<InverseMultiquadricKernel>(device, Count, PairStatistic.U);
        diffusion.Bandwidth.SetExactly(2);
        var stream = new PhiloxStream(13, StreamPurpose.TestData);
        double[][] batches = [.. Enumerable.Range(0, Batches).Select(_ => Batch())];
        (double mean, double error) = Mean(batches);
        Assert.True(Math.Abs(mean) <= 4 * error, $"the model itself: {mean} ± {error}");
        (mean, error) = Mean([.. batches.Select(batch => batch.Select(value => 2 * value).ToArray())]);
        Assert.True(mean > 8 * error, $"another: {mean} ± {error}");

        double[] Batch() => [.. Enumerable.Range(0, Count * Dimension).Select(_ => stream.NextNormal())];

        (double Mean, double Error) Mean(double[][] samples)
        {
            double[] values = [.. samples.Select(x => Value(device, diffusion, matrix ? MatrixAt : ScalarAt, x))];
            double average = values.Average();
            return (average, Math.Sqrt(values.Sum(value => (value - average) * (value - average)) / (Batches - 1.0) / Batches));
        }
    }

    [Theory]
    [InlineData(false, PairStatistic.U)]
    [InlineData(true, PairStatistic.V)]
    public void Gradients_by_every_input(bool matrix, PairStatistic statistic)
    {
        using Device device = CpuDevices.CreateDouble();
        var diffusion = new DiffusionSteinDiscrepancy<GaussianKernel>(device, Count, statistic);
        diffusion.Bandwidth.SetExactly(2);
        var draw = new Draw(14);
        int[] columns = [Dimension, Dimension, matrix ? Dimension * Dimension : 1];
        double[][] inputs = [.. columns.Select(width => draw.Normal(Count * width))];
        foreach (DiffusionInput by in Enum.GetValues<DiffusionInput>())
        {
            DeviceMatrix gradient = device.Allocate(Count, columns[(int)by]);
            DeviceMatrix[] at = Upload(inputs);
            diffusion.Gradient(gradient, at[0], at[1], at[2], by);
            FiniteDifferences.Check($"by {by}", ValueAt, inputs[(int)by], device.Read(gradient), magnitude: 10);

            double ValueAt(double[] moved)
            {
                DeviceMatrix[] uploaded = Upload([.. inputs.Select((input, index) => index == (int)by ? moved : input)]);
                return diffusion.Value(uploaded[0], uploaded[1], uploaded[2]);
            }
        }

        DeviceMatrix[] Upload(double[][] rows) => [.. rows.Select((row, index) => device.Upload(Count, columns[index], row))];
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using Device device = CpuDevices.CreateDouble();
        var diffusion = new DiffusionSteinDiscrepancy<GaussianKernel>(device, 3, PairStatistic.U);
        DeviceMatrix x = device.Allocate(3, 2);
        var error = Assert.Throws<ArgumentException>(() => diffusion.Value(x, x, device.Allocate(3, 2)));
        Assert.Contains("3×2 do not fit together; coefficients have 1 column or 4", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => diffusion.Value(x, device.Allocate(3, 1), device.Allocate(3, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new DiffusionSteinDiscrepancy<GaussianKernel>(device, 1, PairStatistic.U));
    }

    /// <summary>The value for the standard normal density with the given m, whose drift is <c>−mᵀx + div m</c>.</summary>
    private static double Value(
        Device device,
        DiffusionSteinDiscrepancy<InverseMultiquadricKernel> diffusion,
        Func<double, double, (double[] M, double[] Divergence)> at,
        double[] x)
    {
        var drifts = new List<double>();
        var coefficients = new List<double>();
        for (int n = 0; n < x.Length; n += Dimension)
        {
            (double[] m, double[] divergence) = at(x[n], x[n + 1]);
            coefficients.AddRange(m);
            drifts.AddRange(m.Length == 1
                ? [divergence[0] - (m[0] * x[n]), divergence[1] - (m[0] * x[n + 1])]
                : [divergence[0] - (m[0] * x[n]) - (m[2] * x[n + 1]), divergence[1] - (m[1] * x[n]) - (m[3] * x[n + 1])]);
        }

        int count = x.Length / Dimension;
        return diffusion.Value(
            device.Upload(count, Dimension, x),
            device.Upload(count, Dimension, [.. drifts]),
            device.Upload(count, coefficients.Count / count, [.. coefficients]));
    }

    /// <summary><c>m = 1 + ‖x‖²/4</c>.</summary>
    private static (double[] M, double[] Divergence) ScalarAt(double x, double y)
        => ([1 + (((x * x) + (y * y)) / 4)], [x / 2, y / 2]);

    /// <summary><c>m = ((1 + x²/4, sin y), (xy/2, 1))</c>, <c>(div m)_c = ∂_x m_1c + ∂_y m_2c</c>.</summary>
    private static (double[] M, double[] Divergence) MatrixAt(double x, double y)
        => ([1 + (x * x / 4), Math.Sin(y), x * y / 2, 1], [(x / 2) + (x / 2), 0]);
}
