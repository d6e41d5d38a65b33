using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;

namespace Stein.Engine.Devices;

/// <content>Pairs of samples: distances, pair terms, slices, and medians.</content>
public abstract partial class Device
{
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
    internal void ProjectedMedians(DeviceMatrix output, DeviceMatrix projections, int maximumSamples = Bandwidth.PublishedMedianSamples)
    {
        Require(output.Rows == 1 && output.Columns == projections.Columns, output, projections, nameof(ProjectedMedians));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumSamples);
        ProjectedMediansCore(output, projections, Math.Min(maximumSamples, projections.Rows));
        KeepAlive(output, projections);
    }

    /// <summary>
    /// How many of the rows of a matrix to hold at a time, where it is not formed as a whole: all of a small one, and of a large one so
    /// many that they pay for a product.
    /// </summary>
    internal static int StripRows(int rows, int columns) => Math.Min(rows, Math.Max(256, (1 << 22) / columns));

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
}
