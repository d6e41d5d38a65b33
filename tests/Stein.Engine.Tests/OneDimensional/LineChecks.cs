using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.OneDimensional;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.OneDimensional;

/// <summary>Checks that are the same for all <see cref="LinePairSums"/>.</summary>
internal static class LineChecks
{
    /// <summary>Fails unless the results of one column are not finite and those of the others are the same to the last bit.</summary>
    public static void Check(LineResults expected, LineResults actual, int columns, int bad)
    {
        foreach (((string what, double[] numbers), (_, double[] results)) in expected.All.Zip(actual.All))
        {
            for (int i = 0; i < results.Length; i++)
            {
                if (i % columns == bad)
                    Assert.False(double.IsFinite(results[i]), $"{what}, entry {i}: {results[i]} is finite");
                else
                    Checks.Same(what, [numbers[i]], [results[i]]);
            }
        }
    }

    /// <summary>Fails unless pooled columns have the results of one column of all their numbers.</summary>
    /// <param name="create">Creates sums for N numbers in each of R columns, of a statistic, pooled or not.</param>
    public static void CheckPooled(Device device, Func<int, int, PairStatistic, bool, LinePairSums> create)
    {
        const int Samples = 20, Columns = 3;
        LineProblem line = LineProblem.Normal(Samples * Columns, 1);
        LineProblem columns = line with
        {
            Couplings = [.. Enumerable.Repeat(line.Couplings[0], Columns)],
            Bandwidths = [.. Enumerable.Repeat(line.Bandwidths[0], Columns)],
        };
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            LineResults expected = line.Solve(create(Samples * Columns, 1, statistic, false), device);
            LineResults pooled = columns.Solve(create(Samples, Columns, statistic, true), device);
            foreach (((string what, double[] numbers), (_, double[] results)) in expected.All.Zip(pooled.All))
            {
                double[] repeated = numbers.Length == 1 ? [.. Enumerable.Repeat(numbers[0], Columns)] : numbers;
                Checks.CloseInMaximum($"{statistic}, {what}", repeated, results, 1e-12);
            }
        }
    }

    /// <summary>
    /// Fails unless the second time, with other numbers, allocates nothing, and the third time gives the same bits as the first.
    /// </summary>
    public static void CheckAllocations(Device device, LinePairSums sums)
    {
        DeviceMatrix points = new Draw(1).NormalOn(device, sums.Samples, sums.Columns);
        DeviceMatrix others = new Draw(2).NormalOn(device, sums.Samples, sums.Columns);
        DeviceMatrix weights = new Draw(3).NormalOn(device, sums.Samples, sums.Columns);
        DeviceMatrix ones = device.Upload(1, sums.Columns, [.. Enumerable.Repeat(1.0, sums.Columns)]);
        DeviceMatrix perEntry = device.Allocate(sums.Samples, sums.Columns), perColumn = device.Allocate(1, sums.Columns);
        double[] first = Compute(points);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(others);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Checks.Same("third time", first, Compute(points));

        double[] Compute(DeviceMatrix at)
        {
            Run(at);
            return [.. device.Read(perEntry), .. device.Read(perColumn)];
        }

        void Run(DeviceMatrix at)
        {
            sums.Prepare(at, weights, ones, ones);
            sums.RowSums(perEntry);
            sums.WeightGradient(perEntry);
            sums.Witness(perEntry, 2);
            sums.CouplingGradient(perColumn);
            sums.Values(perColumn);
            sums.PointGradient(perEntry);
        }
    }
}
