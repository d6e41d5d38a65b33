using System.Reflection;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Devices.Ilgpu;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Optimization;
using Xunit;

namespace Stein.Engine.Tests.Devices;

public sealed class IlgpuSimulatorTests(IlgpuDeviceFixture<SimulatorName> fixture) : IlgpuDeviceTests<SimulatorName>(fixture);

public sealed class IlgpuCudaTests(IlgpuDeviceFixture<CudaName> fixture) : IlgpuDeviceTests<CudaName>(fixture);

public sealed class IlgpuOpenClTests(IlgpuDeviceFixture<OpenClName> fixture) : IlgpuDeviceTests<OpenClName>(fixture);

/// <summary>
/// Every operation of the ILGPU device against plain loops in double precision. The inputs are single-precision
/// numbers, so that only the operation itself rounds.
/// </summary>
public abstract class IlgpuDeviceTests<TName>(IlgpuDeviceFixture<TName> fixture) : IClassFixture<IlgpuDeviceFixture<TName>>
    where TName : struct, IDeviceName
{
    private readonly System.Random random = new(20240229);

    private Device Device => fixture.Require();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 17)]
    [InlineData(33, 2)]
    public void What_is_written_is_read_and_row_ranges_share_memory(int rows, int columns)
    {
        Device device = Device;
        double[] numbers = Numbers(rows * columns);
        DeviceMatrix matrix = device.Allocate(rows, columns);
        Assert.All(device.Read(matrix), number => Assert.Equal(0, number));
        device.Write(matrix, numbers);
        Assert.Equal(numbers, device.Read(matrix));
        device.Write(matrix, Array.ConvertAll(numbers, number => -(float)number));
        Assert.Equal(numbers.Select(number => -number), device.Read(matrix));

        DeviceMatrix last = matrix.RowRange(rows - 1, 1);
        device.Write(last, Enumerable.Repeat(7.0, columns).ToArray());
        Assert.Equal(numbers[..^columns].Select(number => -number).Concat(Enumerable.Repeat(7.0, columns)), device.Read(matrix));
        Assert.Equal(Enumerable.Repeat(7.0, columns), device.Read(last));
    }

    [Fact]
    public void A_matrix_of_another_device_is_refused()
    {
        Device device = Device;
        using Device other = DeviceCatalog.Create(TName.Name);
        ArgumentException exception = Assert.Throws<ArgumentException>(() => device.Transpose(device.Allocate(1, 1), other.Allocate(1, 1)));
        Assert.Contains("copy it with Read and Upload", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_gathered_in_the_order_of_the_indices()
    {
        Device device = Device;
        double[] numbers = Numbers(5 * 3);
        DeviceMatrix source = device.Upload(5, 3, numbers);
        int[] indices = [4, 0, 0, 3, 2, 1, 4];
        DeviceMatrix gathered = device.Allocate(indices.Length, 3);
        device.GatherRows(gathered, source, indices);
        Assert.Equal(indices.SelectMany(index => numbers[(3 * index)..((3 * index) + 3)]), device.Read(gathered));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.GatherRows(gathered.RowRange(0, 1), source, [5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.GatherRows(gathered.RowRange(0, 1), source, [-1]));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 33)]
    [InlineData(17, 15)]
    public void Transposing_exchanges_rows_and_columns(int rows, int columns)
    {
        Device device = Device;
        double[] numbers = Numbers(rows * columns);
        DeviceMatrix transposed = device.Allocate(columns, rows);
        device.Transpose(transposed, device.Upload(rows, columns, numbers));
        double[] actual = device.Read(transposed);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                Assert.Equal(numbers[(i * columns) + j], actual[(j * rows) + i]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    public void The_diagonal_is_filled(int size)
    {
        Device device = Device;
        double[] numbers = Numbers(size * size);
        DeviceMatrix matrix = device.Upload(size, size, numbers);
        device.FillDiagonal(matrix, 2.5);
        for (int i = 0; i < size; i++)
            numbers[i * (size + 1)] = 2.5;
        Assert.Equal(numbers, device.Read(matrix));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 6, 2)]
    [InlineData(3, 1, 17)]
    [InlineData(17, 33, 2)]
    [InlineData(16, 16, 16)]
    [InlineData(15, 65, 17)]
    [InlineData(1, 130, 3)]
    [InlineData(33, 3, 1)]
    public void Products_of_all_transpositions_fit(int rows, int inner, int columns)
    {
        Device device = Device;
        double[] left = Numbers(rows * inner);
        double[] right = Numbers(inner * columns);
        double[] before = Numbers(rows * columns);
        foreach (bool transposeLeft in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (bool transposeRight in (ReadOnlySpan<bool>)[false, true])
            {
                foreach ((double alpha, double beta) in (ReadOnlySpan<(double, double)>)[(1, 0), (-0.5, 0.25)])
                {
                    DeviceMatrix product = device.Upload(
                        rows, columns, beta == 0 ? Enumerable.Repeat(double.NaN, before.Length).ToArray() : before);
                    device.Multiply(
                        product,
                        transposeLeft ? device.Upload(inner, rows, left) : device.Upload(rows, inner, left),
                        transposeRight ? device.Upload(columns, inner, right) : device.Upload(inner, columns, right),
                        transposeLeft,
                        transposeRight,
                        alpha,
                        beta);
                    double[] actual = device.Read(product);
                    for (int i = 0; i < rows; i++)
                    {
                        for (int j = 0; j < columns; j++)
                        {
                            var sum = default(SizedSum);
                            for (int k = 0; k < inner; k++)
                            {
                                double a = transposeLeft ? left[(k * rows) + i] : left[(i * inner) + k];
                                double b = transposeRight ? right[(j * inner) + k] : right[(k * columns) + j];
                                sum.Add(1, alpha * a * b);
                            }

                            if (beta != 0)
                                sum.Add(1, beta * before[(i * columns) + j]);
                            // The bound for any order of summation; libraries choose their own.
                            AssertClose(sum.Value, actual[(i * columns) + j], (inner + 4) * device.UnitRoundoff * sum.Size, $"({i}, {j})");
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void Products_of_row_ranges_see_their_rows_alone()
    {
        Device device = Device;
        double[] left = Numbers(5 * 3);
        double[] right = Numbers(3 * 2);
        DeviceMatrix whole = device.Allocate(5, 2);
        DeviceMatrix ownLeft = device.Upload(5, 3, left);
        DeviceMatrix ownRight = device.Upload(3, 2, right);
        device.Multiply(whole, ownLeft, ownRight);
        DeviceMatrix part = device.Allocate(5, 2);
        device.Multiply(part.RowRange(2, 2), ownLeft.RowRange(2, 2), ownRight);
        double[] expected = device.Read(whole);
        expected.AsSpan(0, 4).Clear();
        expected.AsSpan(8).Clear();
        Assert.Equal(expected, device.Read(part));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 17)]
    [InlineData(16, 2)]
    public void Maps_repeat_single_rows_and_columns(int rows, int columns)
    {
        Device device = Device;
        double[] a = Numbers(rows * columns);
        double[] column = Numbers(rows);
        double[] row = Numbers(columns);
        DeviceMatrix output = device.Upload(rows, columns, a);
        device.Map<AddScaledProduct>(output, output, device.Upload(rows, 1, column), device.Upload(1, columns, row), 0.5);
        double[] actual = device.Read(output);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double product = 0.5 * column[i] * row[j];
                double term = a[(i * columns) + j];
                double tolerance = 4 * device.UnitRoundoff * (Math.Abs(term) + Math.Abs(product));
                AssertClose(term + product, actual[(i * columns) + j], tolerance, $"({i}, {j})");
            }
        }

        DeviceMatrix scalar = device.Upload(1, 1, [3]);
        device.Map<Identity>(output, scalar);
        Assert.All(device.Read(output), number => Assert.Equal(3, number));
    }

    [Fact]
    public void Every_map_agrees_with_double_precision()
    {
        _ = Device;
        Type[] maps = [.. KernelCatalog.Maps()];
        Assert.NotEmpty(maps);
        MethodInfo check = typeof(IlgpuDeviceTests<TName>).GetMethod(nameof(MapAgrees), BindingFlags.NonPublic | BindingFlags.Instance)!;
        foreach (Type map in maps)
            check.MakeGenericMethod(map).Invoke(this, null);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(17, 33)]
    [InlineData(3, 300)]
    public void Sums_along_rows_and_columns_fit(int rows, int columns)
    {
        Device device = Device;
        double[] a = Numbers(rows * columns);
        double[] column = Numbers(rows);
        double[] row = Numbers(columns);
        DeviceMatrix ownA = device.Upload(rows, columns, a);
        DeviceMatrix ownColumn = device.Upload(rows, 1, column);
        DeviceMatrix ownRow = device.Upload(1, columns, row);
        DeviceMatrix rowSums = device.Allocate(rows, 1);
        DeviceMatrix columnSums = device.Allocate(1, columns);
        device.SumRows<AddScaledProduct>(rowSums, ownA, ownColumn, ownRow, -2);
        device.SumColumns<AddScaledProduct>(columnSums, ownA, ownColumn, ownRow, -2);
        double[] actualRows = device.Read(rowSums);
        double[] actualColumns = device.Read(columnSums);
        var expectedColumns = new SizedSum[columns];
        for (int i = 0; i < rows; i++)
        {
            var sum = default(SizedSum);
            for (int j = 0; j < columns; j++)
            {
                sum.Add(1, a[(i * columns) + j], -2 * column[i] * row[j]);
                expectedColumns[j].Add(1, a[(i * columns) + j], -2 * column[i] * row[j]);
            }

            AssertClose(sum.Value, actualRows[i], SumTolerance(columns) * sum.Size, $"row {i}");
        }

        for (int j = 0; j < columns; j++)
            AssertClose(expectedColumns[j].Value, actualColumns[j], SumTolerance(rows) * expectedColumns[j].Size, $"column {j}");
    }

    [Fact]
    public void The_error_of_a_long_sum_stays_small_and_its_bits_the_same()
    {
        Device device = Device;
        const int Count = 200_000;
        double term = 0.1f;
        DeviceMatrix terms = device.Upload(Count, 1, Enumerable.Repeat(term, Count).ToArray());
        DeviceMatrix sum = device.Allocate(1, 1);
        device.SumColumns<Identity>(sum, terms);
        double first = device.Read(sum)[0];
        // One number after the other, single precision is off by 1e−3 or so here.
        AssertClose(Count * term, first, SumTolerance(Count) * Count * term, "sum");
        device.SumColumns<Identity>(sum, terms);
        Assert.Equal(first, device.Read(sum)[0]);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 1)]
    [InlineData(17, 3)]
    [InlineData(3, 33)]
    public void Squared_distances_fit_and_are_exactly_zero_on_the_diagonal(int count, int dimension)
    {
        Device device = Device;
        double[,] samples = Matrix(count, dimension, 1);
        DeviceMatrix output = device.Allocate(count, count);
        device.SquaredDistances(output, Upload(samples));
        double[] actual = device.Read(output);
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                double expected = 0;
                for (int d = 0; d < dimension; d++)
                    expected += (samples[i, d] - samples[j, d]) * (samples[i, d] - samples[j, d]);
                AssertClose(expected, actual[(i * count) + j], (dimension + 4) * device.UnitRoundoff * expected, $"({i}, {j})");
            }
        }
    }

    public static TheoryData<string, int, int> PairShapes()
    {
        var shapes = new TheoryData<string, int, int>();
        foreach (string kernel in RadialKernels.Names)
        {
            foreach ((int count, int dimension) in (ReadOnlySpan<(int, int)>)
                [(1, 3), (2, 1), (3, 33), (15, 2), (16, 17), (17, 5), (33, 3), (130, 1)])
            {
                shapes.Add(kernel, count, dimension);
            }
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(PairShapes))]
    public void Stein_pair_sums_fit(string kernel, int count, int dimension)
        => RadialKernels.Visit(kernel, new SteinVisitor(this, count, dimension));

    [Theory]
    [MemberData(nameof(PairShapes))]
    public void Sliced_pair_sums_fit(string kernel, int count, int slices)
        => RadialKernels.Visit(kernel, new SlicedVisitor(this, count, slices));

    [Fact]
    public void A_sliced_request_computes_only_what_it_names()
    {
        Device device = Device;
        double[,] z = Matrix(9, 2, 1);
        DeviceMatrix values = device.Allocate(1, 2);
        SlicedPairRequest Request(DeviceMatrix? scores, DeviceMatrix? sums) => new()
        {
            Projections = Upload(z),
            ProjectedScores = Upload(z),
            Couplings = device.Upload(1, 2, [1, 0.5]),
            InverseSquareBandwidths = device.Upload(1, 2, [1, 2]),
            FourthOrders = device.Upload(1, 2, [1, 1]),
            Statistic = PairStatistic.V,
            Values = sums,
            ScoreGradient = scores,
        };
        DeviceMatrix gradient = device.Allocate(9, 2);
        device.SlicedPairSums<GaussianKernel>(Request(gradient, null));
        device.SlicedPairSums<GaussianKernel>(Request(null, values));
        Assert.All(device.Read(gradient), number => Assert.NotEqual(0, number));
        Assert.All(device.Read(values), number => Assert.NotEqual(0, number));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.SlicedPairSums<GaussianKernel>(new SlicedPairRequest
        {
            Projections = device.Allocate(1, 1),
            ProjectedScores = device.Allocate(1, 1),
            Couplings = device.Allocate(1, 1),
            InverseSquareBandwidths = device.Allocate(1, 1),
            FourthOrders = device.Allocate(1, 1),
            Statistic = PairStatistic.U,
        }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(33)]
    public void The_median_of_the_positive_entries_above_the_diagonal_is_exact(int count)
    {
        Device device = Device;
        DeviceMatrix median = device.Allocate(1, 1);
        DeviceMatrix samples = Upload(Matrix(count, 2, 1));
        DeviceMatrix distances = device.Allocate(count, count);
        device.SquaredDistances(distances, samples);
        AssertMedian(device.Read(distances));

        // Whole numbers from 0 to 3: many duplicates, zeros that do not count.
        double[] symmetric = new double[count * count];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < i; j++)
                symmetric[(i * count) + j] = symmetric[(j * count) + i] = random.Next(4);
        }

        device.Write(distances, symmetric);
        AssertMedian(symmetric);
        device.Write(distances, new double[count * count]);
        AssertMedian(new double[count * count]);

        void AssertMedian(double[] entries)
        {
            double[] positive =
            [
                .. Enumerable.Range(0, count).SelectMany(i => Enumerable.Range(i + 1, count - i - 1).Select(j => entries[(i * count) + j]))
                    .Where(entry => entry > 0).Order(),
            ];
            device.MedianSquaredDistance(median, distances);
            Assert.Equal(positive.Length == 0 ? 0 : positive[(positive.Length - 1) / 2], device.Read(median)[0]);
        }
    }

    [Theory]
    [InlineData(1, 3, 500)]
    [InlineData(2, 1, 500)]
    [InlineData(3, 2, 500)]
    [InlineData(16, 3, 500)]
    [InlineData(33, 2, 17)]
    public void Medians_of_projections_are_exact(int count, int slices, int maximum)
    {
        Device device = Device;
        double[,] projections = Matrix(count, slices, 1);
        for (int i = 0; i < count; i++)
            projections[i, slices - 1] = Math.Round(projections[i, slices - 1]);
        DeviceMatrix medians = device.Allocate(1, slices);
        device.ProjectedMedians(medians, Upload(projections), maximum);
        double[] actual = device.Read(medians);
        int used = Math.Min(count, maximum);
        for (int slice = 0; slice < slices; slice++)
        {
            var squares = new List<float>();
            for (int i = 0; i < used; i++)
            {
                for (int j = i; j < used; j++)
                {
                    float difference = (float)projections[i, slice] - (float)projections[j, slice];
                    squares.Add(difference * difference);
                }
            }

            squares.Sort();
            Assert.Equal(squares[(squares.Count - 1) / 2], (float)actual[slice]);
        }
    }

    [Fact]
    public void Medians_of_NaN_are_NaN_and_infinity_is_the_largest_distance()
    {
        Device device = Device;
        double[] nan = Enumerable.Repeat(double.NaN, 9).ToArray();
        DeviceMatrix matrix = device.Upload(3, 3, nan);
        DeviceMatrix medians = device.Allocate(1, 3);
        device.ProjectedMedians(medians, matrix);
        Assert.All(device.Read(medians), median => Assert.True(double.IsNaN(median)));
        DeviceMatrix single = device.Allocate(1, 1);
        device.MedianSquaredDistance(single, matrix);
        Assert.Equal(double.NaN, device.Read(single)[0]);
        device.Write(matrix, [0, 1, double.PositiveInfinity, 1, 0, double.PositiveInfinity, 1, 1, 0]);
        device.MedianSquaredDistance(single, matrix);
        Assert.Equal(double.PositiveInfinity, device.Read(single)[0]);
    }

    [Fact]
    public void Adam_steps_as_published()
    {
        Device device = Device;
        var settings = new AdamSettings(0.01, 0.9, 0.99);
        double[] parameters = Numbers(17);
        double[] first = new double[17];
        double[] second = new double[17];
        DeviceMatrix ownParameters = device.Upload(17, 1, parameters);
        DeviceMatrix ownFirst = device.Allocate(17, 1);
        DeviceMatrix ownSecond = device.Allocate(17, 1);
        for (int step = 1; step <= 5; step++)
        {
            double[] gradient = Numbers(17);
            device.AdamStep(ownParameters, device.Upload(17, 1, gradient), ownFirst, ownSecond, settings.At(step, ascend: step > 3));
            for (int i = 0; i < 17; i++)
            {
                first[i] = (0.9 * first[i]) + (0.1 * gradient[i]);
                second[i] = (0.99 * second[i]) + (0.01 * gradient[i] * gradient[i]);
                double change = 0.01 * (first[i] / (1 - Math.Pow(0.9, step)))
                    / (Math.Sqrt(second[i] / (1 - Math.Pow(0.99, step))) + 1e-8);
                parameters[i] += step > 3 ? change : -change;
            }
        }

        double[] actual = device.Read(ownParameters);
        // A step changes a parameter by the learning rate or a few of them; β₂ = 0.99 as a single makes 1 − β₂ wrong by 3e−6 of itself.
        for (int i = 0; i < 17; i++)
        {
            double tolerance = (8 * device.UnitRoundoff * Math.Abs(parameters[i])) + (5 * 0.03 * 256 * device.UnitRoundoff);
            AssertClose(parameters[i], actual[i], tolerance, $"{i}");
        }
    }

    private static void AssertClose(double expected, double actual, double tolerance, string where)
    {
        if (!(Math.Abs(expected - actual) <= tolerance))
        {
            double error = Math.Abs(expected - actual);
            Assert.Fail($"{where}: expected {expected:R}, got {actual:R}, off by {error:E2}, tolerance {tolerance:E2}");
        }
    }

    /// <summary>
    /// The bound of a sum of terms that are each a few operations: 64 terms a block, the blocks of at least four
    /// threads one after the other, a tree of eight levels over the threads.
    /// </summary>
    private double SumTolerance(int terms) => (8 + Math.Min(terms, 64 + (terms / 256) + 8)) * Device.UnitRoundoff;

    private double[] Numbers(int count)
    {
        var numbers = new double[count];
        for (int i = 0; i < count; i++)
            numbers[i] = (float)((2 * random.NextDouble()) - 1);
        return numbers;
    }

    private double[,] Matrix(int rows, int columns, double scale)
    {
        var matrix = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                matrix[i, j] = (float)(scale * ((4 * random.NextDouble()) - 2));
        }

        return matrix;
    }

    private DeviceMatrix Upload(double[,] matrix)
        => Device.Upload(matrix.GetLength(0), matrix.GetLength(1), [.. matrix.Cast<double>()]);

    private static double[] Column(double[,] matrix, int column)
        => [.. Enumerable.Range(0, matrix.GetLength(0)).Select(i => matrix[i, column])];

    private void MapAgrees<TMap>()
        where TMap : struct, IElementMap
    {
        Device device = Device;
        // Away from 0, so that roots, logarithms and quotients of any map make sense.
        double[][] inputs =
            [.. Enumerable.Range(0, 3).Select(_ => Array.ConvertAll(Numbers(6), number => (double)(float)(1.25 + (0.75 * number))))];
        DeviceMatrix output = device.Allocate(2, 3);
        device.Map<TMap>(output, device.Upload(2, 3, inputs[0]), device.Upload(2, 3, inputs[1]), device.Upload(2, 3, inputs[2]), 0.5, 0.75);
        double[] actual = device.Read(output);
        for (int i = 0; i < 6; i++)
        {
            double expected = TMap.Apply<DoubleLane>(new(inputs[0][i]), new(inputs[1][i]), new(inputs[2][i]), new(0.5), new(0.75)).Value;
            // A formula is a few dozen operations on numbers of the order of 1.
            AssertClose(expected, actual[i], 64 * device.UnitRoundoff * (1 + Math.Abs(expected)), typeof(TMap).ToString());
        }
    }

    private bool CheckStein<TKernel>(int count, int dimension)
        where TKernel : struct, IRadialKernel
    {
        Device device = Device;
        double[,] x = Matrix(count, dimension, 1);
        double[,] s = Matrix(count, dimension, 1);
        double a = (float)(0.5 / dimension);
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            DeviceMatrix output = device.Allocate(count, 1);
            device.SteinPairSums<TKernel>(output, Upload(x), Upload(s), device.Upload(1, 1, [a]), device.Upload(1, 1, [0.75]), statistic);
            DeviceMatrix matrix = device.Allocate(count, count);
            device.SteinPairMatrix<TKernel>(matrix, Upload(x), Upload(s), device.Upload(1, 1, [a]), device.Upload(1, 1, [0.75]), statistic);
            double[] actual = device.Read(output);
            double[] pairs = device.Read(matrix);
            for (int i = 0; i < count; i++)
            {
                SizedSum sum = PairReference.SteinRowSum(TKernel.Name, i, x, s, a, 0.75, statistic);
                double tolerance = (16 + dimension + count) * device.UnitRoundoff * sum.Size;
                AssertClose(sum.Value, actual[i], tolerance, $"{statistic}, row {i}");
                AssertClose(sum.Value, pairs.AsSpan(i * count, count).ToArray().Sum(), tolerance, $"{statistic}, row {i} of the matrix");
            }
        }

        return true;
    }

    private bool CheckSliced<TKernel>(int count, int slices)
        where TKernel : struct, IRadialKernel
    {
        Device device = Device;
        double[,] z = Matrix(count, slices, 1);
        double[,] p = Matrix(count, slices, 1);
        double[] c = Numbers(slices);
        double[] a = Array.ConvertAll(Numbers(slices), number => (double)(float)(1.25 + number));
        double[] fourthOrder = Array.ConvertAll(Numbers(slices), number => (double)(float)(1 + (0.5 * number)));
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            if (statistic == PairStatistic.U && count < 2)
                continue;
            var request = new SlicedPairRequest
            {
                Projections = Upload(z),
                ProjectedScores = Upload(p),
                Couplings = device.Upload(1, slices, c),
                InverseSquareBandwidths = device.Upload(1, slices, a),
                FourthOrders = device.Upload(1, slices, fourthOrder),
                Statistic = statistic,
                Values = device.Allocate(1, slices),
                ScoreGradient = device.Allocate(count, slices),
                ProjectionGradient = device.Allocate(count, slices),
                CouplingGradient = device.Allocate(1, slices),
            };
            device.SlicedPairSums<TKernel>(request);
            double[] values = device.Read(request.Values);
            double[] byScore = device.Read(request.ScoreGradient);
            double[] byProjection = device.Read(request.ProjectionGradient);
            double[] byCoupling = device.Read(request.CouplingGradient);
            // Two dozen operations a term, two sums over N.
            double tolerance = (32 + Math.Min(2 * count, 160)) * device.UnitRoundoff;
            for (int slice = 0; slice < slices; slice++)
            {
                var expected = PairReference.Slice(
                    TKernel.Name, Column(z, slice), Column(p, slice), c[slice], a[slice], fourthOrder[slice], statistic);
                AssertClose(expected.Value.Value, values[slice], tolerance * expected.Value.Size, $"{statistic}, value of slice {slice}");
                SizedSum coupling = expected.ByCoupling;
                AssertClose(coupling.Value, byCoupling[slice], tolerance * coupling.Size, $"{statistic}, by coupling {slice}");
                for (int i = 0; i < count; i++)
                {
                    string where = $"{statistic}, sample {i}, slice {slice}";
                    int at = (i * slices) + slice;
                    SizedSum score = expected.ByScore[i];
                    AssertClose(score.Value, byScore[at], tolerance * score.Size, $"by score, {where}");
                    SizedSum projection = expected.ByProjection[i];
                    AssertClose(projection.Value, byProjection[at], tolerance * projection.Size, $"by projection, {where}");
                }
            }
        }

        return true;
    }

    private sealed class SteinVisitor(IlgpuDeviceTests<TName> tests, int count, int dimension) : IRadialKernelVisitor<bool>
    {
        public bool Visit<TKernel>()
            where TKernel : struct, IRadialKernel => tests.CheckStein<TKernel>(count, dimension);
    }

    private sealed class SlicedVisitor(IlgpuDeviceTests<TName> tests, int count, int slices) : IRadialKernelVisitor<bool>
    {
        public bool Visit<TKernel>()
            where TKernel : struct, IRadialKernel => tests.CheckSliced<TKernel>(count, slices);
    }
}
