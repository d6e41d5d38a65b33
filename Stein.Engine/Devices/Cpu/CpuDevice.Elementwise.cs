using System.Runtime.CompilerServices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Devices.Cpu;

/// <summary>Elementwise maps, reductions along rows and columns, and Adam.</summary>
internal sealed unsafe partial class CpuDevice<TLane, TElement>
{
    /// <summary>Operations for which an element counts when an operation on very many is shared among the cores.</summary>
    private const double SharedElement = 50;

    /// <summary>Rows per partial sum, so that the error of a long column grows with the number of blocks, not of rows.</summary>
    private const int SumBlock = 64;

    private protected override void MapCore<TMap>(DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
    {
        double operations = SharedElement * output.Rows * output.Columns;
        if (operations < SharedOperations)
            MapRows<TMap>(output, a, b, c, p, q, 0, output.Rows);
        else
            ShareRows(output.Rows, operations, new MapOfRows<TMap>(output, a, b, c, p, q));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MapRows<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q, int first, int end)
        where TMap : struct, IElementMap
    {
        CpuMatrix<TElement> target = Cpu(output);
        var inputA = new Input(a, target.Columns);
        var inputB = new Input(b, target.Columns);
        var inputC = new Input(c, target.Columns);
        TLane lanesP = TLane.Constant(p);
        TLane lanesQ = TLane.Constant(q);
        for (int row = first; row < end; row++)
        {
            if (!inputA.Repeats && !inputB.Repeats && !inputC.Repeats)
            {
                MapRow<TMap>(
                    target.Row(row),
                    inputA.Pointer(row),
                    inputB.Pointer(row),
                    inputC.Pointer(row),
                    target.Columns,
                    lanesP,
                    lanesQ);
            }
            else
            {
                MapRow<TMap>(target.Row(row), inputA.Row(row), inputB.Row(row), inputC.Row(row), target.Columns, lanesP, lanesQ);
            }
        }
    }

    private protected override void SumRowsCore<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
    {
        double operations = SharedElement * a.Rows * a.Columns;
        if (operations < SharedOperations)
            SumRows<TMap>(output, a, b, c, p, q, 0, a.Rows);
        else
            ShareRows(a.Rows, operations, new MapSumsOfRows<TMap>(output, a, b, c, p, q));
    }

    private static void SumRows<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q, int first, int end)
        where TMap : struct, IElementMap
    {
        CpuMatrix<TElement> target = Cpu(output);
        int columns = a.Columns;
        var inputA = new Input(a, columns);
        var inputB = new Input(b, columns);
        var inputC = new Input(c, columns);
        TLane lanesP = TLane.Constant(p);
        TLane lanesQ = TLane.Constant(q);
        for (int row = first; row < end; row++)
        {
            RowReader readA = inputA.Row(row);
            RowReader readB = inputB.Row(row);
            RowReader readC = inputC.Row(row);
            TLane sum = default;
            int column = 0;
            for (; column + TLane.Count <= columns; column += TLane.Count)
                sum += TMap.Apply(readA.Load(column), readB.Load(column), readC.Load(column), lanesP, lanesQ);
            TElement total = TLane.Sum(sum);
            if (column < columns)
            {
                total += SumOfFirst(
                    TMap.Apply(readA.Load(column), readB.Load(column), readC.Load(column), lanesP, lanesQ),
                    columns - column);
            }

            *target.Row(row) = total;
        }
    }

    private protected override void SumColumnsCore<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
    {
        int lanes = (a.Columns + TLane.Count - 1) / TLane.Count;
        if (SharedElement * a.Rows * a.Columns < SharedOperations)
        {
            for (int lane = 0; lane < lanes; lane++)
                SumColumns<TMap>(output, a, b, c, p, q, lane * TLane.Count);
        }
        else
        {
            SumColumnsByAllCores<TMap>(output, a, b, c, p, q, lanes);
        }
    }

    /// <remarks>A method of its own, so that work on one core allocates no closure.</remarks>
    private static void SumColumnsByAllCores<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q, int lanes)
        where TMap : struct, IElementMap
        => Parallel.For(0, lanes, lane => SumColumns<TMap>(output, a, b, c, p, q, lane * TLane.Count));

    /// <summary>The sums of the columns of one lane.</summary>
    private static void SumColumns<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q, int column)
        where TMap : struct, IElementMap
    {
        int columns = a.Columns;
        var inputA = new Input(a, columns);
        var inputB = new Input(b, columns);
        var inputC = new Input(c, columns);
        TLane lanesP = TLane.Constant(p);
        TLane lanesQ = TLane.Constant(q);
        TLane total = default;
        for (int block = 0; block < a.Rows; block += SumBlock)
        {
            TLane sum = default;
            int end = Math.Min(block + SumBlock, a.Rows);
            for (int row = block; row < end; row++)
            {
                sum += TMap.Apply(
                    inputA.Row(row).Load(column), inputB.Row(row).Load(column), inputC.Row(row).Load(column), lanesP, lanesQ);
            }

            total += sum;
        }

        TLane.Store(total, Cpu(output).Pointer + column);
    }

    private protected override void MaxRowsCore(DeviceMatrix output, DeviceMatrix source)
    {
        CpuMatrix<TElement> target = Cpu(output);
        CpuMatrix<TElement> data = Cpu(source);
        TElement* elements = stackalloc TElement[TLane.Count];
        for (int row = 0; row < data.Rows; row++)
        {
            TElement* from = data.Row(row);
            TLane lanes = TLane.Broadcast(*from);
            int column = 0;
            for (; column + TLane.Count <= data.Columns; column += TLane.Count)
                lanes = TLane.Max(lanes, TLane.Load(from + column));
            TLane.Store(lanes, elements);
            TElement largest = elements[0];
            for (int i = 1; i < TLane.Count; i++)
                largest = elements[i] > largest ? elements[i] : largest;
            for (; column < data.Columns; column++)
                largest = from[column] > largest ? from[column] : largest;
            *target.Row(row) = largest;
        }
    }

    private protected override void AdamStepCore(
        DeviceMatrix parameters,
        DeviceMatrix gradient,
        DeviceMatrix firstMoment,
        DeviceMatrix secondMoment,
        in AdamCoefficients coefficients)
    {
        CpuMatrix<TElement> theta = Cpu(parameters);
        CpuMatrix<TElement> slope = Cpu(gradient);
        CpuMatrix<TElement> first = Cpu(firstMoment);
        CpuMatrix<TElement> second = Cpu(secondMoment);
        TLane beta1 = TLane.Constant(coefficients.Beta1);
        TLane beta2 = TLane.Constant(coefficients.Beta2);
        TLane epsilon = TLane.Constant(coefficients.Epsilon);
        TLane stepSize = TLane.Constant(coefficients.StepSize);
        TLane correction = TLane.Constant(coefficients.InverseRootCorrection);
        for (int row = 0; row < theta.Rows; row++)
        {
            TElement* t = theta.Row(row);
            TElement* g = slope.Row(row);
            TElement* m = first.Row(row);
            TElement* v = second.Row(row);
            for (int column = 0; column < theta.Columns; column += TLane.Count)
            {
                TLane parameter = TLane.Load(t + column);
                TLane firstLanes = TLane.Load(m + column);
                TLane secondLanes = TLane.Load(v + column);
                AdamUpdate.Apply(
                    ref parameter, TLane.Load(g + column), ref firstLanes, ref secondLanes, beta1, beta2, epsilon, stepSize, correction);
                TLane.Store(parameter, t + column);
                TLane.Store(firstLanes, m + column);
                TLane.Store(secondLanes, v + column);
            }
        }
    }

    private static void MapRow<TMap>(TElement* to, RowReader a, RowReader b, RowReader c, int columns, TLane p, TLane q)
        where TMap : struct, IElementMap
    {
        for (int column = 0; column < columns; column += TLane.Count)
            TLane.Store(TMap.Apply(a.Load(column), b.Load(column), c.Load(column), p, q), to + column);
    }

    private static void MapRow<TMap>(TElement* to, TElement* a, TElement* b, TElement* c, nint columns, TLane p, TLane q)
        where TMap : struct, IElementMap
    {
        for (nint column = 0; column < columns; column += TLane.Count)
            TLane.Store(TMap.Apply(TLane.Load(a + column), TLane.Load(b + column), TLane.Load(c + column), p, q), to + column);
    }

    /// <summary>The sum of the first <paramref name="count"/> elements of a lane.</summary>
    private static TElement SumOfFirst(TLane lanes, int count)
    {
        TElement* elements = stackalloc TElement[TLane.Count];
        TLane.Store(lanes, elements);
        TElement sum = TElement.Zero;
        for (int i = 0; i < count; i++)
            sum += elements[i];
        return sum;
    }

    /// <summary>An input of a map, repeated along rows, columns or both to the shape of the output.</summary>
    private readonly struct Input
    {
        private readonly TElement* pointer;
        private readonly nint stride;

        public Input(DeviceMatrix matrix, int columns)
        {
            CpuMatrix<TElement> source = Cpu(matrix);
            pointer = source.Pointer;
            stride = source.Rows == 1 ? 0 : source.Stride;
            Repeats = source.Columns == 1 && columns > 1;
        }

        /// <summary>Whether a single number is repeated along each row.</summary>
        public bool Repeats { get; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TElement* Pointer(int row) => pointer + (row * stride);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public RowReader Row(int row) => new(Pointer(row), Repeats);
    }

    private readonly struct RowReader
    {
        private readonly TElement* pointer;
        private readonly bool repeat;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public RowReader(TElement* pointer, bool repeat)
        {
            this.pointer = pointer;
            this.repeat = repeat;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLane Load(int column) => repeat ? TLane.Broadcast(*pointer) : TLane.Load(pointer + column);
    }

    /// <summary>A map of rows.</summary>
    private readonly struct MapOfRows<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q) : IRowWork
        where TMap : struct, IElementMap
    {
        public void Run(int first, int end) => MapRows<TMap>(output, a, b, c, p, q, first, end);
    }

    /// <summary>Sums of a map over rows.</summary>
    private readonly struct MapSumsOfRows<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q) : IRowWork
        where TMap : struct, IElementMap
    {
        public void Run(int first, int end) => SumRows<TMap>(output, a, b, c, p, q, first, end);
    }
}
