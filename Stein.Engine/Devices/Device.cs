using System.Runtime.CompilerServices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Devices;

/// <summary>
/// A device that holds matrices and runs the few coarse operations of which everything else is composed. This class checks shapes
/// for all devices; a device implements the operations.
/// </summary>
/// <remarks>Only one thread at a time may use a device and its matrices. Parallel runs have a device each.</remarks>
public abstract class Device : IDisposable
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
    /// <c>output_ij = ‖x_i − x_j‖²</c> (N×N) of the samples (N×D), computed from the differences themselves, so that the diagonal is
    /// exactly zero and nothing cancels. O(N²D).
    /// </summary>
    internal void SquaredDistances(DeviceMatrix output, DeviceMatrix samples)
    {
        Require(output.Rows == samples.Rows && output.Columns == samples.Rows, output, samples, nameof(SquaredDistances));
        SquaredDistancesCore(output, samples);
        KeepAlive(output, samples);
    }

    /// <summary>
    /// <c>output_ij = ‖y_i − x_j‖²</c> (M×N) of points (M×D) and samples (N×D), computed from the differences themselves, so that
    /// nothing cancels. O(MND).
    /// </summary>
    internal void SquaredDistances(DeviceMatrix output, DeviceMatrix points, DeviceMatrix samples)
    {
        Require(points.Columns == samples.Columns, points, samples, nameof(SquaredDistances));
        Require(output.Rows == points.Rows && output.Columns == samples.Rows, output, samples, nameof(SquaredDistances));
        SquaredDistancesCore(output, points, samples);
        KeepAlive(output, points, samples);
    }

    /// <summary>
    /// <c>output_i = Σ_j u_ij</c> (M×1), the unnormalised row sums of a pair term. O(MND) operations, O((M + N)D) memory. Large sums are
    /// divided among all cores; the order of summation is always the same.
    /// </summary>
    /// <remarks>
    /// In single precision the error of rounding the sums is at most 144 u (u = 2⁻²⁴) times the sum of the terms' magnitudes on the
    /// processor, however many there are: 2 048 pairs are summed as 128 lanes of at most 16, and such blocks in double precision. On a
    /// GPU it is at most (72 + N/16 384) u: threads sum blocks of 64, and a tree the threads. Errors mostly cancel; about the root of this
    /// remains.
    /// </remarks>
    internal void PairSums<TTerm>(DeviceMatrix output, PairSet pairs)
        where TTerm : struct, IPairTerm
    {
        RequirePairs<TTerm>(pairs, nameof(PairSums));
        Require(output.Rows == pairs.First.Count && output.Columns == 1, output, pairs.First.First, nameof(PairSums));
        PairSumsCore<TTerm>(output, pairs);
        KeepAlive(output, pairs);
    }

    /// <summary>
    /// <c>output_ij = u_ij</c> (M×N), a pair term of every pair; within one set of points symmetric to the last bit, and 0 for the pairs
    /// that do not belong to the set. O(MND) operations, O((M + N)D) memory besides the output.
    /// </summary>
    internal void PairMatrix<TTerm>(DeviceMatrix output, PairSet pairs)
        where TTerm : struct, IPairTerm
    {
        RequirePairs<TTerm>(pairs, nameof(PairMatrix));
        Require(output.Rows == pairs.First.Count && output.Columns == pairs.Second.Count, output, pairs.First.First, nameof(PairMatrix));
        PairMatrixCore<TTerm>(output, pairs);
        KeepAlive(output, pairs);
    }

    /// <summary>
    /// <c>output_ie = scale·Σ_j ∂u_ij/∂m_ie</c> (M×E), the derivatives of the sum over the pairs by the entries m (M×E) of one matrix of
    /// the first points. Within one set of points every pair occurs twice, and the derivative of the double sum is twice this.
    /// O(MN(D + E)) operations, O((M + N)(D + E)) memory.
    /// </summary>
    /// <param name="matrix">Which matrix of the points, see <see cref="PairPoints"/>.</param>
    internal void PairGradient<TTerm>(DeviceMatrix output, PairSet pairs, int matrix, double scale)
        where TTerm : struct, IPairTerm
    {
        RequirePairs<TTerm>(pairs, nameof(PairGradient));
        DeviceMatrix? entries = matrix < TTerm.Matrices ? pairs.First[matrix] : null;
        if (entries is null)
        {
            throw new ArgumentOutOfRangeException(
                nameof(matrix), matrix, $"{nameof(PairGradient)}: the term reads {TTerm.Matrices} matrices of each point, numbered from 0");
        }

        Require(output.Rows == entries.Rows && output.Columns == entries.Columns, output, entries, nameof(PairGradient));
        PairGradientCore<TTerm>(output, pairs, matrix, scale);
        KeepAlive(output, pairs);
    }

    /// <summary>
    /// <c>output</c> (N×1) = numbers whose sum is <c>Σ_ij map(a_ij, b_ij; p, q)</c> over all pairs (V) or i ≠ j (U) of two bilinear forms;
    /// the map must be symmetric. Not row sums: a row may hold more than its share. O(N²D) operations, as fast as matrix products,
    /// O(ND) memory. All cores share the sum, whose order is always the same.
    /// </summary>
    internal void BilinearSums<TMap>(
        DeviceMatrix output, BilinearForm a, BilinearForm b, PairStatistic statistic, double p = 0, double q = 0)
        where TMap : struct, IElementMap
    {
        Require(output.Columns == 1 && output.Rows == a.Vectors.Rows, output, a.Vectors, nameof(BilinearSums));
        foreach (BilinearForm form in (ReadOnlySpan<BilinearForm>)[a, b])
        {
            Require(form.Vectors.Rows == output.Rows, form.Vectors, output, nameof(BilinearSums));
            Require(form.Offsets.Rows == output.Rows && form.Offsets.Columns == 1, form.Offsets, output, nameof(BilinearSums));
        }

        BilinearSumsCore<TMap>(output, a, b, statistic, p, q);
        KeepAlive(output, a.Vectors, a.Offsets, b.Vectors, b.Offsets);
    }

    /// <summary>
    /// Computes the reductions of the sliced pair term that <paramref name="request"/> describes. O(N²R) operations, O(NR) memory.
    /// </summary>
    internal void SlicedPairSums<TTerm>(SlicedPairRequest request)
        where TTerm : struct, ISlicedPairTerm
    {
        RequireSlices(request, nameof(SlicedPairSums));
        DeviceMatrix z = request.Projections;
        foreach (DeviceMatrix? gradient in (ReadOnlySpan<DeviceMatrix?>)[request.ScoreGradient, request.ProjectionGradient])
        {
            if (gradient is not null)
                Require(gradient.Rows == z.Rows && gradient.Columns == z.Columns, gradient, z, nameof(SlicedPairSums));
        }

        if ((request.ProjectionGradient is null) != (request.CouplingGradient is null))
        {
            throw new ArgumentException(
                "the gradients with respect to projections and couplings must be requested together", nameof(request));
        }

        SlicedPairSumsCore<TTerm>(request);
        KeepAlive(request);
    }

    /// <summary>
    /// <c>output_ij = Σ_d t_dij</c> (N×N), the unnormalised sum over the slices of the sliced pair term
    /// (<see cref="ISlicedPairTerm"/>) of every pair, symmetric to the last bit, with a diagonal of zeros for the U-statistic.
    /// O(N²R) operations, O(NR) memory besides the output.
    /// </summary>
    /// <param name="output">The sums over the slices (N×N).</param>
    /// <param name="request">The slices; its outputs are ignored.</param>
    internal void SlicedPairMatrix<TTerm>(DeviceMatrix output, SlicedPairRequest request)
        where TTerm : struct, ISlicedPairTerm
    {
        RequireSlices(request, nameof(SlicedPairMatrix));
        int samples = request.Projections.Rows;
        Require(output.Rows == samples && output.Columns == samples, output, request.Projections, nameof(SlicedPairMatrix));
        SlicedPairMatrixCore<TTerm>(output, request);
        KeepAlive(output);
        KeepAlive(request);
    }

    /// <summary>
    /// <c>output</c> (1×1) = the exact lower median of the positive entries above the diagonal of a symmetric matrix of
    /// squared distances; 0 if there are none, NaN if an entry is NaN.
    /// </summary>
    internal void MedianSquaredDistance(DeviceMatrix output, DeviceMatrix squaredDistances)
    {
        Require(output.Rows == 1 && output.Columns == 1, output, squaredDistances, nameof(MedianSquaredDistance));
        Require(squaredDistances.Rows == squaredDistances.Columns, squaredDistances, squaredDistances, nameof(MedianSquaredDistance));
        MedianSquaredDistanceCore(output, squaredDistances);
        KeepAlive(output, squaredDistances);
    }

    /// <summary>
    /// <c>output_d</c> (1×R) = the exact lower median of <c>(z_id − z_jd)²</c> over i ≤ j, including the zeros of the diagonal, for
    /// every column of the projections (N×R), from the first <paramref name="maximumSamples"/> rows; NaN if a column has a NaN or an
    /// infinity in these rows.
    /// </summary>
    internal void ProjectedMedians(DeviceMatrix output, DeviceMatrix projections, int maximumSamples = 500)
    {
        Require(output.Rows == 1 && output.Columns == projections.Columns, output, projections, nameof(ProjectedMedians));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumSamples);
        ProjectedMediansCore(output, projections, Math.Min(maximumSamples, projections.Rows));
        KeepAlive(output, projections);
    }

    /// <summary>
    /// <c>minima_r</c> and <c>maxima_r</c> (1×R) = the smallest and the largest number of each column of the values (N×R); both are NaN
    /// for a column with a NaN or an infinity.
    /// </summary>
    internal void ColumnRanges(DeviceMatrix minima, DeviceMatrix maxima, DeviceMatrix values)
    {
        foreach (DeviceMatrix output in (ReadOnlySpan<DeviceMatrix>)[minima, maxima])
            Require(output.Rows == 1 && output.Columns == values.Columns, output, values, nameof(ColumnRanges));
        ColumnRangesCore(minima, maxima, values);
        KeepAlive(minima, maxima, values);
    }

    /// <summary>
    /// Distributes points (N×R) over the nodes of a grid for each column, each point over four nodes by the weights of cubic
    /// interpolation: <c>counts_rk = Σ_i ℓ_k(z_ir)</c> and <c>sums_rk = Σ_i w_ir ℓ_k(z_ir)</c> (R×G), so that for every table T (R×G)
    /// the sum <c>Σ_k counts_rk T_rk</c> is that of the numbers that <see cref="InterpolateColumns"/> reads from T at the points. O(NR).
    /// </summary>
    /// <param name="counts">Receives the distribution of the points (R×G).</param>
    /// <param name="sums">Receives the distribution of the weights (R×G).</param>
    /// <param name="grids">The grids, one per column.</param>
    /// <param name="points">The points z (N×R).</param>
    /// <param name="weights">The weights w (N×R).</param>
    internal void SpreadColumns(DeviceMatrix counts, DeviceMatrix sums, in ColumnGrids grids, DeviceMatrix points, DeviceMatrix weights)
    {
        RequireGrids(grids, points, counts, nameof(SpreadColumns));
        Require(sums.Rows == counts.Rows && sums.Columns == counts.Columns, sums, counts, nameof(SpreadColumns));
        Require(weights.Rows == points.Rows && weights.Columns == points.Columns, weights, points, nameof(SpreadColumns));
        SpreadColumnsCore(counts, sums, grids, points, weights);
        KeepAlive(counts, sums, points, weights, grids.Origins);
        KeepAlive(grids.InverseSpacings);
    }

    /// <summary>
    /// <c>output_ir = scale·(w_ir T_r(z_ir) + S_r(z_ir))</c> (N×R), where T and S (R×G) are tables at the nodes of a grid for each column,
    /// interpolated by the cubic polynomial through the nearest four nodes. O(NR).
    /// </summary>
    /// <param name="output">The interpolated numbers (N×R).</param>
    /// <param name="grids">The grids, one per column.</param>
    /// <param name="points">The points z (N×R).</param>
    /// <param name="table">The table T (R×G).</param>
    /// <param name="scale">The factor of everything.</param>
    /// <param name="weights">The weights w (N×R); 1 if null.</param>
    /// <param name="second">The table S (R×G); 0 if null.</param>
    internal void InterpolateColumns(
        DeviceMatrix output,
        in ColumnGrids grids,
        DeviceMatrix points,
        DeviceMatrix table,
        double scale = 1,
        DeviceMatrix? weights = null,
        DeviceMatrix? second = null)
    {
        RequireGrids(grids, points, table, nameof(InterpolateColumns));
        DeviceMatrix other = second ?? table;
        Require(other.Rows == table.Rows && other.Columns == table.Columns, other, table, nameof(InterpolateColumns));
        foreach (DeviceMatrix matrix in (ReadOnlySpan<DeviceMatrix>)[output, weights ?? output])
            Require(matrix.Rows == points.Rows && matrix.Columns == points.Columns, matrix, points, nameof(InterpolateColumns));
        InterpolateColumnsCore(output, grids, points, table, scale, weights, second);
        KeepAlive(output, points, table, weights, second);
        KeepAlive(grids.Origins, grids.InverseSpacings);
    }

    /// <summary>
    /// <c>output_rk = alpha·Σ_l signal_rl taps_r,k−l + beta·output_rk</c> (R×G), a convolution of every row with an even or an odd
    /// function, of which <paramref name="taps"/> (R×G) has the values at 0, 1, …, G − 1. O(RG²).
    /// </summary>
    /// <param name="output">The convolved rows (R×G), which must not share memory with the inputs.</param>
    /// <param name="signal">The rows (R×G).</param>
    /// <param name="taps">The functions (R×G).</param>
    /// <param name="isOdd">Whether the functions are odd: <c>taps_−k = −taps_k</c>; otherwise they are even.</param>
    /// <param name="alpha">The factor of the convolution.</param>
    /// <param name="beta">The factor of the previous contents of the output.</param>
    internal void ConvolveRows(
        DeviceMatrix output, DeviceMatrix signal, DeviceMatrix taps, bool isOdd, double alpha = 1, double beta = 0)
    {
        foreach (DeviceMatrix input in (ReadOnlySpan<DeviceMatrix>)[signal, taps])
            Require(input.Rows == output.Rows && input.Columns == output.Columns, input, output, nameof(ConvolveRows));
        ConvolveRowsCore(output, signal, taps, isOdd, alpha, beta);
        KeepAlive(output, signal, taps);
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

    private protected abstract void MaxRowsCore(DeviceMatrix output, DeviceMatrix source);

    private protected abstract void FillDiagonalCore(DeviceMatrix matrix, double value, int firstColumn);

    private protected abstract void SquaredDistancesCore(DeviceMatrix output, DeviceMatrix samples);

    private protected abstract void SquaredDistancesCore(DeviceMatrix output, DeviceMatrix points, DeviceMatrix samples);

    private protected abstract void PairSumsCore<TTerm>(DeviceMatrix output, PairSet pairs)
        where TTerm : struct, IPairTerm;

    private protected abstract void PairMatrixCore<TTerm>(DeviceMatrix output, PairSet pairs)
        where TTerm : struct, IPairTerm;

    private protected abstract void PairGradientCore<TTerm>(DeviceMatrix output, PairSet pairs, int matrix, double scale)
        where TTerm : struct, IPairTerm;

    /// <summary>Some rows at a time, by matrix products and maps.</summary>
    private protected virtual void BilinearSumsCore<TMap>(
        DeviceMatrix output, BilinearForm a, BilinearForm b, PairStatistic statistic, double p, double q)
        where TMap : struct, IElementMap
    {
        int count = output.Rows;
        int rows = StripRows(count, count);
        DeviceMatrix offsets = Allocate(1, count), first = Allocate(rows, count), second = Allocate(rows, count);
        for (int start = 0; start < count; start += rows)
        {
            int height = Math.Min(rows, count - start);
            DeviceMatrix terms = first.RowRange(0, height);
            Form(terms, a, start);
            Form(second.RowRange(0, height), b, start);
            Map<TMap>(terms, terms, second.RowRange(0, height), p: p, q: q);
            if (statistic == PairStatistic.U)
                FillDiagonal(terms, 0, start);
            SumRows<Identity>(output.RowRange(start, height), terms);
        }

        void Form(DeviceMatrix strip, BilinearForm form, int start)
        {
            Multiply(strip, form.Vectors.RowRange(start, strip.Rows), form.Vectors, transposeRight: true, alpha: form.Scale);
            Transpose(offsets, form.Offsets);
            Map<AddScaled>(strip, strip, offsets, p: 1);
            Map<AddScaled>(strip, strip, form.Offsets.RowRange(start, strip.Rows), p: 1);
        }
    }

    private protected abstract void SlicedPairSumsCore<TTerm>(SlicedPairRequest request)
        where TTerm : struct, ISlicedPairTerm;

    private protected abstract void SlicedPairMatrixCore<TTerm>(DeviceMatrix output, SlicedPairRequest request)
        where TTerm : struct, ISlicedPairTerm;

    private protected abstract void MedianSquaredDistanceCore(DeviceMatrix output, DeviceMatrix squaredDistances);

    private protected abstract void ProjectedMediansCore(DeviceMatrix output, DeviceMatrix projections, int samples);

    private protected abstract void ColumnRangesCore(DeviceMatrix minima, DeviceMatrix maxima, DeviceMatrix values);

    private protected abstract void SpreadColumnsCore(
        DeviceMatrix counts, DeviceMatrix sums, in ColumnGrids grids, DeviceMatrix points, DeviceMatrix weights);

    private protected abstract void InterpolateColumnsCore(
        DeviceMatrix output,
        in ColumnGrids grids,
        DeviceMatrix points,
        DeviceMatrix table,
        double scale,
        DeviceMatrix? weights,
        DeviceMatrix? second);

    private protected abstract void ConvolveRowsCore(
        DeviceMatrix output, DeviceMatrix signal, DeviceMatrix taps, bool isOdd, double alpha, double beta);

    private protected abstract void AdamStepCore(
        DeviceMatrix parameters,
        DeviceMatrix gradient,
        DeviceMatrix firstMoment,
        DeviceMatrix secondMoment,
        in AdamCoefficients coefficients);

    /// <summary>
    /// How many of the rows of a matrix to hold at a time, where it is not formed as a whole: all of a small one, and of a large one so
    /// many that they pay for a product.
    /// </summary>
    internal static int StripRows(int rows, int columns) => Math.Min(rows, Math.Max(256, (1 << 22) / columns));

    private static void RequirePairs<TTerm>(PairSet pairs, string operation)
        where TTerm : struct, IPairTerm
    {
        for (int matrix = 0; matrix < TTerm.Matrices; matrix++)
        {
            if (pairs.First[matrix] is not { } first || pairs.Second[matrix] is not { } second)
            {
                throw new ArgumentException(
                    $"{operation}: the term reads {TTerm.Matrices} matrices of each point, and matrix {matrix} is missing", nameof(pairs));
            }

            Require(first.Rows == pairs.First.Count, first, pairs.First.First, operation);
            Require(second.Rows == pairs.Second.Count, second, pairs.Second.First, operation);
            Require(first.Columns == second.Columns, first, second, operation);
        }

        Require(pairs.Constants.Columns == 1, pairs.Constants, pairs.First.First, operation);
    }

    private static void RequireSlices(SlicedPairRequest request, string operation)
    {
        DeviceMatrix z = request.Projections;
        DeviceMatrix p = request.ProjectedScores;
        Require(p.Rows == z.Rows && p.Columns == z.Columns, p, z, operation);
        foreach (DeviceMatrix? perSlice in (ReadOnlySpan<DeviceMatrix?>)
            [request.Couplings, request.InverseSquareBandwidths, request.FourthOrders, request.Values, request.CouplingGradient])
        {
            if (perSlice is not null)
                Require(perSlice.Rows == 1 && perSlice.Columns == z.Columns, perSlice, z, operation);
        }
    }

    private static void RequireGrids(in ColumnGrids grids, DeviceMatrix points, DeviceMatrix table, string operation)
    {
        foreach (DeviceMatrix perColumn in (ReadOnlySpan<DeviceMatrix>)[grids.Origins, grids.InverseSpacings])
            Require(perColumn.Rows == 1 && perColumn.Columns == points.Columns, perColumn, points, operation);
        Require(table.Rows == points.Columns && table.Columns >= ColumnGrids.MinimumNodes, table, points, operation);
    }

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

    private void KeepAlive(DeviceMatrix output, in PairSet pairs)
    {
        KeepAlive(output, pairs.Constants, pairs.First.First, pairs.First.Second, pairs.First.Third);
        KeepAlive(pairs.Second.First, pairs.Second.Second, pairs.Second.Third);
    }

    private void KeepAlive(in SlicedPairRequest request)
    {
        KeepAlive(
            request.Projections, request.ProjectedScores, request.Couplings, request.InverseSquareBandwidths, request.FourthOrders);
        KeepAlive(request.Values, request.ScoreGradient, request.ProjectionGradient, request.CouplingGradient);
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
