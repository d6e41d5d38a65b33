using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Devices.Cpu;

/// <summary>Squared distances between samples; a lane holds the second samples of several pairs.</summary>
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
        ShareRows(y.Rows, 3.0 * y.Rows * x.Rows * x.Columns, new DistancesOfRows(target, y, transposed));
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

    /// <summary>The squared distances of some points to all samples.</summary>
    private readonly struct DistancesOfRows(CpuMatrix<TElement> target, CpuMatrix<TElement> points, Working samples) : IRowWork
    {
        public void Run(int first, int end)
        {
            int last = end - 1;
            for (int i = first; i < end; i += 4)
            {
                // Indices past the end repeat the last row, which is computed and stored again with the same numbers.
                int i1 = Math.Min(i + 1, last);
                int i2 = Math.Min(i + 2, last);
                int i3 = Math.Min(i + 3, last);
                for (int j = 0; j < target.Columns; j += TLane.Count)
                {
                    DistanceTile(
                        points.Row(i), points.Row(i1), points.Row(i2), points.Row(i3),
                        samples.Pointer + j, samples.Stride, points.Columns,
                        target.Row(i) + j, target.Row(i1) + j, target.Row(i2) + j, target.Row(i3) + j);
                }
            }
        }
    }
}
