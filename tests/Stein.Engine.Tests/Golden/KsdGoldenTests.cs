using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

[Trait("Category", "Golden")]
public class KsdGoldenTests
{
    public const string Quantity = "ksd_rbf";

    private static readonly GoldenRun Run = For<GaussianKernel>();

    [Theory]
    [MemberData(nameof(TestDevices.Golden), Quantity, MemberType = typeof(TestDevices))]
    public void Values_pair_sums_and_gradients_are_the_authors(string name, string device) => Run.Check(name, device);

    internal static GoldenRun For<TKernel>()
        where TKernel : struct, IRadialKernel
        => new(Quantity) { Program = Measure<TKernel> };

    private static void Measure<TKernel>(GoldenCase golden, Device device, Measurements results)
        where TKernel : struct, IRadialKernel
    {
        DeviceMatrix samples = golden.Inputs.MatrixOn("samples", device);
        DeviceMatrix scores = golden.Inputs.MatrixOn("scores", device);
        DeviceMatrix gradient = device.Allocate(samples.Rows, samples.Columns);
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            var ksd = new KernelisedSteinDiscrepancy<TKernel>(device, samples.Rows, samples.Columns, statistic);
            ksd.SetSamples(samples);
            ksd.Bandwidth.Set([golden.Inputs.Scalar("bandwidth")]);
            results.AddSum($"ksd_{statistic}", statistic.Weight(samples.Rows), () => ksd.Value(samples, scores));
            results.Add($"pair_row_sums_{statistic}", () => ksd.RowSums(samples, scores).ToArray());
            ksd.Gradient(gradient, samples, scores);
            results.Add($"grad_scores_{statistic}", gradient);

            // The matrix of pairs is on no device: it is the formula itself that is held against it.
            double[] pairs = PairMatrix<TKernel>(golden, statistic);
            results.AddDerived($"pair_matrix_{statistic}", pairs, () => [.. pairs.Select(RunningErrorLane.Exact)]);
        }
    }

    private static double[] PairMatrix<TKernel>(GoldenCase golden, PairStatistic statistic)
        where TKernel : struct, IRadialKernel
    {
        double[,] x = golden.Inputs.Matrix("samples");
        double[,] s = golden.Inputs.Matrix("scores");
        int count = x.GetLength(0);
        int dimension = x.GetLength(1);
        double square = Math.Pow(golden.Inputs.Scalar("bandwidth"), 2);
        double fourthOrder = Math.Pow(square + 1e-9, 2) / ((square * square) + 1e-9);
        var pairs = new double[count * count];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                double distance = 0, product = 0, displacement = 0;
                for (int d = 0; d < dimension; d++)
                {
                    distance += (x[i, d] - x[j, d]) * (x[i, d] - x[j, d]);
                    product += s[i, d] * s[j, d];
                    displacement += (s[i, d] - s[j, d]) * (x[i, d] - x[j, d]);
                }

                if (i != j || statistic == PairStatistic.V)
                {
                    pairs[(i * count) + j] = SteinPairTerm<TKernel>.Value(
                        DoubleLane.Constant(distance),
                        DoubleLane.Constant(product),
                        DoubleLane.Constant(displacement),
                        DoubleLane.Constant(dimension),
                        DoubleLane.Constant(1 / (square + 1e-9)),
                        DoubleLane.Constant(fourthOrder)).Value;
                }
            }
        }

        return pairs;
    }
}
