using System.Runtime.CompilerServices;

namespace Stein.Engine.LinearAlgebra;

/// <summary>
/// A row-major matrix in double precision on the host, its rows padded so that whole vectors are loaded and stored; what stands in the
/// padding means nothing.
/// </summary>
internal sealed unsafe class PaddedMatrix
{
    private const int PerLine = 8;

    // Keeps the pinned memory alive.
    private readonly double[] memory;

    /// <exception cref="ArgumentException">It has more numbers than an array can hold, as a square one of order 46 340 has.</exception>
    public PaddedMatrix(int rows, int columns)
    {
        (Rows, Columns) = (rows, columns);
        Stride = (columns + PerLine - 1) / PerLine * PerLine;
        long length = ((long)rows * Stride) + PerLine;
        if (length > Array.MaxLength)
            throw new ArgumentException($"A matrix of {rows}×{columns} numbers is more than an array can hold; pass fewer samples.");
        memory = GC.AllocateArray<double>((int)length, pinned: true);
        long address = (nint)Unsafe.AsPointer(ref memory[0]);
        int line = PerLine * sizeof(double);
        Pointer = (double*)((address + line - 1) / line * line);
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Elements from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>The first element, on a cache line. Valid as long as the matrix is reachable: end with <c>GC.KeepAlive</c>.</summary>
    public double* Pointer { get; }

    /// <summary>A row.</summary>
    public Span<double> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        int offset = (int)((Pointer - (double*)Unsafe.AsPointer(ref memory[0])) + ((long)row * Stride));
        return memory.AsSpan(offset, Columns);
    }

    /// <summary>The rows of a row-major array.</summary>
    public static PaddedMatrix FromRows(ReadOnlySpan<double> values, int rows, int columns)
    {
        var matrix = new PaddedMatrix(rows, columns);
        matrix.Set(values);
        return matrix;
    }

    /// <summary>Takes over the rows of a row-major array.</summary>
    public void Set(ReadOnlySpan<double> values)
    {
        for (int row = 0; row < Rows; row++)
            values.Slice(row * Columns, Columns).CopyTo(Row(row));
    }

    /// <summary>All rows, one after the other.</summary>
    public double[] ToArray()
    {
        var values = new double[Rows * Columns];
        CopyTo(values);
        return values;
    }

    /// <summary>All rows, one after the other, to a row-major array.</summary>
    public void CopyTo(Span<double> values)
    {
        for (int row = 0; row < Rows; row++)
            Row(row).CopyTo(values[(row * Columns)..]);
    }
}
