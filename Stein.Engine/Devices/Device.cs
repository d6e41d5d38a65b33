using System.Runtime.CompilerServices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Devices;

/// <summary>
/// A device that holds matrices and runs the few coarse operations of which everything else is composed. This class checks shapes
/// for all devices; a device implements the operations.
/// </summary>
/// <remarks>Only one thread at a time may use a device and its matrices. Parallel runs have a device each.</remarks>
public abstract partial class Device : IDisposable
{
    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>A few words on the hardware and how it is used.</summary>
    public abstract string Description { get; }

    /// <summary>Whether the device is the processor itself, running this library's own code.</summary>
    public virtual bool IsHost => false;

    /// <summary>The unit round-off, half the distance from 1 to the next number: 2⁻²⁴ in single precision, 2⁻⁵³ in double.</summary>
    public abstract double UnitRoundoff { get; }

    /// <summary>Whether elements are float32; otherwise they are float64.</summary>
    public bool IsSinglePrecision => UnitRoundoff == 1.0 / (1 << 24);

    /// <summary>Creates a matrix of zeros.</summary>
    public DeviceMatrix Allocate(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        return AllocateCore(rows, columns);
    }

    /// <summary>Creates a matrix with the contents of <paramref name="source"/> (row-major, rows·columns numbers).</summary>
    public DeviceMatrix Upload(int rows, int columns, ReadOnlySpan<double> source)
    {
        DeviceMatrix matrix = Allocate(rows, columns);
        Write(matrix, source);
        return matrix;
    }

    /// <summary>Copies <paramref name="source"/> (row-major, rows·columns numbers) into the matrix.</summary>
    /// <exception cref="ArgumentException">The source has another length.</exception>
    public void Write(DeviceMatrix destination, ReadOnlySpan<double> source)
    {
        RequireLength(destination, source.Length);
        WriteCore(destination, source);
        KeepAlive(destination);
    }

    /// <inheritdoc cref="Write(DeviceMatrix, ReadOnlySpan{double})"/>
    public void Write(DeviceMatrix destination, ReadOnlySpan<float> source)
    {
        RequireLength(destination, source.Length);
        WriteCore(destination, source);
        KeepAlive(destination);
    }

    /// <summary>Copies the matrix into <paramref name="destination"/> (row-major), after waiting for unfinished work.</summary>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void Read(DeviceMatrix source, Span<double> destination)
    {
        RequireLength(source, destination.Length);
        ReadCore(source, destination);
        KeepAlive(source);
    }

    /// <summary>Returns a row-major copy of the matrix.</summary>
    public double[] Read(DeviceMatrix source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var copy = new double[source.Rows * source.Columns];
        Read(source, copy);
        return copy;
    }

    /// <summary>Waits until the device has finished all its work.</summary>
    public virtual void Synchronize()
    {
    }

    /// <summary>Copies row <c>indices[i]</c> of <paramref name="source"/> to row i of <paramref name="destination"/>.</summary>
    public void GatherRows(DeviceMatrix destination, DeviceMatrix source, ReadOnlySpan<int> indices)
    {
        Require(destination.Rows == indices.Length && destination.Columns == source.Columns, destination, source, nameof(GatherRows));
        GatherRowsCore(destination, source, indices);
        KeepAlive(destination, source);
    }

    /// <summary><c>destination = sourceᵀ</c>.</summary>
    public void Transpose(DeviceMatrix destination, DeviceMatrix source)
    {
        Require(destination.Rows == source.Columns && destination.Columns == source.Rows, destination, source, nameof(Transpose));
        TransposeCore(destination, source);
        KeepAlive(destination, source);
    }

    /// <summary>Copies the numbers of <paramref name="source"/>, row by row, to a matrix of another shape.</summary>
    internal void Reshape(DeviceMatrix destination, DeviceMatrix source)
    {
        bool fits = (long)destination.Rows * destination.Columns == (long)source.Rows * source.Columns;
        Require(fits, destination, source, nameof(Reshape));
        ReshapeCore(destination, source);
        KeepAlive(destination, source);
    }

    /// <summary>
    /// Copies a block of rows×columns of <paramref name="source"/>, from its given row and column, to the given row and column of
    /// <paramref name="destination"/>, the rest of which keeps its contents.
    /// </summary>
    internal void CopyBlock(
        DeviceMatrix destination, int row, int column, DeviceMatrix source, int sourceRow, int sourceColumn, int rows, int columns)
    {
        bool fits = Contains(destination, row, column) && Contains(source, sourceRow, sourceColumn);
        Require(fits, destination, source, nameof(CopyBlock));
        CopyBlockCore(destination, row, column, source, sourceRow, sourceColumn, rows, columns);
        KeepAlive(destination, source);

        bool Contains(DeviceMatrix matrix, int firstRow, int firstColumn)
            => firstRow >= 0 && firstColumn >= 0 && firstRow <= matrix.Rows - rows && firstColumn <= matrix.Columns - columns;
    }

    /// <summary>
    /// <c>product = alpha·op(left)·op(right) + beta·product</c>, where op is the transpose if so requested, otherwise the identity.
    /// </summary>
    /// <remarks><paramref name="product"/> must not share memory with the factors.</remarks>
    public void Multiply(
        DeviceMatrix product,
        DeviceMatrix left,
        DeviceMatrix right,
        bool transposeLeft = false,
        bool transposeRight = false,
        double alpha = 1,
        double beta = 0)
    {
        int rows = transposeLeft ? left.Columns : left.Rows;
        int inner = transposeLeft ? left.Rows : left.Columns;
        int innerRight = transposeRight ? right.Columns : right.Rows;
        int columns = transposeRight ? right.Rows : right.Columns;
        Require(inner == innerRight, left, right, nameof(Multiply));
        Require(product.Rows == rows && product.Columns == columns, product, right, nameof(Multiply));
        MultiplyCore(product, left, right, transposeLeft, transposeRight, alpha, beta);
        KeepAlive(product, left, right);
    }

    /// <summary>
    /// <c>output = map(a, b, c; p, q)</c> element by element. An input with one row, one column or both is repeated to
    /// the shape of the output. The output may also be an input, provided that this input is not repeated.
    /// </summary>
    internal void Map<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix? b = null, DeviceMatrix? c = null, double p = 0, double q = 0)
        where TMap : struct, IElementMap
    {
        b ??= a;
        c ??= a;
        RequireBroadcast(output.Rows, output.Columns, a);
        RequireBroadcast(output.Rows, output.Columns, b);
        RequireBroadcast(output.Rows, output.Columns, c);
        MapCore<TMap>(output, a, b, c, p, q);
        KeepAlive(output, a, b, c);
    }

    /// <summary>
    /// <c>output</c> (rows×1) = the sum over the columns of <c>map(a, b, c; p, q)</c>, evaluated in the shape of
    /// <paramref name="a"/>, to which b and c are repeated as in <see cref="Map{TMap}"/>.
    /// </summary>
    internal void SumRows<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix? b = null, DeviceMatrix? c = null, double p = 0, double q = 0)
        where TMap : struct, IElementMap
    {
        b ??= a;
        c ??= a;
        Require(output.Rows == a.Rows && output.Columns == 1, output, a, nameof(SumRows));
        RequireBroadcast(a.Rows, a.Columns, b);
        RequireBroadcast(a.Rows, a.Columns, c);
        SumRowsCore<TMap>(output, a, b, c, p, q);
        KeepAlive(output, a, b, c);
    }

    /// <summary><c>output</c> (1×columns) = the sum over the rows of <c>map(a, b, c; p, q)</c>; see <see cref="SumRows{TMap}"/>.</summary>
    internal void SumColumns<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix? b = null, DeviceMatrix? c = null, double p = 0, double q = 0)
        where TMap : struct, IElementMap
    {
        b ??= a;
        c ??= a;
        Require(output.Rows == 1 && output.Columns == a.Columns, output, a, nameof(SumColumns));
        RequireBroadcast(a.Rows, a.Columns, b);
        RequireBroadcast(a.Rows, a.Columns, c);
        SumColumnsCore<TMap>(output, a, b, c, p, q);
        KeepAlive(output, a, b, c);
    }

    /// <summary>
    /// A contrast f of every entry of <paramref name="sources"/> (N×K): <c>slopes</c> = f′ (N×K), <c>values</c> = the sums of f over each
    /// row (N×1), <c>curvatures</c> = the sums of f″ over each column (1×K), with the bits of <see cref="Map{TMap}"/>,
    /// <see cref="SumRows{TMap}"/> and <see cref="SumColumns{TMap}"/>.
    /// </summary>
    internal void Contrast<TContrast>(DeviceMatrix slopes, DeviceMatrix values, DeviceMatrix curvatures, DeviceMatrix sources, double p)
        where TContrast : struct, IContrast
    {
        Require(slopes.Rows == sources.Rows && slopes.Columns == sources.Columns, slopes, sources, nameof(Contrast));
        Require(values.Rows == sources.Rows && values.Columns == 1, values, sources, nameof(Contrast));
        Require(curvatures.Rows == 1 && curvatures.Columns == sources.Columns, curvatures, sources, nameof(Contrast));
        ContrastCore<TContrast>(slopes, values, curvatures, sources, p);
        KeepAlive(slopes, values, curvatures, sources);
    }

    /// <summary><c>output</c> (rows×1) = the largest number of each row; not specified for a row with a NaN.</summary>
    internal void MaxRows(DeviceMatrix output, DeviceMatrix source)
    {
        Require(output.Rows == source.Rows && output.Columns == 1, output, source, nameof(MaxRows));
        MaxRowsCore(output, source);
        KeepAlive(output, source);
    }

    /// <summary>
    /// Sets the diagonal of a matrix, or the entries (i, <paramref name="firstColumn"/> + i): the diagonal of the whole, if the rows are
    /// those of a square matrix from that row on.
    /// </summary>
    internal void FillDiagonal(DeviceMatrix matrix, double value, int firstColumn = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstColumn);
        Require(matrix.Rows + firstColumn <= matrix.Columns, matrix, matrix, nameof(FillDiagonal));
        FillDiagonalCore(matrix, value, firstColumn);
        KeepAlive(matrix);
    }

    /// <summary>
    /// Takes one step of Adam on <paramref name="parameters"/> and updates the moments in place. All matrices have the same shape.
    /// </summary>
    internal void AdamStep(
        DeviceMatrix parameters,
        DeviceMatrix gradient,
        DeviceMatrix firstMoment,
        DeviceMatrix secondMoment,
        in AdamCoefficients coefficients)
    {
        foreach (DeviceMatrix matrix in (ReadOnlySpan<DeviceMatrix>)[gradient, firstMoment, secondMoment])
            Require(matrix.Rows == parameters.Rows && matrix.Columns == parameters.Columns, matrix, parameters, nameof(AdamStep));
        AdamStepCore(parameters, gradient, firstMoment, secondMoment, coefficients);
        KeepAlive(parameters, gradient, firstMoment, secondMoment);
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    private protected abstract DeviceMatrix AllocateCore(int rows, int columns);

    private protected abstract void WriteCore(DeviceMatrix destination, ReadOnlySpan<double> source);

    private protected abstract void WriteCore(DeviceMatrix destination, ReadOnlySpan<float> source);

    private protected abstract void ReadCore(DeviceMatrix source, Span<double> destination);

    private protected abstract void GatherRowsCore(DeviceMatrix destination, DeviceMatrix source, ReadOnlySpan<int> indices);

    private protected abstract void TransposeCore(DeviceMatrix destination, DeviceMatrix source);

    private protected abstract void ReshapeCore(DeviceMatrix destination, DeviceMatrix source);

    private protected abstract void CopyBlockCore(
        DeviceMatrix destination, int row, int column, DeviceMatrix source, int sourceRow, int sourceColumn, int rows, int columns);

    private protected abstract void MultiplyCore(
        DeviceMatrix product, DeviceMatrix left, DeviceMatrix right, bool transposeLeft, bool transposeRight, double alpha, double beta);

    private protected abstract void MapCore<TMap>(DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
        where TMap : struct, IElementMap;

    private protected abstract void SumRowsCore<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
        where TMap : struct, IElementMap;

    private protected abstract void SumColumnsCore<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
        where TMap : struct, IElementMap;

    private protected virtual void ContrastCore<TContrast>(
        DeviceMatrix slopes, DeviceMatrix values, DeviceMatrix curvatures, DeviceMatrix sources, double p)
        where TContrast : struct, IContrast
    {
        MapCore<ContrastSlope<TContrast>>(slopes, sources, sources, sources, p, 0);
        SumRowsCore<ContrastValue<TContrast>>(values, sources, sources, sources, p, 0);
        SumColumnsCore<ContrastCurvature<TContrast>>(curvatures, sources, sources, sources, p, 0);
    }

    private protected abstract void MaxRowsCore(DeviceMatrix output, DeviceMatrix source);

    private protected abstract void FillDiagonalCore(DeviceMatrix matrix, double value, int firstColumn);

    private protected abstract void AdamStepCore(
        DeviceMatrix parameters,
        DeviceMatrix gradient,
        DeviceMatrix firstMoment,
        DeviceMatrix secondMoment,
        in AdamCoefficients coefficients);

    private static void RequireLength(DeviceMatrix matrix, int length)
    {
        if (length != matrix.Rows * matrix.Columns)
            throw new ArgumentException($"{length} numbers do not fit a matrix of {matrix.Rows}×{matrix.Columns}");
    }

    /// <summary>
    /// Called at the end of an operation, so that neither its matrices nor the device can be collected before. The implementations hold
    /// addresses, which the garbage collector does not track; otherwise, a matrix that the caller no longer uses could be collected
    /// while it is being read.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void KeepAlive(
        DeviceMatrix? first,
        DeviceMatrix? second = null,
        DeviceMatrix? third = null,
        DeviceMatrix? fourth = null,
        DeviceMatrix? fifth = null)
    {
        GC.KeepAlive(this);
        GC.KeepAlive(first);
        GC.KeepAlive(second);
        GC.KeepAlive(third);
        GC.KeepAlive(fourth);
        GC.KeepAlive(fifth);
    }

    private static void Require(bool fits, DeviceMatrix first, DeviceMatrix second, string operation)
    {
        if (!fits)
            ThrowShapes(first, second, operation);
    }

    private static void RequireBroadcast(int rows, int columns, DeviceMatrix input)
    {
        if ((input.Rows != rows && input.Rows != 1) || (input.Columns != columns && input.Columns != 1))
            throw new ArgumentException($"an input of {input.Rows}×{input.Columns} cannot be repeated to {rows}×{columns}");
    }

    private static void ThrowShapes(DeviceMatrix first, DeviceMatrix second, string operation)
        => throw new ArgumentException(
            $"{operation}: shapes {first.Rows}×{first.Columns} and {second.Rows}×{second.Columns} do not fit together");
}
