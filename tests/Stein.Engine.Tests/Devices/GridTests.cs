using Stein.Engine.Devices;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>Compares points on grids on every device with the slow definition.</summary>
[Trait("Category", "Device")]
public class GridTests
{
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Points_on_grids(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        double worst = Measurements.Compare(nameof(Points_on_grids), loan.Device, (device, results) =>
        {
            // Enough rows for several blocks and parts, and enough columns for several blocks.
            (int, int, int)[] sizes = [(300, 2, 9), (1, 1, 4), (700, 1, 20), (33, 35, 5)];
            foreach ((int rows, int columns, int nodes) in Sizes.AreAll(loan.Device) ? sizes : sizes[..1])
            {
                string row = $"{rows}×{columns}, {nodes} nodes: ";
                var draw = new Draw(71);
                DeviceMatrix points = draw.NormalOn(device, rows, columns);
                DeviceMatrix weights = draw.NormalOn(device, rows, columns);

                // The grids do not reach all points.
                var grids = new ColumnGrids(
                    device.Upload(1, columns, [.. Enumerable.Range(0, columns).Select(column => -2 + (column / 64.0))]),
                    device.Upload(1, columns, [.. Enumerable.Repeat((nodes - 1) / 4.0, columns)]));
                DeviceMatrix low = device.Allocate(1, columns), high = device.Allocate(1, columns);
                device.ColumnRanges(low, high, points);
                results.Add(row + "minima", low);
                results.Add(row + "maxima", high);

                DeviceMatrix counts = device.Allocate(columns, nodes), sums = device.Allocate(columns, nodes);
                device.SpreadColumns(counts, sums, grids, points, weights);
                results.Add(row + "counts", counts);
                results.Add(row + "sums", sums);

                DeviceMatrix table = draw.NormalOn(device, columns, nodes), second = draw.NormalOn(device, columns, nodes);
                DeviceMatrix output = device.Allocate(rows, columns);
                device.InterpolateColumns(output, grids, points, table);
                results.Add(row + "one table", output);
                device.InterpolateColumns(output, grids, points, table, scale: -1.5, weights, second);
                results.Add(row + "two tables", output);

                DeviceMatrix convolved = draw.NormalOn(device, columns, nodes);
                device.ConvolveRows(convolved, sums, table, isOdd: false, alpha: 0.5, beta: -2);
                results.Add(row + "even", convolved);
                device.ConvolveRows(convolved, sums, table, isOdd: true);
                results.Add(row + "odd", convolved);
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"used {worst:P1} of the tolerance");
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Ranges_of_columns_with_nan_or_infinity_are_nan(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        DeviceMatrix low = device.Allocate(1, 3), high = device.Allocate(1, 3);
        device.ColumnRanges(
            low, high, device.Upload(3, 3, [1, 2, double.NaN, double.NegativeInfinity, -3, 1, 0, -5, 2]));
        Assert.Equal([double.NaN, -5, double.NaN], device.Read(low));
        Assert.Equal([double.NaN, 2, double.NaN], device.Read(high));
    }

    [Fact]
    public void Cubic_polynomials_are_interpolated_exactly_and_points_keep_their_moments()
    {
        using DeviceLoan loan = TestDevices.Rent("double");
        Device device = loan.Device;
        const int Nodes = 7;
        var grids = new ColumnGrids(device.Upload(1, 1, [-1]), device.Upload(1, 1, [2]));
        double[] points = [-0.5, -0.4, 0.1, 0.7, 1.2, 1.5];
        DeviceMatrix at = device.Upload(points.Length, 1, points);
        double[] nodes = [.. Enumerable.Range(0, Nodes).Select(k => -1 + (k / 2.0))];
        DeviceMatrix counts = device.Allocate(1, Nodes), sums = device.Allocate(1, Nodes), output = device.Allocate(points.Length, 1);
        device.SpreadColumns(counts, sums, grids, at, at);
        for (int power = 0; power <= 3; power++)
        {
            double[] expected = [.. points.Select(z => Math.Pow(z, power))];
            double[] table = [.. nodes.Select(z => Math.Pow(z, power))];
            device.InterpolateColumns(output, grids, at, device.Upload(1, Nodes, table));
            Checks.Close($"power {power}", expected, device.Read(output), _ => 1e-14);
            Assert.Equal(expected.Sum(), device.Read(counts).Zip(table, (w, z) => w * z).Sum(), 1e-13);
            Assert.Equal(expected.Zip(points, (f, z) => f * z).Sum(), device.Read(sums).Zip(table, (w, z) => w * z).Sum(), 1e-13);
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using DeviceLoan loan = TestDevices.Rent("double");
        Device device = loan.Device;
        DeviceMatrix row = device.Allocate(1, 2), points = device.Allocate(5, 2), table = device.Allocate(2, 6);
        var grids = new ColumnGrids(row, row);
        Assert.Throws<ArgumentException>(() => device.ColumnRanges(row, device.Allocate(1, 3), points));
        Assert.Throws<ArgumentException>(() => device.SpreadColumns(table, device.Allocate(2, 3), grids, points, points));
        Assert.Throws<ArgumentException>(() => device.SpreadColumns(table, table, grids, points, row));
        Assert.Throws<ArgumentException>(() => device.InterpolateColumns(row, grids, points, table));
        Assert.Throws<ArgumentException>(() => device.InterpolateColumns(points, grids, points, device.Allocate(3, 6)));
        Assert.Throws<ArgumentException>(() => device.InterpolateColumns(points, new(row, points), points, table));
        Assert.Throws<ArgumentException>(() => device.ConvolveRows(table, table, device.Allocate(2, 5), isOdd: false));
    }
}
