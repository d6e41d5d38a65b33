using System.Numerics;
using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Devices.Cpu;

/// <summary>
/// The operations on the CPU, written once for every lane: vectors of 128, 256 or 512 bits in single precision make the <c>simd</c>
/// device, vectors of doubles <c>simd-double</c>, and single doubles the reference device <c>double</c>. All but the largest operations
/// use one thread; training allocates nothing once its buffers exist.
/// </summary>
internal sealed unsafe partial class CpuDevice<TLane, TElement> : Device
    where TLane : struct, ISimdLane<TLane, TElement>
    where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
{
    /// <summary>
    /// The number of operations, about two milliseconds' worth, from which all cores share an operation. It is ten times the largest
    /// product of a training step, so that parallel runs do not wait for one another.
    /// </summary>
    private const double SharedOperations = 2e8;

    /// <summary>Rows that a core takes at a time when all cores share an operation.</summary>
    private const int SharedRows = 32;

    private readonly CpuMatrix<TElement>?[] scratch = new CpuMatrix<TElement>?[5];

    public CpuDevice(string name, string description)
    {
        Name = name;
        Description = description;
    }

    public override string Name { get; }

    public override string Description { get; }

    public override bool IsHost => true;

    public override double UnitRoundoff => sizeof(TElement) == sizeof(float) ? 1.0 / (1 << 24) : 1.0 / (1L << 53);

    private protected override DeviceMatrix AllocateCore(int rows, int columns) => new CpuMatrix<TElement>(this, rows, columns);

    private protected override void WriteCore(DeviceMatrix destination, ReadOnlySpan<double> source)
    {
        CpuMatrix<TElement> matrix = Cpu(destination);
        for (int row = 0; row < matrix.Rows; row++)
        {
            TElement* target = matrix.Row(row);
            ReadOnlySpan<double> values = source.Slice(row * matrix.Columns, matrix.Columns);
            for (int column = 0; column < values.Length; column++)
                target[column] = TElement.CreateTruncating(values[column]);
        }
    }

    private protected override void WriteCore(DeviceMatrix destination, ReadOnlySpan<float> source)
    {
        CpuMatrix<TElement> matrix = Cpu(destination);
        for (int row = 0; row < matrix.Rows; row++)
        {
            TElement* target = matrix.Row(row);
            ReadOnlySpan<float> values = source.Slice(row * matrix.Columns, matrix.Columns);
            for (int column = 0; column < values.Length; column++)
                target[column] = TElement.CreateTruncating(values[column]);
        }
    }

    private protected override void ReadCore(DeviceMatrix source, Span<double> destination)
    {
        CpuMatrix<TElement> matrix = Cpu(source);
        for (int row = 0; row < matrix.Rows; row++)
        {
            TElement* values = matrix.Row(row);
            Span<double> target = destination.Slice(row * matrix.Columns, matrix.Columns);
            for (int column = 0; column < target.Length; column++)
                target[column] = double.CreateTruncating(values[column]);
        }
    }

    private protected override void GatherRowsCore(DeviceMatrix destination, DeviceMatrix source, ReadOnlySpan<int> indices)
    {
        CpuMatrix<TElement> target = Cpu(destination);
        CpuMatrix<TElement> data = Cpu(source);
        for (int row = 0; row < indices.Length; row++)
        {
            int index = indices[row];
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)data.Rows, nameof(indices));
            TElement* from = data.Row(index);
            TElement* to = target.Row(row);
            for (int column = 0; column < data.Columns; column += TLane.Count)
                TLane.Store(TLane.Load(from + column), to + column);
        }
    }

    private protected override void TransposeCore(DeviceMatrix destination, DeviceMatrix source)
    {
        CpuMatrix<TElement> target = Cpu(destination);
        CpuMatrix<TElement> data = Cpu(source);
        Transposition<TElement>.Run(data.Pointer, data.Stride, data.Rows, data.Columns, target.Pointer, target.Stride);
    }

    private protected override void ReshapeCore(DeviceMatrix destination, DeviceMatrix source)
    {
        CpuMatrix<TElement> target = Cpu(destination);
        CpuMatrix<TElement> data = Cpu(source);
        int size = checked(data.Rows * data.Columns);
        for (int done = 0, count; done < size; done += count)
        {
            (int row, int column) = Math.DivRem(done, target.Columns);
            (int sourceRow, int sourceColumn) = Math.DivRem(done, data.Columns);
            count = Math.Min(target.Columns - column, data.Columns - sourceColumn);
            new Span<TElement>(data.Row(sourceRow) + sourceColumn, count).CopyTo(new(target.Row(row) + column, count));
        }
    }

    private protected override void CopyBlockCore(
        DeviceMatrix destination, int row, int column, DeviceMatrix source, int sourceRow, int sourceColumn, int rows, int columns)
    {
        CpuMatrix<TElement> target = Cpu(destination);
        CpuMatrix<TElement> data = Cpu(source);
        for (int i = 0; i < rows; i++)
            new Span<TElement>(data.Row(sourceRow + i) + sourceColumn, columns).CopyTo(new(target.Row(row + i) + column, columns));
    }

    private protected override void MultiplyCore(
        DeviceMatrix product, DeviceMatrix left, DeviceMatrix right, bool transposeLeft, bool transposeRight, double alpha, double beta)
    {
        CpuMatrix<TElement> a = Cpu(left);
        CpuMatrix<TElement> b = Cpu(right);
        CpuMatrix<TElement> c = Cpu(product);
        Working rightOperand = transposeRight ? Transposed(0, b) : new Working(b.Pointer, b.Stride);

        var operands = new MatrixProduct<TLane, TElement>.Operands(
            (nint)a.Pointer,
            transposeLeft ? 1 : a.Stride,
            transposeLeft ? a.Stride : 1,
            (nint)rightOperand.Pointer,
            rightOperand.Stride,
            (nint)c.Pointer,
            c.Stride,
            transposeLeft ? a.Rows : a.Columns,
            TElement.CreateTruncating(alpha),
            TElement.CreateTruncating(beta),
            beta != 0);
        if (2.0 * c.Rows * c.Columns * operands.Inner < SharedOperations)
            MatrixProduct<TLane, TElement>.Multiply(operands, c.Rows, c.Columns);
        else
            MultiplyByAllCores(operands, c.Rows, c.Columns);
    }

    /// <summary>
    /// Divides the rows of the product among the cores. Sums that are longer than the product has rows, such as those over all samples, are
    /// taken in blocks, which stay in the cache for all rows of a core. Bits do not depend on the number of cores.
    /// </summary>
    private static void MultiplyByAllCores(MatrixProduct<TLane, TElement>.Operands operands, int rows, int columns)
    {
        const int Block = 256;
        bool hasBlocks = operands.Inner > Math.Max(rows, 2 * Block);
        int length = hasBlocks ? Block : operands.Inner;
        int tiles = (rows + TLane.ProductRows - 1) / TLane.ProductRows;
        int share = TLane.ProductRows * (hasBlocks ? (tiles + Environment.ProcessorCount - 1) / Environment.ProcessorCount : 2);
        Parallel.For(0, (rows + share - 1) / share, index =>
        {
            int row = index * share;
            for (int first = 0; first < operands.Inner; first += length)
            {
                MatrixProduct<TLane, TElement>.Operands part = operands with
                {
                    A = operands.A + (((row * operands.ARow) + (first * operands.AInner)) * sizeof(TElement)),
                    B = operands.B + (first * operands.BRow * sizeof(TElement)),
                    C = operands.C + (row * operands.CRow * sizeof(TElement)),
                    Inner = Math.Min(length, operands.Inner - first),
                    Beta = first == 0 ? operands.Beta : TElement.One,
                    Accumulate = first > 0 || operands.Accumulate,
                };
                MatrixProduct<TLane, TElement>.Multiply(part, Math.Min(share, rows - row), columns);
            }
        });
    }

    private protected override void FillDiagonalCore(DeviceMatrix matrix, double value, int firstColumn)
    {
        CpuMatrix<TElement> target = Cpu(matrix);
        for (int i = 0; i < target.Rows; i++)
            target.Row(i)[firstColumn + i] = TElement.CreateTruncating(value);
    }

    /// <summary>
    /// Runs rows in shares, on all cores if there are so many operations that it pays. A row's numbers must not depend on its share.
    /// </summary>
    private static void ShareRows<TWork>(int rows, double operations, TWork work)
        where TWork : struct, IRowWork
    {
        if (operations >= SharedOperations)
        {
            ShareAmongCores(rows, work);
            return;
        }

        for (int first = 0; first < rows; first += SharedRows)
            work.Run(first, Math.Min(first + SharedRows, rows));
    }

    /// <remarks>A method of its own, so that work on one core allocates no closure.</remarks>
    private static void ShareAmongCores<TWork>(int rows, TWork work)
        where TWork : struct, IRowWork
        => Parallel.For(
            0,
            (rows + SharedRows - 1) / SharedRows,
            share => work.Run(share * SharedRows, Math.Min((share + 1) * SharedRows, rows)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static CpuMatrix<TElement> Cpu(DeviceMatrix matrix) => (CpuMatrix<TElement>)matrix;

    /// <summary>
    /// Working memory of the given shape, kept between calls, with arbitrary contents. An operation must not use a slot that an
    /// operation it calls also uses.
    /// </summary>
    private Working Scratch(int slot, int rows, int columns)
    {
        int perLine = 64 / sizeof(TElement);
        int stride = (columns + perLine - 1) / perLine * perLine;
        int size = checked(rows * stride);
        CpuMatrix<TElement>? memory = scratch[slot];
        if (memory is null || memory.Columns < size)
            scratch[slot] = memory = new CpuMatrix<TElement>(this, 1, size);
        return new(memory.Pointer, stride);
    }

    /// <summary>Work on rows, at most <see cref="SharedRows"/> at a time.</summary>
    private interface IRowWork
    {
        void Run(int first, int end);
    }

    /// <summary>Row-major working memory.</summary>
    private readonly struct Working(TElement* pointer, int stride)
    {
        public TElement* Pointer { get; } = pointer;

        public int Stride { get; } = stride;
    }
}
