using Stein.Engine.Devices;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>Medians on every device are exact: the same bits as by sorting all numbers in the device's own precision.</summary>
[Trait("Category", "Device")]
public class MedianTests
{
    public static IEnumerable<string> Kinds { get; } =
        ["normal", "duplicates", "equal", "two values", "one outlier", "huge range", "denormal", "ascending", "clusters"];

    public static TheoryData<string, string> Rows => TestDevices.With(Kinds);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Of_squared_distances(string name, string kind)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        DeviceMatrix median = device.Allocate(1, 1);
        foreach (int count in (IEnumerable<int>)[.. Sizes.All(device), 64, 101])
        {
            // Any symmetric matrix will do, because the operation does not rely on its numbers being distances.
            double[] values = Numbers(kind, count * count, (ulong)count);
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j <= i; j++)
                    values[(i * count) + j] = i == j ? 0 : Math.Abs(values[(j * count) + i]);
                for (int j = i + 1; j < count; j++)
                    values[(i * count) + j] = Math.Abs(values[(i * count) + j]);
            }

            for (int repetition = 0; repetition < 2; repetition++)
            {
                // The second time the search begins at the last median, which must not change the result.
                device.MedianSquaredDistance(median, device.Upload(count, count, values));
                Checks.Same($"{kind}, N = {count}", [LowerMedianOfPositive(values, count)], device.Read(median));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Of_projections(string name, string kind)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        foreach (int count in TestDevices.IsSlow(device) ? [1, 4, 17, 64] : (IEnumerable<int>)[.. Sizes.All(device), 64, 101])
        {
            // On a simulator each slice has its own group of threads, so few slices are enough.
            foreach (int slices in TestDevices.IsSlow(device) ? [2] : Sizes.Few(device))
            {
                double[] values = Numbers(kind, count * slices, (ulong)(count + (1000 * slices)));
                DeviceMatrix projections = device.Upload(count, slices, values);
                DeviceMatrix medians = device.Allocate(1, slices);
                for (int repetition = 0; repetition < 2; repetition++)
                {
                    device.ProjectedMedians(medians, projections);
                    Checks.Same(
                        $"{kind}, N = {count}, R = {slices}",
                        [.. Enumerable.Range(0, slices).Select(slice => ProjectedMedian(device, values, slices, slice, count))],
                        device.Read(medians));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Of_projections_take_the_first_500_samples_or_as_many_as_asked_for(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        const int Count = 523, Slices = 5;
        double[] values = new Draw(51).Normal(Count * Slices);
        DeviceMatrix projections = device.Upload(Count, Slices, values);
        DeviceMatrix medians = device.Allocate(1, Slices);
        foreach (int maximum in TestDevices.IsSlow(device) ? [500, 3, 1000] : new[] { 500, 499, 100, 3, 1, 1000 })
        {
            device.ProjectedMedians(medians, projections, maximum);
            int count = Math.Min(maximum, Count);
            Checks.Same(
                $"{maximum}",
                [.. Enumerable.Range(0, Slices).Select(slice => ProjectedMedian(device, values, Slices, slice, count))],
                device.Read(medians));
        }

        device.ProjectedMedians(medians, projections);
        Assert.Equal(ProjectedMedian(device, values, Slices, 2, 500), device.Read(medians)[2]);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void The_guess_does_not_affect_the_result(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        const int Count = 60;
        double[] values = new Draw(52).Normal(Count);
        DeviceMatrix projections = device.Upload(Count, 1, values);
        DeviceMatrix distances = device.Allocate(Count, Count);
        device.SquaredDistances(distances, projections);
        double[] squares = device.Read(distances);
        int some = TestDevices.IsSlow(device) ? 4 : 50;
        double[] guesses = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1, 0, 1e-45, 1e30, .. squares[..some]];
        foreach (double guess in guesses)
        {
            DeviceMatrix median = device.Upload(1, 1, [guess]);
            device.ProjectedMedians(median, projections);
            Checks.Same($"projected, guess {guess}", [ProjectedMedian(device, values, 1, 0, Count)], device.Read(median));
            device.Write(median, [guess]);
            device.MedianSquaredDistance(median, distances);
            Checks.Same($"guess {guess}", [LowerMedianOfPositive(squares, Count)], device.Read(median));
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Three_samples_have_projected_median_zero_and_one_sample_has_median_zero(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        DeviceMatrix medians = device.Upload(1, 2, [7, 7]);
        device.ProjectedMedians(medians, device.Upload(3, 2, [1, 2, 30, 4, 5, 60]));
        Checks.Same("three samples", [0, 0], device.Read(medians));
        DeviceMatrix median = device.Upload(1, 1, [7]);
        device.MedianSquaredDistance(median, device.Allocate(1, 1));
        Checks.Same("one sample", [0], device.Read(median));
        device.MedianSquaredDistance(median, device.Allocate(9, 9));
        Checks.Same("equal samples", [0], device.Read(median));
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public async Task Nan_among_the_numbers_gives_nan_and_does_not_hang(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        await Task.Run(
            () =>
            {
                foreach (int count in (IEnumerable<int>)[2, 5, 16, 33, 100])
                {
                    for (int nans = 1; nans <= count; nans += (count / 3) + 1)
                    {
                        // A sample that is NaN makes a row and a column of distances NaN.
                        double[] values = new Draw(53).Normal(count);
                        for (int i = 0; i < nans; i++)
                            values[(i * 7) % count] = double.NaN;
                        DeviceMatrix projections = device.Upload(count, 1, values);
                        DeviceMatrix medians = device.Allocate(1, 1);
                        device.ProjectedMedians(medians, projections);
                        Checks.Same($"projected, {nans} of {count}", [double.NaN], device.Read(medians));
                        DeviceMatrix distances = device.Allocate(count, count);
                        device.SquaredDistances(distances, projections);
                        DeviceMatrix median = device.Allocate(1, 1);
                        device.MedianSquaredDistance(median, distances);
                        Checks.Same($"{nans} of {count}", [double.NaN], device.Read(median));
                    }
                }
            },
            TestContext.Current.CancellationToken);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void An_infinity_among_projections_gives_nan_in_its_column_alone(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        const int Count = 37, Slices = 3;
        double[] values = new Draw(55).Normal(Count * Slices);
        values[(20 * Slices) + 1] = double.NegativeInfinity;
        DeviceMatrix medians = device.Allocate(1, Slices);
        device.ProjectedMedians(medians, device.Upload(Count, Slices, values));
        double[] expected =
        [
            ProjectedMedian(device, values, Slices, 0, Count),
            double.NaN,
            ProjectedMedian(device, values, Slices, 2, Count),
        ];
        Checks.Same("medians", expected, device.Read(medians));
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public async Task Infinite_distances_count_as_the_largest(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        await Task.Run(
            () =>
            {
                // One sample so far out that the square of its distance overflows: 100 of the 5050 distances are infinite.
                const int Count = 101;
                double[] values = new Draw(54).Normal(Count);
                values[40] = device.UnitRoundoff > 1e-10 ? 3e38 : 1e308;
                DeviceMatrix projections = device.Upload(Count, 1, values);
                DeviceMatrix medians = device.Allocate(1, 1);
                device.ProjectedMedians(medians, projections);
                Checks.Same("projected", [ProjectedMedian(device, values, 1, 0, Count)], device.Read(medians));
                DeviceMatrix distances = device.Allocate(Count, Count);
                device.SquaredDistances(distances, projections);
                device.MedianSquaredDistance(medians, distances);
                Checks.Same("median", [LowerMedianOfPositive(device.Read(distances), Count)], device.Read(medians));
            },
            TestContext.Current.CancellationToken);
    }

    /// <summary>Numbers that single precision holds.</summary>
    internal static double[] Numbers(string kind, int count, ulong seed)
    {
        var draw = new Draw(seed);
        double[] normal = draw.Normal(count);
        return kind switch
        {
            "normal" => normal,
            "duplicates" => [.. normal.Select(value => Math.Round(2 * value) / 2)],
            "equal" => [.. normal.Select(_ => 1.25)],
            "two values" => [.. normal.Select(value => value > 0 ? 1.0 : 3.0)],
            "one outlier" => [.. normal.Select((value, i) => i == count / 2 ? 1e15f : value)],
            "huge range" => [.. normal.Select(value => (double)(float)Math.ScaleB(value, (int)(draw.Uniform() * 120) - 60))],
            "denormal" => [.. normal.Select(value => (double)(float)(value * 1e-40))],
            "ascending" => [.. Enumerable.Range(0, count).Select(i => (double)i)],
            "clusters" => [.. normal.Select(value => (double)(float)((value * 1e-6) + (value > 0 ? 1 : -1)))],
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such numbers"),
        };
    }

    private static double LowerMedianOfPositive(double[] matrix, int count)
    {
        var positive = new List<double>();
        for (int i = 0; i < count; i++)
        {
            for (int j = i + 1; j < count; j++)
            {
                if (matrix[(i * count) + j] > 0)
                    positive.Add(matrix[(i * count) + j]);
            }
        }

        positive.Sort();
        return positive.Count == 0 ? 0 : positive[(positive.Count - 1) / 2];
    }

    private static double ProjectedMedian(Device device, double[] values, int slices, int slice, int count)
    {
        bool single = device.UnitRoundoff > 1e-10;
        var squares = new List<double>();
        for (int i = 0; i < count; i++)
        {
            for (int j = i; j < count; j++)
            {
                double difference = values[(i * slices) + slice] - values[(j * slices) + slice];
                squares.Add(single ? Squared((float)difference) : difference * difference);
            }
        }

        squares.Sort();
        return squares[(squares.Count - 1) / 2];

        static float Squared(float value) => value * value;
    }
}
