using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Devices.Cpu;

/// <summary>Reductions over pairs whose formula needs whole samples; a lane holds the second samples of several pairs.</summary>
internal sealed unsafe partial class CpuDevice<TLane, TElement>
{
    /// <summary>Rows of a symmetric matrix that begin at the same column and are mirrored together; a multiple of any lane.</summary>
    private const int MirrorBlock = 16;

    private protected override void SquaredDistancesCore(DeviceMatrix output, DeviceMatrix samples)
    {
        CpuMatrix<TElement> target = Cpu(output);
        CpuMatrix<TElement> x = Cpu(samples);
        Working transposed = Transposed(1, x);
        int count = x.Rows;
        for (int i = 0; i < count; i += 4)
        {
            // Indices past the end repeat the last row, which is computed and stored again with the same numbers.
            int last = count - 1;
            int i1 = Math.Min(i + 1, last);
            int i2 = Math.Min(i + 2, last);
            int i3 = Math.Min(i + 3, last);
            for (int j = i / TLane.Count * TLane.Count; j < count; j += TLane.Count)
            {
                DistanceTile(
                    x.Row(i), x.Row(i1), x.Row(i2), x.Row(i3), transposed.Pointer + j, transposed.Stride, x.Columns,
                    target.Row(i) + j, target.Row(i1) + j, target.Row(i2) + j, target.Row(i3) + j);
            }
        }

        for (int i = 0; i < count; i++)
        {
            TElement* upper = target.Row(i);
            TElement* lower = target.Pointer + i;
            for (int j = i + 1; j < count; j++)
                lower[(nint)j * target.Stride] = upper[j];
        }
    }

    private protected override void SquaredDistancesCore(DeviceMatrix output, DeviceMatrix points, DeviceMatrix samples)
    {
        CpuMatrix<TElement> target = Cpu(output);
        CpuMatrix<TElement> y = Cpu(points);
        CpuMatrix<TElement> x = Cpu(samples);
        Working transposed = Transposed(1, x);
        int last = y.Rows - 1;
        for (int i = 0; i < y.Rows; i += 4)
        {
            // Indices past the end repeat the last row, which is computed and stored again with the same numbers.
            int i1 = Math.Min(i + 1, last);
            int i2 = Math.Min(i + 2, last);
            int i3 = Math.Min(i + 3, last);
            for (int j = 0; j < x.Rows; j += TLane.Count)
            {
                DistanceTile(
                    y.Row(i), y.Row(i1), y.Row(i2), y.Row(i3), transposed.Pointer + j, transposed.Stride, y.Columns,
                    target.Row(i) + j, target.Row(i1) + j, target.Row(i2) + j, target.Row(i3) + j);
            }
        }
    }

    private protected override void SteinPairSumsCore<TKernel>(
        DeviceMatrix output,
        DeviceMatrix samples,
        DeviceMatrix scores,
        DeviceMatrix inverseSquareBandwidth,
        DeviceMatrix fourthOrder,
        PairStatistic statistic)
    {
        CpuMatrix<TElement> x = Cpu(samples);
        CpuMatrix<TElement> s = Cpu(scores);
        Working xt = Transposed(1, x);
        Working st = Transposed(2, s);
        CpuMatrix<TElement> sums = Cpu(output);
        TLane inverseSquare = TLane.Broadcast(*Cpu(inverseSquareBandwidth).Pointer);
        TLane fourth = TLane.Broadcast(*Cpu(fourthOrder).Pointer);
        TLane dimension = TLane.Constant(x.Columns);
        TElement* terms = stackalloc TElement[TLane.Count];
        for (int i = 0; i < x.Rows; i++)
        {
            TElement* xi = x.Row(i);
            TElement* si = s.Row(i);
            TElement sum = TElement.Zero;
            for (int j = 0; j < x.Rows; j += TLane.Count)
            {
                TLane squaredDistance = default, scoreProduct = default, scoreDisplacement = default;
                TElement* xj = xt.Pointer + j;
                TElement* sj = st.Pointer + j;
                for (int d = 0; d < x.Columns; d++, xj += xt.Stride, sj += st.Stride)
                {
                    TLane displacement = TLane.Broadcast(xi[d]) - TLane.Load(xj);
                    TLane scoreI = TLane.Broadcast(si[d]);
                    TLane scoreJ = TLane.Load(sj);
                    squaredDistance = TLane.MultiplyAdd(displacement, displacement, squaredDistance);
                    scoreProduct = TLane.MultiplyAdd(scoreI, scoreJ, scoreProduct);
                    scoreDisplacement = TLane.MultiplyAdd(scoreI - scoreJ, displacement, scoreDisplacement);
                }

                TLane.Store(
                    SteinPairTerm<TKernel>.Value(squaredDistance, scoreProduct, scoreDisplacement, dimension, inverseSquare, fourth),
                    terms);
                TElement block = TElement.Zero;
                for (int lane = 0; lane < Math.Min(TLane.Count, x.Rows - j); lane++)
                {
                    if (statistic == PairStatistic.V || j + lane != i)
                        block += terms[lane];
                }

                sum += block;
            }

            *sums.Row(i) = sum;
        }
    }

    private protected override void SteinPairMatrixCore<TKernel>(
        DeviceMatrix output,
        DeviceMatrix samples,
        DeviceMatrix scores,
        DeviceMatrix inverseSquareBandwidth,
        DeviceMatrix fourthOrder,
        PairStatistic statistic)
    {
        CpuMatrix<TElement> x = Cpu(samples);
        CpuMatrix<TElement> s = Cpu(scores);
        Working xt = Transposed(1, x);
        Working st = Transposed(2, s);
        CpuMatrix<TElement> target = Cpu(output);
        TLane inverseSquare = TLane.Broadcast(*Cpu(inverseSquareBandwidth).Pointer);
        TLane fourth = TLane.Broadcast(*Cpu(fourthOrder).Pointer);
        int count = x.Rows;
        for (int i = 0; i < count; i += 2)
        {
            // An index past the end repeats the last row, which is computed and stored again with the same numbers.
            int next = Math.Min(i + 1, count - 1);
            for (int j = i / MirrorBlock * MirrorBlock; j < count; j += TLane.Count)
            {
                SteinTile<TKernel>(
                    x.Row(i), x.Row(next), s.Row(i), s.Row(next), xt.Pointer + j, xt.Stride, st.Pointer + j, st.Stride, x.Columns,
                    inverseSquare, fourth, target.Row(i) + j, target.Row(next) + j);
            }
        }

        MirrorUpper(target);
        if (statistic == PairStatistic.U)
            FillDiagonalCore(output, 0);
    }

    /// <summary>
    /// The pair terms of two samples with a lane of others; two are enough to keep the arithmetic units busy. A method of its own so
    /// that the sums stay in registers.
    /// </summary>
    private static void SteinTile<TKernel>(
        TElement* x0, TElement* x1, TElement* s0, TElement* s1, TElement* xs, nint xStride, TElement* ss, nint sStride, nint dimension,
        TLane inverseSquare, TLane fourthOrder, TElement* to0, TElement* to1)
        where TKernel : struct, IRadialKernel
    {
        TLane distance0 = default, product0 = default, drift0 = default;
        TLane distance1 = default, product1 = default, drift1 = default;
        for (nint d = 0; d < dimension; d++, xs += xStride, ss += sStride)
        {
            TLane xj = TLane.Load(xs), sj = TLane.Load(ss);
            TLane score0 = TLane.Broadcast(s0[d]), score1 = TLane.Broadcast(s1[d]);
            TLane displacement0 = TLane.Broadcast(x0[d]) - xj, displacement1 = TLane.Broadcast(x1[d]) - xj;
            distance0 = TLane.MultiplyAdd(displacement0, displacement0, distance0);
            distance1 = TLane.MultiplyAdd(displacement1, displacement1, distance1);
            product0 = TLane.MultiplyAdd(score0, sj, product0);
            product1 = TLane.MultiplyAdd(score1, sj, product1);
            drift0 = TLane.MultiplyAdd(score0 - sj, displacement0, drift0);
            drift1 = TLane.MultiplyAdd(score1 - sj, displacement1, drift1);
        }

        TLane dimensions = TLane.Constant(dimension);
        TLane.Store(SteinPairTerm<TKernel>.Value(distance0, product0, drift0, dimensions, inverseSquare, fourthOrder), to0);
        TLane.Store(SteinPairTerm<TKernel>.Value(distance1, product1, drift1, dimensions, inverseSquare, fourthOrder), to1);
    }

    /// <summary>
    /// Completes a symmetric matrix by copying the entries to the right of its diagonal blocks below them. The blocks are
    /// <see cref="MirrorBlock"/> wide and already complete.
    /// </summary>
    private static void MirrorUpper(CpuMatrix<TElement> matrix)
    {
        for (int i = 0; i + MirrorBlock < matrix.Rows; i += MirrorBlock)
        {
            int right = i + MirrorBlock;
            Transposition<TElement>.Run(
                matrix.Row(i) + right, matrix.Stride, MirrorBlock, matrix.Rows - right, matrix.Row(right) + i, matrix.Stride);
        }
    }

    /// <summary>Squared distances of four samples to a lane of others; a method of its own so that the sums stay in registers.</summary>
    private static void DistanceTile(
        TElement* x0, TElement* x1, TElement* x2, TElement* x3, TElement* others, nint stride, nint dimension,
        TElement* to0, TElement* to1, TElement* to2, TElement* to3)
    {
        TLane sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (nint d = 0; d < dimension; d++, others += stride)
        {
            TLane other = TLane.Load(others);
            TLane d0 = other - TLane.Broadcast(x0[d]);
            TLane d1 = other - TLane.Broadcast(x1[d]);
            TLane d2 = other - TLane.Broadcast(x2[d]);
            TLane d3 = other - TLane.Broadcast(x3[d]);
            sum0 = TLane.MultiplyAdd(d0, d0, sum0);
            sum1 = TLane.MultiplyAdd(d1, d1, sum1);
            sum2 = TLane.MultiplyAdd(d2, d2, sum2);
            sum3 = TLane.MultiplyAdd(d3, d3, sum3);
        }

        TLane.Store(sum0, to0);
        TLane.Store(sum1, to1);
        TLane.Store(sum2, to2);
        TLane.Store(sum3, to3);
    }

    private Working Transposed(int slot, CpuMatrix<TElement> matrix)
    {
        Working transposed = Scratch(slot, matrix.Columns, matrix.Rows);
        Transposition<TElement>.Run(matrix.Pointer, matrix.Stride, matrix.Rows, matrix.Columns, transposed.Pointer, transposed.Stride);
        return transposed;
    }
}
