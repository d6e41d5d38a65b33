using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>Sums, matrices and gradients of every pair term on every device, within one set of points and between two.</summary>
[Trait("Category", "Device")]
public class PairTermTests
{
    [Theory]
    [MemberData(nameof(EveryPairTerm.OnEveryDevice), MemberType = typeof(EveryPairTerm))]
    public void Sums_matrices_and_gradients(string name, string term)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        EveryPairTerm.Find(term).Run(new Everything(loan.Device));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Sums_over_bilinear_forms(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Measurements.Compare(nameof(Sums_over_bilinear_forms), loan.Device, (device, results) =>
        {
            (int, int)[] sizes = [(9, 2), (1, 1), (2, 3), (57, 5), (130, 17), (700, 2)];
            foreach ((int count, int dimension) in Sizes.AreAll(loan.Device) ? sizes : sizes[..1])
            {
                foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
                {
                    var draw = new Draw(46);
                    DeviceMatrix output = device.Allocate(count, 1);
                    var a = new BilinearForm(draw.NormalOn(device, count, dimension), draw.NormalOn(device, count, 1), -2);
                    var b = new BilinearForm(draw.NormalOn(device, count, 3), draw.NormalOn(device, count, 1), 0.5);
                    device.BilinearSums<GaussianSteinMap>(output, a, b, statistic, 0.7, -0.3);
                    results.AddSum($"{statistic} {count}×{dimension}", 1, () => device.Read(output).Sum());
                }
            }
        });
    }

    private static PairPoints Points(Device device, Draw draw, PairTermCase term, int count, int dimension)
    {
        DeviceMatrix[] matrices = [.. term.Columns.Select(columns => draw.NormalOn(device, count, columns(dimension)))];
        return new(matrices[0], matrices.ElementAtOrDefault(1), matrices.ElementAtOrDefault(2));
    }

    private sealed class Everything(Device tested) : IPairTermTest
    {
        public void Run<TTerm>(PairTermCase term)
            where TTerm : struct, IPairTerm
        {
            (int, int)[] shapes = Sizes.AreAll(tested)
                ? [(1, 1), (2, 3), (15, 2), (16, 1), (17, 3), (33, 4), (65, 2), (34, 17)]
                : [(1, 1), (9, 3)];
            Measurements.Compare($"pair term {term.Name}", tested, (device, results) =>
            {
                foreach ((int count, int dimension) in shapes)
                {
                    if (dimension > 4 && term.Columns[^1](dimension) > dimension)
                        continue;
                    var draw = new Draw(45);
                    DeviceMatrix constants = device.Upload(term.Constants.Length, 1, term.Constants);
                    PairPoints points = Points(device, draw, term, count, dimension);
                    Add(PairSet.Within(points, constants, PairStatistic.V), $"V {count}×{dimension} ");
                    Add(PairSet.Within(points, constants, PairStatistic.U), $"U {count}×{dimension} ");
                    Add(PairSet.Between(points, Points(device, draw, term, 7, dimension), constants), $"{count} and 7 ×{dimension} ");
                }

                void Add(PairSet pairs, string row)
                {
                    DeviceMatrix sums = device.Allocate(pairs.First.Count, 1);
                    device.PairSums<TTerm>(sums, pairs);
                    results.Add(row + "sums", sums);
                    DeviceMatrix matrix = device.Allocate(pairs.First.Count, pairs.Second.Count);
                    device.PairMatrix<TTerm>(matrix, pairs);
                    results.Add(row + "matrix", matrix);
                    for (int k = 0; k < term.Columns.Length; k++)
                    {
                        DeviceMatrix gradient = device.Allocate(pairs.First.Count, pairs.First[k]!.Columns);
                        device.PairGradient<TTerm>(gradient, pairs, k, -0.5);
                        results.Add($"{row}gradient {k}", gradient);
                    }
                }
            });
        }
    }
}
