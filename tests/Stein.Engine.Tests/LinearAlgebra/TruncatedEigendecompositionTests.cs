using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.LinearAlgebra;

/// <summary>Matrices <c>QΛQᵀ</c> of known spectrum, with orders below and above the limit for a whole decomposition.</summary>
public sealed class TruncatedEigendecompositionTests
{
    private const int Above = TruncatedEigendecomposition.WholeOrder + 100;

    [Theory]
    [InlineData("double", 50)]
    [InlineData("simd-double", Above)]
    [InlineData("simd", Above)]
    public void Finds_the_leading_part_of_a_decaying_spectrum(string name, int order)
    {
        using Device device = DeviceCatalog.Create(name);
        double[] spectrum = [.. Enumerable.Range(0, order).Select(j => Math.Pow(0.8, j))];
        (DeviceMatrix matrix, double[] entries) = WithSpectrum(device, spectrum);
        var found = TruncatedEigendecomposition.Compute(matrix, 0.95, maxCount: 40);

        // 1 − 0.8^J ≥ 0.95.
        Assert.Equal(14, found.Values.Length);
        double tolerance = Math.Max(TruncatedEigendecomposition.Tolerance, 64 * device.UnitRoundoff);
        for (int j = 0; j < found.Values.Length; j++)
            Assert.Equal(spectrum[j], found.Values[j], tolerance);
        CheckVectors(found, entries, order, residual: Math.Sqrt(tolerance));
    }

    /// <summary>
    /// The eigenvectors of equal eigenvalues are arbitrary; only the sum of the values and orthonormality are determined.
    /// </summary>
    [Fact]
    public void Cuts_a_flat_tail()
    {
        using Device device = DeviceCatalog.Create("simd-double");
        double[] spectrum = [.. Enumerable.Range(0, Above).Select(j => j == 0 ? 400 : j < 20 ? 5 : 0.5)];
        (DeviceMatrix matrix, double[] entries) = WithSpectrum(device, spectrum);
        var found = TruncatedEigendecomposition.Compute(matrix, 0.95, maxCount: 60);
        Assert.Equal(60, found.Values.Length);
        Assert.Equal(spectrum.Take(60).Sum(), found.Values.Sum(), 10 * TruncatedEigendecomposition.Tolerance * spectrum.Take(60).Sum());
        CheckVectors(found, entries, Above, residual: 0.1);
    }

    /// <summary>A matrix of rank 3 of which 30 eigenvalues are requested, and a spectrum that falls below rounding.</summary>
    [Theory]
    [InlineData("simd-double", 1e-9)]
    [InlineData("simd", 1e-5)]
    public void A_matrix_of_fewer_directions_than_asked_for(string name, double tolerance)
    {
        using Device device = DeviceCatalog.Create(name);
        double[] spectrum = [.. Enumerable.Range(0, Above).Select(j => j < 3 ? 3.0 - j : 0)];
        (DeviceMatrix matrix, double[] entries) = WithSpectrum(device, spectrum);
        var found = TruncatedEigendecomposition.Compute(matrix, 1, maxCount: 30);
        Assert.Equal([3, 2, 1], found.Values.Take(3).Select(value => Math.Round(value, 4)));
        Assert.All(found.Values.Skip(3), value => Assert.InRange(value, 0, tolerance));
        CheckVectors(found, entries, Above, residual: tolerance);

        spectrum = [.. Enumerable.Range(0, Above).Select(j => Math.Pow(0.3, j))];
        (matrix, entries) = WithSpectrum(device, spectrum);
        found = TruncatedEigendecomposition.Compute(matrix, 0.9999, maxCount: 100);
        Assert.Equal(8, found.Values.Length);
        Assert.All(found.Values.Zip(spectrum), pair => Assert.Equal(pair.Second, pair.First, Math.Max(tolerance, 1e-4)));
        CheckVectors(found, entries, Above, residual: 1e-3);
    }

    [Fact]
    public void The_same_matrix_gives_the_same_bits()
    {
        using Device device = DeviceCatalog.Create("simd");
        (DeviceMatrix matrix, _) = WithSpectrum(device, [.. Enumerable.Range(0, Above).Select(j => 1.0 / (1 + j))]);
        var first = TruncatedEigendecomposition.Compute(matrix, 0.8, maxCount: 30);
        var second = TruncatedEigendecomposition.Compute(matrix, 0.8, maxCount: 30);
        Checks.Same("values", first.Values, second.Values);
        Checks.Same("vectors", first.Rows.ToArray(), second.Rows.ToArray());
    }

    private static void CheckVectors(TruncatedEigendecomposition found, double[] entries, int order, double residual)
    {
        for (int j = 0; j < found.Values.Length; j++)
        {
            for (int k = 0; k <= j; k++)
                Assert.Equal(j == k ? 1 : 0, Dot(found.Rows.Row(j), found.Rows.Row(k)), 1e-6);
            double square = 0;
            for (int i = 0; i < order; i++)
                square += Math.Pow(Dot(entries.AsSpan(i * order, order), found.Rows.Row(j)) - (found.Values[j] * found.Rows.Row(j)[i]), 2);
            Assert.True(Math.Sqrt(square) <= residual * found.Values[0], $"residual {Math.Sqrt(square)} of vector {j}");
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    /// <summary>Householder reflections by a few random vectors, which are cheaper than a general rotation.</summary>
    private static (DeviceMatrix Matrix, double[] Entries) WithSpectrum(Device device, double[] spectrum)
    {
        int order = spectrum.Length;
        Matrix<double> matrix = Matrix<double>.Build.DenseOfDiagonalArray(spectrum);
        for (ulong seed = 1; seed <= 3; seed++)
        {
            Vector<double> v = Vector<double>.Build.Dense(new Draw(seed).Normal(order)).Normalize(2);
            matrix -= 2 * v.OuterProduct(v * matrix);
            matrix -= 2 * (matrix * v).OuterProduct(v);
        }

        double[] entries = Estimators.Estimates.Flat((matrix + matrix.Transpose()) / 2);
        return (device.Upload(order, order, entries), entries);
    }
}
