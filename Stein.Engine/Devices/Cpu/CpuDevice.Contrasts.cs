namespace Stein.Engine.Devices.Cpu;

/// <summary>Contrasts: the value, the slope and the curvature of a formula in one pass, which shares what they have in common.</summary>
internal sealed unsafe partial class CpuDevice<TLane, TElement>
{
    private protected override void ContrastCore<TContrast>(
        DeviceMatrix slopes, DeviceMatrix values, DeviceMatrix curvatures, DeviceMatrix sources, double p)
    {
        int blocks = (sources.Rows + SumBlock - 1) / SumBlock;
        Working sums = Scratch(0, blocks, sources.Columns);
        ShareRows(
            blocks,
            SharedElement * sources.Rows * sources.Columns,
            new ContrastOfBlocks<TContrast>(Cpu(slopes), Cpu(values), sums, Cpu(sources), p));
        TElement* target = Cpu(curvatures).Pointer;
        for (int column = 0; column < sources.Columns; column += TLane.Count)
        {
            TLane total = default;
            for (int block = 0; block < blocks; block++)
                total += TLane.Load(sums.Pointer + ((nint)block * sums.Stride) + column);
            TLane.Store(total, target + column);
        }
    }

    /// <summary>A contrast on blocks of <see cref="SumBlock"/> rows, with sums of its curvatures over each.</summary>
    private readonly struct ContrastOfBlocks<TContrast>(
        CpuMatrix<TElement> slopes, CpuMatrix<TElement> values, Working sums, CpuMatrix<TElement> sources, double p) : IRowWork
        where TContrast : struct, Formulas.IContrast
    {
        public void Run(int first, int end)
        {
            TLane parameter = TLane.Constant(p);
            for (int block = first; block < end; block++)
            {
                TElement* curvatures = sums.Pointer + ((nint)block * sums.Stride);
                new Span<TElement>(curvatures, sums.Stride).Clear();
                for (int row = block * SumBlock; row < Math.Min((block + 1) * SumBlock, sources.Rows); row++)
                    *values.Row(row) = Row(sources.Row(row), slopes.Row(row), curvatures, sources.Columns, parameter);
            }
        }

        /// <summary>The sum of the values of a row.</summary>
        private static TElement Row(TElement* z, TElement* slopes, TElement* curvatures, int columns, TLane parameter)
        {
            TLane sum = default, last = default;
            for (int column = 0; column < columns; column += TLane.Count)
            {
                (TLane value, TLane slope, TLane curvature) = TContrast.At(TLane.Load(z + column), parameter);
                TLane.Store(slope, slopes + column);
                TLane.Store(TLane.Load(curvatures + column) + curvature, curvatures + column);
                if (column + TLane.Count <= columns)
                    sum += value;
                else
                    last = value;
            }

            int rest = columns % TLane.Count;
            return rest == 0 ? TLane.Sum(sum) : TLane.Sum(sum) + SumOfFirst(last, rest);
        }
    }
}
