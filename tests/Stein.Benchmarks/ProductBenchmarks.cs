using System.Numerics;
using BenchmarkDotNet.Attributes;
using MathNet.Numerics;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using DenseMatrix = MathNet.Numerics.LinearAlgebra.Single.DenseMatrix;

namespace Stein.Benchmarks;

/// <summary>Matrix products at the sizes of training and a large one, single precision, one thread.</summary>
[MemoryDiagnoser]
public class ProductBenchmarks
{
    private readonly Device device = CpuDevices.CreateSimd();
    private int rows;
    private int inner;
    private int columns;
    private Pool<(DeviceMatrix Own, float[] Plain, DenseMatrix MathNet)> lefts = null!;
    private (DeviceMatrix Own, float[] Plain, DenseMatrix MathNet) right;
    private (DeviceMatrix Own, float[] Plain, DenseMatrix MathNet) product;

    /// <summary>Rows × inner size × columns.</summary>
    [Params("100×200×200", "100×300×300", "1000×1000×1000")]
    public string Size { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        Control.UseManaged();
        Control.UseSingleThread();
        int[] sizes = [.. Size.Split('×').Select(int.Parse)];
        (rows, inner, columns) = (sizes[0], sizes[1], sizes[2]);

        // No branch depends on the numbers; the large ones are few because they fill the memory.
        lefts = new(rows > 100 ? 4 : Pool<DeviceMatrix>.EnoughToForget, seed => Create(rows, inner, seed));
        right = Create(inner, columns, 1000);
        product = Create(rows, columns, 1001);

        using Device exact = CpuDevices.CreateDouble();
        DeviceMatrix exactProduct = exact.Allocate(rows, columns);
        exact.Multiply(
            exactProduct, Rivals.Upload(exact, rows, inner, lefts.First.Plain), Rivals.Upload(exact, inner, columns, right.Plain));
        double[] expected = exact.Read(exactProduct);
        double tolerance = 1e-6 * Math.Sqrt(inner);
        device.Multiply(product.Own, lefts.First.Own, right.Own);
        Rivals.Agree(nameof(Stein), expected, device.Read(product.Own), tolerance);
        Multiply(lefts.First.Plain, product.Plain);
        Rivals.Agree(nameof(VectorLoop), expected, Rivals.Widen(product.Plain), tolerance);
        lefts.First.MathNet.Multiply(right.MathNet, product.MathNet);
        Rivals.Agree(nameof(MathNetManaged), expected, Rivals.Widen(product.MathNet.ToRowMajorArray()), tolerance);
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("Quick")]
    public void Stein() => device.Multiply(product.Own, lefts.Next().Own, right.Own);

    /// <summary>Row by row, a whole row of the product at a time, with System.Numerics.</summary>
    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void VectorLoop() => Multiply(lefts.Next().Plain, product.Plain);

    [Benchmark]
    public void MathNetManaged() => lefts.Next().MathNet.Multiply(right.MathNet, product.MathNet);

    private (DeviceMatrix Own, float[] Plain, DenseMatrix MathNet) Create(int height, int width, int seed)
    {
        float[] values = Rivals.Normal(height * width, seed);
        return (Rivals.Upload(device, height, width, values), values, RowMajor(height, width, values));
    }

    private static DenseMatrix RowMajor(int height, int width, float[] values)
        => DenseMatrix.Create(height, width, (row, column) => values[(row * width) + column]);

    private void Multiply(float[] left, float[] output)
    {
        Array.Clear(output);
        for (int i = 0; i < rows; i++)
        {
            Span<float> to = output.AsSpan(i * columns, columns);
            for (int k = 0; k < inner; k++)
            {
                float factor = left[(i * inner) + k];
                ReadOnlySpan<float> from = right.Plain.AsSpan(k * columns, columns);
                var factors = new Vector<float>(factor);
                int j = 0;
                for (; j + Vector<float>.Count <= columns; j += Vector<float>.Count)
                    Vector.FusedMultiplyAdd(factors, new Vector<float>(from[j..]), new Vector<float>(to[j..])).CopyTo(to[j..]);
                for (; j < columns; j++)
                    to[j] += factor * from[j];
            }
        }
    }
}
