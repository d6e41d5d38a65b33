using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Gradients;

/// <summary>Compares the gradients of KSD and maxSKSD with finite differences, on the double device.</summary>
public class SteinGradientTests
{
    private static readonly (int Samples, int Dimension)[] Shapes = [(2, 1), (7, 3), (4, 6)];

    [Theory]
    [MemberData(nameof(EveryKernel.WithSteinKernel), MemberType = typeof(EveryKernel))]
    public void Ksd_by_scores(string kernel) => EveryKernel.Run(kernel, new KsdByScores());

    [Theory]
    [MemberData(nameof(EveryKernel.WithSteinKernel), MemberType = typeof(EveryKernel))]
    public void Max_sksd_by_scores(string kernel) => EveryKernel.Run(kernel, new SlicedByScores());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Max_sksd_by_test_directions(string kernel) => EveryKernel.Run(kernel, new SlicedByDirections(byTest: true));

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Max_sksd_by_slice_directions(string kernel) => EveryKernel.Run(kernel, new SlicedByDirections(byTest: false));

    [Fact]
    public void Directions_through_their_normalisation()
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(4);
        var directions = new Directions(device, 5, 3);
        double[] at = draw.Normal(15);
        double[] weights = draw.Normal(15);

        // For f = Σ weights ∘ ĝ the derivative with respect to ĝ is the weights.
        device.Write(directions.Values, at);
        directions.Normalise();
        device.Write(directions.Gradient, weights);
        directions.BackPropagate();
        int slopes = FiniteDifferences.Check("normalisation", Weighted, at, device.Read(directions.Gradient));
        Assert.InRange(slopes, 2, 3);

        double Weighted(double[] values)
        {
            device.Write(directions.Values, values);
            directions.Normalise();
            return device.Read(directions.Unit).Zip(weights, (unit, weight) => unit * weight).Sum();
        }
    }

    internal static void CheckSlicedByDirections<TKernel>(bool byTest)
        where TKernel : struct, IRadialKernel
        => new SlicedByDirections(byTest).Run<TKernel>();

    private static IEnumerable<(int Samples, int Dimension, PairStatistic Statistic)> Cases()
        => from shape in Shapes
           from statistic in Enum.GetValues<PairStatistic>()
           select (shape.Samples, shape.Dimension, statistic);

    private sealed class KsdByScores : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            foreach ((int count, int dimension, PairStatistic statistic) in Cases())
            {
                var draw = new Draw(1);
                DeviceMatrix x = draw.NormalOn(device, count, dimension);
                double[] at = draw.Normal(count * dimension);
                DeviceMatrix scores = device.Upload(count, dimension, at);
                DeviceMatrix gradient = device.Allocate(count, dimension);
                var ksd = new KernelisedSteinDiscrepancy<TKernel>(device, count, dimension, statistic);
                ksd.SetSamples(x);
                ksd.Bandwidth.Set([1.4]);
                ksd.Gradient(gradient, x, scores);
                FiniteDifferences.Check(
                    $"{TKernel.Name} KSD {statistic} {count}×{dimension}",
                    Value,
                    at,
                    device.Read(gradient),
                    quadratic: true,
                    magnitude: 10 * dimension);

                double Value(double[] values)
                {
                    device.Write(scores, values);
                    return ksd.Value(x, scores);
                }
            }
        }
    }

    private sealed class SlicedByScores : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            foreach ((int count, int dimension, PairStatistic statistic) in Cases())
            {
                foreach (bool basis in new[] { false, true })
                {
                    var draw = new Draw(2);
                    DeviceMatrix x = draw.NormalOn(device, count, dimension);
                    double[] at = draw.Normal(count * dimension);
                    DeviceMatrix scores = device.Upload(count, dimension, at);
                    DeviceMatrix gradient = device.Allocate(count, dimension);
                    int slices = basis ? dimension : 4;
                    var sksd = basis
                        ? SlicedKernelisedSteinDiscrepancy<TKernel>.OnBasis(device, count, dimension, statistic)
                        : SlicedKernelisedSteinDiscrepancy<TKernel>.WithSlices(device, count, dimension, slices, statistic);
                    if (!basis)
                        device.Write(sksd.SliceDirections.Values, draw.Normal(dimension * slices));
                    device.Write(sksd.TestDirections.Values, draw.Normal(dimension * slices));
                    _ = Value(at);
                    sksd.ScoreGradient(gradient, scores);
                    FiniteDifferences.Check(
                        $"{TKernel.Name} maxSKSD {statistic} {count}×{dimension}, basis {basis}",
                        Value,
                        at,
                        device.Read(gradient),
                        quadratic: true,
                        magnitude: 10 * slices);

                    double Value(double[] values)
                    {
                        device.Write(scores, values);
                        sksd.Project(x, scores);
                        sksd.Bandwidth.Set([.. Enumerable.Repeat(1.2, slices)]);
                        return sksd.Value(scores);
                    }
                }
            }
        }
    }

    private sealed class SlicedByDirections(bool byTest) : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            int slopes = 0;
            using Device device = CpuDevices.CreateDouble();
            foreach ((int count, int dimension, PairStatistic statistic) in Cases())
            {
                const int Slices = 3;
                var draw = new Draw(3);
                DeviceMatrix x = draw.NormalOn(device, count, dimension);
                DeviceMatrix scores = draw.NormalOn(device, count, dimension);
                var sksd = SlicedKernelisedSteinDiscrepancy<TKernel>.WithSlices(device, count, dimension, Slices, statistic);
                double[] other = draw.Normal(dimension * Slices);

                // Lengths near 1, as in training, and away from 0, where the normalisation is not differentiable.
                double[] at = [.. draw.Normal(dimension * Slices).Select(value => value + Math.CopySign(0.5, value))];
                Directions moving = byTest ? sksd.TestDirections : sksd.SliceDirections;
                device.Write((byTest ? sksd.SliceDirections : sksd.TestDirections).Values, other);
                _ = Value(at);
                sksd.DirectionGradients(x, scores, bySlices: true);
                slopes += FiniteDifferences.Check(
                    $"{TKernel.Name} maxSKSD {statistic} {count}×{dimension} by {(byTest ? "g" : "r")}",
                    Value,
                    at,
                    device.Read(moving.Gradient),
                    magnitude: 10 * Slices);

                // The derivative treats the bandwidths as constants, so they are kept while the directions change.
                double Value(double[] values)
                {
                    device.Write(moving.Values, values);
                    sksd.Project(x, scores);
                    sksd.Bandwidth.Set([0.9, 1.3, 2.1]);
                    return sksd.Value(scores);
                }
            }

            // Three directions in each of the four cases with more than one dimension, some with almost no error of order h².
            Assert.InRange(slopes, 8, 12);
        }
    }
}
