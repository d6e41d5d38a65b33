using System.Reflection;
using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Optimization;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>
/// Compares maps, sums, copies and Adam on every device with their definitions. The tolerance is twice the running error bound of the
/// formula, with one rounding per operation.
/// </summary>
[Trait("Category", "Device")]
public class ElementwiseTests
{
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_map_repeats_rows_columns_and_numbers_to_the_shape_of_its_output(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Measurements.Compare(nameof(A_map_repeats_rows_columns_and_numbers_to_the_shape_of_its_output), loan.Device, (device, results) =>
        {
            foreach ((int rows, int columns) in Shapes(loan.Device))
            {
                foreach ((DeviceMatrix b, string shape) in Broadcasts(device, rows, columns))
                {
                    var draw = new Draw(31);
                    DeviceMatrix a = draw.NormalOn(device, rows, columns);
                    DeviceMatrix output = device.Allocate(rows, columns);
                    device.Map<AddScaledProduct>(output, a, b, a, p: -0.7);
                    results.Add($"a + p·b·a {rows}×{columns}, b {shape}", output);
                    device.Map<Square>(output, b);
                    results.Add($"b² {rows}×{columns}, b {shape}", output);
                    DeviceMatrix rowSums = device.Allocate(rows, 1);
                    device.SumRows<AddScaledProduct>(rowSums, a, a, b, p: 1.5);
                    results.Add($"row sums {rows}×{columns}, c {shape}", rowSums);
                    DeviceMatrix columnSums = device.Allocate(1, columns);
                    device.SumColumns<AddScaledProduct>(columnSums, a, b, a, p: 1.5);
                    results.Add($"column sums {rows}×{columns}, b {shape}", columnSums);
                    device.Map<AddScaled>(a, a, b, p: 3);
                    results.Add($"in place {rows}×{columns}, b {shape}", a);
                }
            }
        });
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Every_map_of_the_engine(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        double worst = Measurements.Compare(nameof(Every_map_of_the_engine), loan.Device, (device, results) =>
        {
            const int Rows = 5, Columns = 37;
            var draw = new Draw(32);
            DeviceMatrix a = draw.NormalOn(device, Rows, Columns, 3);
            DeviceMatrix b = draw.NormalOn(device, Rows, Columns);
            DeviceMatrix c = draw.NormalOn(device, Rows, Columns);
            DeviceMatrix positive = device.Upload(Rows, Columns, [.. draw.Normal(Rows * Columns, 3).Select(Math.Abs)]);
            double[] shares = [.. draw.Normal(Rows * Columns).Select(v => (double)(float)Math.Abs(Math.Tanh(v)))];
            DeviceMatrix share = device.Upload(Rows, Columns, shares);
            Apply<Identity>(a, b, c);
            Apply<AddScaled>(a, b, c);
            Apply<Scaled>(a, b, c);
            Apply<Product>(a, b, c);
            Apply<AddScaledProduct>(a, b, c);
            Apply<Square>(a, b, c);
            Apply<Absolute>(a, b, c);
            Apply<Sigmoid>(a, b, c);
            Apply<SwishFirstDerivative>(a, share, c);
            Apply<SwishSecondDerivativeTimes>(a, share, c);
            Apply<InverseNorm>(positive, b, c);
            Apply<NormalisationPull>(positive, b, c);
            Apply<MedianPower>(positive, b, c);
            Apply<InverseSquareBandwidth>(positive, b, c);
            Apply<FourthOrderFactor>(positive, b, c);
            Apply<BaseLogDensity<LaplaceDensity>>(a, b, c);
            Apply<BaseScore<LaplaceDensity>>(a, b, c);
            Apply<BaseScoreDerivativeTimes<LaplaceDensity>>(a, b, c);
            Apply<BaseScoreSecondDerivativeTimes<LaplaceDensity>>(a, b, c);
            Apply<BaseLogDensity<StudentTDensity>>(a, b, c);
            Apply<BaseScore<StudentTDensity>>(a, b, c);
            Apply<BaseScoreDerivativeTimes<StudentTDensity>>(a, b, c);
            Apply<BaseScoreSecondDerivativeTimes<StudentTDensity>>(a, b, c);
            Apply<BaseScore<StudentTScore>>(a, b, c);
            Apply<BaseScoreDerivativeTimes<StudentTScore>>(a, b, c);
            Apply<BaseScoreSecondDerivativeTimes<StudentTScore>>(a, b, c);
            Apply<BaseScore<HyperbolicScore>>(b, b, c);
            Apply<BaseScoreDerivativeTimes<HyperbolicScore>>(b, b, c);
            Apply<BaseScoreSecondDerivativeTimes<HyperbolicScore>>(b, b, c);
            Contrast<DensityContrast<LaplaceDensity>>();
            Contrast<DensityContrast<StudentTDensity>>();
            Contrast<SmoothedLaplaceContrast>();
            Contrast<HyperbolicSecantContrast>();
            Contrast<WhitenedWitnessContrast>();
            Apply<Quotient>(a, positive, c);
            Apply<Momentum>(a, b, c);
            Apply<PlusOneTimes>(a, b, c);
            Apply<GaussianSteinMap>(positive, b, c);
            Apply<GridSpacing>(a, b, positive);
            Apply<GridOrigin>(a, b, positive);
            Apply<AddScaledSquareProduct>(a, b, c);
            Apply<Affine>(a, b, c);
            Apply<LinearCombination>(a, b, c);
            Apply<ScaledProduct>(a, b, c);
            Apply<SignOf>(a, b, c);
            Apply<Exponential>(b, b, c);
            Apply<Logarithm>(positive, b, c);
            Apply<SquareRoot>(positive, b, c);
            Apply<Reciprocal>(positive, b, c);
            Apply<Power>(positive, b, c);
            Apply<Logistic>(a, b, c);
            Apply<Swish>(a, b, c);
            Apply<Tanh>(a, b, c);
            Apply<Softplus>(a, b, c);
            Apply<ExponentialLinear>(a, b, c);
            Apply<Rectifier>(a, b, c);
            Apply<LeakyRectifier>(a, b, c);
            foreach (Type map in Activation.Differentiated())
            {
                ApplyType(typeof(Derivative<>).MakeGenericType(map));
                ApplyType(typeof(DerivativeTimes<>).MakeGenericType(map));
            }

            var kernelMaps = new KernelMaps(device, results, positive, share, c);
            foreach (string kernel in RadialKernels.Names)
                EveryKernel.Run(kernel, kernelMaps);
            RequireAllMaps(results.Names);

            void Apply<TMap>(DeviceMatrix first, DeviceMatrix second, DeviceMatrix third)
                where TMap : struct, IElementMap => AddMap<TMap>(device, results, first, second, third);

            void Contrast<TContrast>()
                where TContrast : struct, IContrast
            {
                Apply<ContrastValue<TContrast>>(a, b, c);
                Apply<ContrastSlope<TContrast>>(a, b, c);
                Apply<ContrastCurvature<TContrast>>(a, b, c);
            }

            void ApplyType(Type map) => typeof(ElementwiseTests).GetMethod(nameof(AddMap), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(map).Invoke(null, [device, results, a, b, c]);
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"used {worst:P1} of the tolerance");
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Nan_and_infinities_go_through_maps(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        DeviceMatrix a = device.Upload(1, 5, [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, 1]);
        DeviceMatrix output = device.Allocate(1, 5);
        device.Map<Sigmoid>(output, a);
        Assert.Equal([double.NaN, 1, 0, 0.5], device.Read(output)[..4]);
        device.Map<BaseScore<LaplaceDensity>>(output, a);
        Assert.Equal([double.NaN, -1, 1, 0, -1], device.Read(output).Select(value => value + 0.0));
        device.Map<KernelValue<GaussianKernel>>(output, a, device.Upload(1, 1, [1]));
        Assert.Equal([double.NaN, 0], device.Read(output)[..2]);
        Assert.Equal(1, device.Read(output)[3]);
        DeviceMatrix sum = device.Allocate(1, 1);
        device.SumRows<Identity>(sum, a);
        Assert.Equal([double.NaN], device.Read(sum));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void What_is_written_is_read_gathered_transposed_and_set_exactly(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        foreach ((int rows, int columns) in Shapes(device))
        {
            var draw = new Draw(33);
            double[] values = draw.Normal(rows * columns);
            DeviceMatrix matrix = device.Allocate(rows, columns);
            Checks.Same("allocated", new double[rows * columns], device.Read(matrix));
            device.Write(matrix, values);
            Checks.Same("read", values, device.Read(matrix));
            device.Write(matrix, [.. values.Select(value => -(float)value)]);
            Checks.Same("floats", [.. values.Select(value => -value)], device.Read(matrix));

            int[] order = [.. Enumerable.Range(0, (2 * rows) + 1).Select(i => i * 5 % rows)];
            DeviceMatrix gathered = device.Allocate(order.Length, columns);
            device.GatherRows(gathered, matrix, order);
            double[] inOrder = [.. order.SelectMany(row => values.Skip(row * columns).Take(columns)).Select(value => -value)];
            Checks.Same("gathered", inOrder, device.Read(gathered));

            DeviceMatrix transposed = device.Allocate(columns, rows);
            device.Transpose(transposed, matrix);
            double[] entries = device.Read(transposed);
            double[] expected = [.. Enumerable.Range(0, entries.Length).Select(i => -values[(i % rows * columns) + (i / rows)])];
            Checks.Same("transposed", expected, entries);

            DeviceMatrix view = matrix.RowRange(rows - 1, 1);
            Checks.Same("view", [.. values[^columns..].Select(value => -value)], device.Read(view));
            device.Write(view, values.AsSpan(0, columns));
            double[] above = [.. values[..^columns].Select(value => -value)];
            Checks.Same("written through the view", [.. above, .. values[..columns]], device.Read(matrix));
        }

        foreach (int size in Sizes.All(device))
        {
            double[] values = new Draw(34).Normal(size * size);
            DeviceMatrix square = device.Upload(size, size, values);
            device.FillDiagonal(square, 0.5);
            for (int i = 0; i < size; i++)
                values[(i * size) + i] = 0.5;
            Checks.Same("diagonal filled", values, device.Read(square));
        }

        foreach (int row in new[] { -1, 3 })
            Assert.Throws<ArgumentOutOfRangeException>(() => device.GatherRows(device.Allocate(1, 2), device.Allocate(3, 2), [row]));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void The_error_of_a_long_sum_stays_small_and_its_bits_the_same(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        const int Count = 200_000;
        double term = 0.1f;
        DeviceMatrix column = device.Upload(Count, 1, [.. Enumerable.Repeat(term, Count)]);
        DeviceMatrix sum = device.Allocate(1, 1);
        device.SumColumns<Identity>(sum, column);
        double[] first = device.Read(sum);

        // A plain sum in single precision is off by a thousandth here.
        Checks.Close("sum", [Count * term], first, _ => 1000 * device.UnitRoundoff * Count * term);
        device.SumColumns<Identity>(sum, column);
        Checks.Same("again", first, device.Read(sum));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Adam_takes_the_steps_of_its_definition(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Measurements.Compare(nameof(Adam_takes_the_steps_of_its_definition), loan.Device, (device, results) =>
        {
            foreach (int columns in Sizes.All(loan.Device))
            {
                foreach (bool ascend in (ReadOnlySpan<bool>)[false, true])
                {
                    var draw = new Draw(35);
                    DeviceMatrix parameters = draw.NormalOn(device, 3, columns);
                    DeviceMatrix gradient = device.Allocate(3, columns);
                    var adam = new Adam(new AdamSettings(), [parameters], [gradient], ascend);
                    for (int step = 0; step < 3; step++)
                    {
                        device.Write(gradient, draw.Normal(3 * columns));
                        adam.Step();
                    }

                    int part = 0;
                    foreach (DeviceMatrix state in (DeviceMatrix[])[parameters, .. adam.Moments])
                        results.Add($"{columns} columns, ascend {ascend}, part {part++}", state);
                }
            }
        });
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Blocks_reshaped_matrices_and_row_maxima_are_exact(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        foreach ((int rows, int columns) in Sizes.Few(device).SelectMany(size => new[] { (1, size), (size, 3) }))
        {
            double[] values = new Draw(37).Normal(rows * columns);
            DeviceMatrix matrix = device.Upload(rows, columns, values);
            DeviceMatrix reshaped = device.Allocate(columns, rows);
            device.Reshape(reshaped, matrix);
            Checks.Same("reshaped", values, device.Read(reshaped));

            DeviceMatrix largest = device.Allocate(rows, 1);
            device.MaxRows(largest, matrix);
            Checks.Same("largest", [.. values.Chunk(columns).Select(row => row.Max())], device.Read(largest));

            double[] expected = new Draw(38).Normal((rows + 2) * (columns + 3));
            DeviceMatrix destination = device.Upload(rows + 2, columns + 3, expected);
            (int firstRow, int firstColumn) = (rows / 2, columns / 2);
            for (int row = firstRow; row < rows; row++)
            {
                for (int column = firstColumn; column < columns; column++)
                    expected[((row - firstRow + 1) * (columns + 3)) + column - firstColumn + 2] = values[(row * columns) + column];
            }

            device.CopyBlock(destination, 1, 2, matrix, firstRow, firstColumn, rows - firstRow, columns - firstColumn);
            Checks.Same("block", expected, device.Read(destination));
            Assert.Throws<ArgumentException>(() => device.CopyBlock(destination, 3, 0, matrix, 0, 0, rows, columns));
            Assert.Throws<ArgumentException>(() => device.CopyBlock(destination, 0, 0, matrix, 0, 1, rows, columns));
        }

        Assert.Throws<ArgumentException>(() => device.Reshape(device.Allocate(2, 3), device.Allocate(2, 4)));
        Assert.Throws<ArgumentException>(() => device.MaxRows(device.Allocate(2, 2), device.Allocate(2, 4)));
    }

    [Fact]
    public void Adam_is_pytorchs()
    {
        // torch.optim.Adam([p], lr=1e-3, betas=(0.9, 0.99)) on p = 1 with gradients 2, −1, 0.5, computed by hand from its source:
        // exp_avg.lerp_(g, 1 − β₁); exp_avg_sq.mul_(β₂).addcmul_(g, g, 1 − β₂); denom = √v/√(1 − β₂ᵗ) + ε; p −= lr/(1 − β₁ᵗ)·m/denom.
        (double p, double m, double v) = (1, 0, 0);
        using DeviceLoan loan = TestDevices.Rent("double");
        Device device = loan.Device;
        DeviceMatrix parameter = device.Upload(1, 1, [1]);
        DeviceMatrix gradient = device.Allocate(1, 1);
        var adam = new Adam(new AdamSettings(), [parameter], [gradient]);
        double[] gradients = [2, -1, 0.5];
        for (int t = 1; t <= gradients.Length; t++)
        {
            double g = gradients[t - 1];
            m += 0.1 * (g - m);
            v = (0.99 * v) + (0.01 * g * g);
            p -= 1e-3 / (1 - Math.Pow(0.9, t)) * m / ((Math.Sqrt(v) / Math.Sqrt(1 - Math.Pow(0.99, t))) + 1e-8);
            device.Write(gradient, [g]);
            adam.Step();
            Assert.Equal(p, device.Read(parameter)[0], 1e-14);
        }
    }

    private static IEnumerable<(int Rows, int Columns)> Shapes(Device device)
    {
        foreach (int columns in Sizes.All(device))
        {
            foreach (int rows in new[] { 1, 2, 7, 65 })
                yield return (rows, columns);
        }

        // Long enough for sums over more than one block.
        yield return (3, 300);
        yield return (300, 2);
    }

    /// <summary>Fails if a map of the engine is not tested.</summary>
    private static void RequireAllMaps(IReadOnlyCollection<string> tested)
    {
        foreach (Type map in typeof(IElementMap).Assembly.GetTypes().Where(
            type => type.IsValueType && type.IsAssignableTo(typeof(IElementMap))))
        {
            bool isTested = tested.Any(name => map.IsGenericType
                ? name.StartsWith($"{map.FullName}[", StringComparison.Ordinal)
                : name == map.FullName);
            Assert.True(isTested, $"{map.Name} is not tested; add it to the list.");
        }
    }

    private static void AddMap<TMap>(Device device, Measurements results, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c)
        where TMap : struct, IElementMap
    {
        DeviceMatrix output = device.Allocate(a.Rows, a.Columns);
        device.Map<TMap>(output, a, b, c, p: 0.75, q: -2);
        results.Add(typeof(TMap).ToString(), output);
    }

    private static IEnumerable<(DeviceMatrix Matrix, string Shape)> Broadcasts(Device device, int rows, int columns)
    {
        var draw = new Draw(36);
        yield return (draw.NormalOn(device, rows, columns), "full");
        yield return (draw.NormalOn(device, 1, columns), "row");
        yield return (draw.NormalOn(device, rows, 1), "column");
        yield return (draw.NormalOn(device, 1, 1), "number");
    }

    private sealed class KernelMaps(Device device, Measurements results, DeviceMatrix squares, DeviceMatrix scales, DeviceMatrix c)
        : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            Apply<KernelValue<TKernel>>();
            if (TKernel.Derivatives < KernelSmoothness.SteinKernel)
                return;
            Apply<KernelFirstDerivative<TKernel>>();
            Apply<KernelMixedTrace<TKernel>>();
            if (TKernel.Derivatives < KernelSmoothness.Bilaplacian)
                return;
            Apply<KernelSecondDerivative<TKernel>>();
            Apply<KernelLaplacianGradient<TKernel>>();
            Apply<KernelBilaplacian<TKernel>>();
            ApplyOnLine<LineKernel<TKernel>>();
            ApplyOnLine<LineKernelFirstDerivative<TKernel>>();
            ApplyOnLine<LineKernelSecondDerivative<TKernel>>();
            ApplyOnLine<LineKernelThirdDerivative<TKernel>>();
            ApplyOnLine<LineKernelFourthDerivative<TKernel>>();
            ApplyOnLine<CoordinateSteinDiagonal<TKernel>>();
            ApplyOnLine<CoordinateSteinDiagonalSlope<TKernel>>();
        }

        private void Apply<TMap>()
            where TMap : struct, IElementMap => AddMap<TMap>(device, results, squares, scales, c);

        private void ApplyOnLine<TMap>()
            where TMap : struct, IElementMap => AddMap<TMap>(device, results, c, scales, squares);
    }
}
