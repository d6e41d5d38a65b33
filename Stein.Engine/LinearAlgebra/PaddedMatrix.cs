using System.Runtime.CompilerServices;

namespace Stein.Engine.LinearAlgebra;

/// <summary>
/// A row-major matrix in double precision on the host. Rows are padded so that whole vectors can be loaded and stored; the contents of
/// the padding are arbitrary.
/// </summary>
internal sealed unsafe class PaddedMatrix
{
    private const int PerLine = 8;

    // Keeps the pinned memory alive.
    private readonly double[] memory;

    /// <exception cref="ArgumentException">The matrix has more numbers than an array can hold, such as 46 340×46 340.</exception>
    public PaddedMatrix(int rows, int columns)
    {
        (Rows, Columns) = (rows, columns);
        Stride = (columns + PerLine - 1) / PerLine * PerLine;
        long length = ((long)rows * Stride) + PerLine;
        if (length > Array.MaxLength)
            throw new ArgumentException($"A matrix of {rows}×{columns} numbers does not fit an array; pass fewer samples.");
        memory = GC.AllocateArray<double>((int)length, pinned: true);
        long address = (nint)Unsafe.AsPointer(ref memory[0]);
        int line = PerLine * sizeof(double);
        Pointer = (double*)((address + line - 1) / line * line);
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Elements from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>
    /// The first element, aligned to a cache line. Valid only while the matrix is reachable: call <c>GC.KeepAlive</c> after the last use.
    /// </summary>
    public double* Pointer { get; }

    public Span<double> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        int offset = (int)((Pointer - (double*)Unsafe.AsPointer(ref memory[0])) + ((long)row * Stride));
        return memory.AsSpan(offset, Columns);
    }

    /// <summary>Creates a matrix from a row-major array.</summary>
    public static PaddedMatrix FromRows(ReadOnlySpan<double> values, int rows, int columns)
    {
        var matrix = new PaddedMatrix(rows, columns);
        matrix.Set(values);
        return matrix;
    }

    /// <summary>Copies a row-major array into the matrix.</summary>
    public void Set(ReadOnlySpan<double> values)
    {
        for (int row = 0; row < Rows; row++)
            values.Slice(row * Columns, Columns).CopyTo(Row(row));
    }

    /// <summary>Returns the matrix as a row-major array.</summary>
    public double[] ToArray()
    {
        var values = new double[Rows * Columns];
        CopyTo(values);
        return values;
    }

    /// <summary>Copies the matrix to a row-major array.</summary>
    public void CopyTo(Span<double> values)
    {
        for (int row = 0; row < Rows; row++)
            Row(row).CopyTo(values[(row * Columns)..]);
    }
}
