using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Gradients;

/// <summary>KSD with a trained deep kernel: its gradients against finite differences, its bounds and its start.</summary>
public class DeepDiscrepancyTests
{
    private const int Count = 7;
    private const int Dimension = 3;

    [Theory]
    [InlineData(BaseDensity.Laplace)]
    [InlineData(BaseDensity.StudentT)]
    public void By_the_unmixing_matrix_and_every_parameter(BaseDensity density)
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(61);
        DeviceMatrix x = draw.NormalOn(device, Count, Dimension);
        double[] at = draw.NearIdentity(Dimension);
        var model = new IcaModel(device, Dimension, Count, density);
        DeepSteinDiscrepancy ksd = Create(device, density);
        double[] parameters = draw.Normal(ksd.Parameters.Count);
        ksd.Parameters.Write(parameters);
        device.Write(model.Unmixing, at);
        model.ComputeScores(x);
        ksd.SetBandwidth(model.Sources);

        // Laplace's score is constant between its jumps, over which no step here takes a source.
        double largestStep = density == BaseDensity.Laplace ? 1.0 / 4096 : 1.0 / 64;
        Assert.True(density != BaseDensity.Laplace
            || device.Read(model.Sources).Min(Math.Abs) > largestStep * device.Read(x).Max(Math.Abs) * Math.Sqrt(Dimension));
        DeviceMatrix gradient = device.Allocate(Dimension, Dimension);
        device.Multiply(gradient, ksd.SampleGradient(model.Sources), x, transposeLeft: true);
        FiniteDifferences.Check(
            $"{density}, V", values => Value(values, parameters), at, device.Read(gradient), largestStep: largestStep);

        _ = Value(at, parameters);
        ksd.FeatureGradient(model.Sources);
        double[] byParameters = [.. ksd.Gradient.SelectMany(device.Read)];
        FiniteDifferences.Check(
            $"{density}, features", values => Value(at, values), parameters, byParameters, largestStep: 1.0 / 64);

        double Value(double[] unmixing, double[] values)
        {
            device.Write(model.Unmixing, unmixing);
            model.ComputeScores(x);
            ksd.Parameters.Write(values);
            return ksd.Value(model.Sources).Discrepancy;
        }
    }

    [Fact]
    public void It_begins_as_the_plain_discrepancy_in_units_of_the_diagonal()
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(62);
        DeviceMatrix z = draw.NormalOn(device, Count, Dimension);
        var model = new IcaModel(device, Dimension, Count, BaseDensity.StudentT);
        double[] identity = new double[Dimension * Dimension];
        for (int d = 0; d < Dimension; d++)
            identity[d * (Dimension + 1)] = 1;
        device.Write(model.Unmixing, identity);
        model.ComputeScores(z);
        double Plain(PairStatistic statistic)
        {
            var plain = new KernelisedSteinDiscrepancy<GaussianKernel>(device, Count, Dimension, statistic);
            plain.SetSamples(z);
            DeviceMatrix distances = device.Allocate(Count, Count);
            device.SquaredDistances(distances, z);
            plain.Bandwidth.Set(MedianRule.MedianDistance, distances);
            plain.Bandwidth.SetExactly(1 / device.Read(plain.Bandwidth.InverseSquares)[0]);
            return plain.Value(z, model.Scores);
        }

        DeepSteinDiscrepancy ksd = Create(device, BaseDensity.StudentT);
        double[] parameters = draw.Normal(ksd.Parameters.Count);
        ksd.Parameters.Write(parameters);
        device.Write(ksd.Parameters.Matrices[^1], new double[ksd.Parameters.Matrices[^1].Rows * Dimension]);
        ksd.SetBandwidth(z);
        double pairs = Plain(PairStatistic.U), diagonal = (Count * Plain(PairStatistic.V)) - ((Count - 1) * pairs);
        Assert.Equal(pairs / diagonal, ksd.Value(z).Discrepancy, 1e-12);
    }

    /// <summary>Features that map all points but one to nearly the same have kernels near 1 there and near 0 elsewhere.</summary>
    [Theory]
    [InlineData(1e-3)]
    [InlineData(1)]
    [InlineData(1e3)]
    public void It_is_at_most_one_however_steep_the_features(double steepness)
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(63);
        DeepSteinDiscrepancy ksd = Create(device, BaseDensity.Laplace);
        for (int repetition = 0; repetition < 20; repetition++)
        {
            DeviceMatrix z = draw.NormalOn(device, Count, Dimension);
            ksd.Parameters.Write([.. draw.Normal(ksd.Parameters.Count).Select(value => steepness * value)]);
            ksd.SetBandwidth(z);
            (double discrepancy, double meanKernel) = ksd.Value(z);
            Assert.InRange(discrepancy, -1.0 / (Count - 1), 1);

            // Half of the pairs are not farther apart than the median, where the kernel is 1/e.
            Assert.InRange(meanKernel, 0.5 / Math.E, 0.5 * (1 + (1 / Math.E)) + 0.1);
        }
    }

    private static DeepSteinDiscrepancy Create(Device device, BaseDensity density) => new(
        device,
        Count,
        Dimension,
        hidden: 4,
        z => density == BaseDensity.Laplace ? -z.Sign() : new Function<BaseScore<StudentTDensity>>("score", int.MaxValue).Of(z));
}
