using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>
/// Compares matrix products on every device with the definition. The tolerance is 2(n + few)u times the sum of the n products'
/// magnitudes, from the running error bound.
/// </summary>
[Trait("Category", "Device")]
public class ProductTests
{
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Products_of_awkward_sizes_with_every_transpose(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        double worst = Measurements.Compare(nameof(Products_of_awkward_sizes_with_every_transpose), loan.Device, (device, results) =>
        {
            foreach (int rows in Sizes.Few(loan.Device))
            {
                foreach (int inner in Sizes.Few(loan.Device))
                {
                    foreach (int columns in Sizes.Few(loan.Device))
                    {
                        // Both flags cycle with the sizes, so that every combination occurs with every residue.
                        for (int flags = 0; flags < 4; flags++)
                            Multiply(device, results, rows, inner, columns, (flags & 1) != 0, (flags & 2) != 0, 1, 0);
                    }
                }
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"used {worst:P1} of the tolerance");
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Every_number_of_rows_and_columns_up_to_beyond_every_block(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Measurements.Compare(nameof(Every_number_of_rows_and_columns_up_to_beyond_every_block), loan.Device, (device, results) =>
        {
            foreach (int size in Sizes.AreAll(loan.Device) ? Enumerable.Range(1, 70) : Sizes.Few(loan.Device))
            {
                Multiply(device, results, size, 5, 3, false, false, 1, 0);
                Multiply(device, results, 3, 5, size, false, true, 1, 0);
                Multiply(device, results, 4, size, 2, true, false, 1, 0);
            }
        });
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Scaled_products_are_added_to_what_is_there(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Measurements.Compare(nameof(Scaled_products_are_added_to_what_is_there), loan.Device, (device, results) =>
        {
            (int, int, int)[] sizes = [(1, 1, 1), (7, 9, 5), (1, 130, 3), (15, 3, 33), (33, 17, 16), (100, 31, 20)];
            foreach ((double alpha, double beta) in new[] { (1.0, 1.0), (-0.3, 0), (2.5, 1), (1, -1), (0.1, 0.7), (0, 1), (0, 0) })
            {
                foreach ((int rows, int inner, int columns) in Sizes.AreAll(loan.Device) ? sizes : sizes[..3])
                {
                    for (int flags = 0; flags < 4; flags++)
                        Multiply(device, results, rows, inner, columns, (flags & 1) != 0, (flags & 2) != 0, alpha, beta);
                }
            }
        });
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Rows_of_a_matrix_are_factors_and_products_too(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Measurements.Compare(nameof(Rows_of_a_matrix_are_factors_and_products_too), loan.Device, (device, results) =>
        {
            var draw = new Draw(21);
            DeviceMatrix left = draw.NormalOn(device, 20, 7);
            DeviceMatrix right = draw.NormalOn(device, 19, 9);
            DeviceMatrix product = draw.NormalOn(device, 11, 9);
            device.Multiply(product.RowRange(2, 5), left.RowRange(3, 5), right.RowRange(12, 7), beta: 1);
            results.Add("view", product);
            device.Multiply(product.RowRange(4, 7), left.RowRange(1, 9), right.RowRange(2, 9), transposeLeft: true);
            results.Add("transposed view", product);
        });
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Shapes_that_do_not_fit_are_refused(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        DeviceMatrix a = device.Allocate(2, 3);
        Assert.Throws<ArgumentException>(() => device.Multiply(device.Allocate(2, 2), a, a));
        Assert.Throws<ArgumentException>(() => device.Multiply(device.Allocate(3, 2), a, a, transposeRight: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Allocate(0, 1));
        Assert.Throws<ArgumentException>(() => device.Upload(2, 2, new double[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => a.RowRange(1, 2));
    }

    private static void Multiply(
        Device device,
        Measurements results,
        int rows,
        int inner,
        int columns,
        bool transposeLeft,
        bool transposeRight,
        double alpha,
        double beta)
    {
        var draw = new Draw((ulong)((rows * 10007) + (inner * 101) + columns));
        DeviceMatrix left = transposeLeft ? draw.NormalOn(device, inner, rows) : draw.NormalOn(device, rows, inner);
        DeviceMatrix right = transposeRight ? draw.NormalOn(device, columns, inner) : draw.NormalOn(device, inner, columns);

        // With beta = 0 the old contents have no effect, even if they are NaN.
        DeviceMatrix product = device.Upload(
            rows, columns, beta == 0 ? [.. Enumerable.Repeat(double.NaN, rows * columns)] : draw.Normal(rows * columns));
        device.Multiply(product, left, right, transposeLeft, transposeRight, alpha, beta);
        results.Add(
            $"{rows}×{inner}×{columns} {(transposeLeft ? "T" : "N")}{(transposeRight ? "T" : "N")} alpha {alpha} beta {beta}", product);
    }

    /// <summary>The largest products are divided among all cores; every number is still summed as in a small product.</summary>
    [Theory]
    [InlineData("simd")]
    [InlineData("simd-double")]
    public void A_large_product_has_the_bits_of_its_parts(string name)
    {
        const int Rows = 501, Inner = 450, Columns = 470;
        Assert.True(2.0 * Rows * Inner * Columns > 2e8);
        using Device device = DeviceCatalog.Create(name);
        DeviceMatrix left = new Draw(1).NormalOn(device, Rows, Inner), right = new Draw(2).NormalOn(device, Inner, Columns);
        DeviceMatrix whole = device.Allocate(Rows, Columns), parts = device.Allocate(Rows, Columns);
        device.Multiply(whole, left, right);
        for (int start = 0; start < Rows; start += 100)
        {
            int count = Math.Min(100, Rows - start);
            device.Multiply(parts.RowRange(start, count), left.RowRange(start, count), right);
        }

        Checks.Same("product", device.Read(parts), device.Read(whole));
    }
}
