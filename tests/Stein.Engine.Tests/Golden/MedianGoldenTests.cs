using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

[Trait("Category", "Golden")]
public class MedianGoldenTests
{
    private const string Quantity = "median_heuristics";

    private static readonly GoldenRun Run = new(Quantity)
    {
        Program = Measure,
        Translate = (_, expected) => GoldenRun.SquareBandwidths(expected, path => path.Contains("bandwidth", StringComparison.Ordinal)),

        // The zeros of the diagonal may be the median, for which the authors' squared distances have the rounding error of |a|².
        IsZero = (_, path) => path is "median_sq_proj" or "bandwidth_proj",
    };

    [Theory]
    [MemberData(nameof(GoldenCases.OnEveryDevice), Quantity, MemberType = typeof(GoldenCases))]
    public void Medians_and_bandwidths_are_the_authors(string name, string device) => Run.Check(name, device);

    private static void Measure(GoldenCase golden, Device device, Measurements results)
    {
        DeviceMatrix samples = golden.Inputs.MatrixOn("samples", device);
        double[,] directions = golden.Inputs.Matrix("directions");
        DeviceMatrix columns = device.Upload(directions.GetLength(1), directions.GetLength(0), golden.Inputs.Transposed("directions"));
        DeviceMatrix projections = device.Allocate(samples.Rows, columns.Columns);
        device.Multiply(projections, samples, columns);
        results.AddTransposed("projections", projections);
        DeviceMatrix distances = device.Allocate(samples.Rows, samples.Rows);
        var bySlice = new Bandwidth(device, columns.Columns);
        if (golden.Inputs.TryGetProperty("samples2", out _))
        {
            DeviceMatrix others = golden.Inputs.MatrixOn("samples2", device);
            DeviceMatrix otherProjections = device.Allocate(samples.Rows, columns.Columns);
            device.Multiply(otherProjections, others, columns);
            results.AddTransposed("projections2", otherProjections);
            device.Write(distances, CrossDistances(golden.Inputs.Matrix("samples2"), golden.Inputs.Matrix("samples")));
            device.Write(bySlice.Medians, CrossMedians(device, golden, columns.Columns));
            SetFromMedians(bySlice, device);
        }
        else
        {
            device.SquaredDistances(distances, samples);
            bySlice.SetByProjectedMedians(projections);
        }

        results.Add("median_sq_proj", bySlice.Medians);
        GoldenRun.AddSquaredBandwidths(results, "bandwidth_proj", bySlice);
        var bandwidth = new Bandwidth(device, 1);
        bandwidth.SetByMedian(distances);
        results.Add("median_sq_dist", bandwidth.Medians);
        GoldenRun.AddSquaredBandwidths(results, "bandwidth_ksd", bandwidth);
        bandwidth.SetByBatchMedian(distances);
        GoldenRun.AddSquaredBandwidths(results, "ica_ksd_bandwidth", bandwidth);
    }

    /// <summary>Squared distances, entry (i, j) between row i of the first matrix and row j of the second.</summary>
    private static double[] CrossDistances(double[,] first, double[,] second)
    {
        int count = first.GetLength(0);
        var distances = new double[count * count];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                for (int d = 0; d < first.GetLength(1); d++)
                    distances[(i * count) + j] += Math.Pow(first[i, d] - second[j, d], 2);
            }
        }

        return distances;
    }

    /// <summary>
    /// The engine's projected medians are for a single set of samples, whose differences from themselves are zero. For two sets, the pairs
    /// i ≤ j are placed above the diagonal of a larger matrix, whose median is computed by the other operation; it ignores zeros.
    /// </summary>
    private static double[] CrossMedians(Device device, GoldenCase golden, int slices)
    {
        double[,] ours = golden.Inputs.Matrix("samples");
        double[,] others = golden.Inputs.Matrix("samples2");
        double[,] directions = golden.Inputs.Matrix("directions");
        int count = ours.GetLength(0);
        DeviceMatrix median = device.Allocate(1, 1);
        var medians = new double[slices];
        for (int slice = 0; slice < slices; slice++)
        {
            double[] first = Project(others, directions, slice);
            double[] second = Project(ours, directions, slice);
            var matrix = new double[(count + 1) * (count + 1)];
            for (int i = 0; i < count; i++)
            {
                for (int j = i; j < count; j++)
                {
                    double square = Math.Pow(first[i] - second[j], 2);
                    Assert.True(square > 0, "A difference of zero between two sets of samples would have to be counted.");
                    matrix[(i * (count + 1)) + j + 1] = square;
                }
            }

            device.MedianSquaredDistance(median, device.Upload(count + 1, count + 1, matrix));
            medians[slice] = device.Read(median)[0];
        }

        return medians;
    }

    private static double[] Project(double[,] samples, double[,] directions, int slice)
    {
        var projected = new double[samples.GetLength(0)];
        for (int i = 0; i < projected.Length; i++)
        {
            for (int d = 0; d < samples.GetLength(1); d++)
                projected[i] += samples[i, d] * directions[slice, d];
        }

        return projected;
    }

    private static void SetFromMedians(Bandwidth bandwidth, Device device)
    {
        // Set takes bandwidths; h = 2√(m/2) gives h² = 2m, which then replaces the medians.
        double[] medians = device.Read(bandwidth.Medians);
        bandwidth.Set([.. medians.Select(median => 2 * Math.Sqrt(0.5 * median))]);
        device.Write(bandwidth.Medians, medians);
    }
}
