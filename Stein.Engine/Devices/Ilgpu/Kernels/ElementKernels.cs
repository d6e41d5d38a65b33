using ILGPU;
using Stein.Engine.Formulas;
using Stein.Engine.Lanes;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>Kernels with one thread per element, which computes its element independently of the others.</summary>
internal static class ElementKernels
{
    /// <summary><c>output = map(a, b, c; p, q)</c>.</summary>
    public static void Map<TMap>(
        Index1D index, ArrayView<float> output, int columns, StridedView a, StridedView b, StridedView c, float p, float q)
        where TMap : struct, IElementMap
    {
        int row = index / columns;
        int column = index - (row * columns);
        output[index] = TMap.Apply(
            new FloatLane(a[row, column]),
            new FloatLane(b[row, column]),
            new FloatLane(c[row, column]),
            new FloatLane(p),
            new FloatLane(q)).Value;
    }

    /// <summary>Copies row <c>indices[i]</c> of the source to row i of the output.</summary>
    public static void GatherRows(
        Index1D index, ArrayView<float> output, int columns, ArrayView<float> source, ArrayView<int> indices)
    {
        int row = index / columns;
        output[index] = source[(indices[row] * columns) + index - (row * columns)];
    }

    /// <summary>Writes the transpose of the source to the output, which has <paramref name="columns"/> columns.</summary>
    public static void Transpose(Index1D index, ArrayView<float> output, int columns, StridedView source)
    {
        int row = index / columns;
        output[index] = source[index - (row * columns), row];
    }

    /// <summary>
    /// Copies a block of <paramref name="columns"/> columns of the source, from offset <paramref name="sourceStart"/>, to the output, from
    /// offset <paramref name="start"/>.
    /// </summary>
    public static void CopyBlock(
        Index1D index,
        ArrayView<float> output,
        int start,
        int stride,
        ArrayView<float> source,
        int sourceStart,
        int sourceStride,
        int columns)
    {
        int row = index / columns;
        int column = index - (row * columns);
        output[start + (row * stride) + column] = source[sourceStart + (row * sourceStride) + column];
    }

    /// <summary>The largest number of each row, one thread per row.</summary>
    public static void MaxRows(Index1D row, ArrayView<float> output, ArrayView<float> source, int columns)
    {
        int start = row * columns;
        float largest = source[start];
        for (int i = start + 1; i < start + columns; i++)
            largest = source[i] > largest ? source[i] : largest;
        output[row] = largest;
    }

    /// <summary>Sets the entries (i, firstColumn + i) of a matrix of <paramref name="columns"/> columns.</summary>
    public static void FillDiagonal(Index1D index, ArrayView<float> matrix, int columns, int firstColumn, float value)
        => matrix[(index * (columns + 1)) + firstColumn] = value;

    /// <summary>One step of Adam.</summary>
    public static void Adam(
        Index1D index,
        ArrayView<float> parameters,
        ArrayView<float> gradient,
        ArrayView<float> firstMoment,
        ArrayView<float> secondMoment,
        AdamNumbers numbers)
    {
        var parameter = new FloatLane(parameters[index]);
        var first = new FloatLane(firstMoment[index]);
        var second = new FloatLane(secondMoment[index]);
        AdamUpdate.Apply(
            ref parameter,
            new FloatLane(gradient[index]),
            ref first,
            ref second,
            new FloatLane(numbers.Beta1),
            new FloatLane(numbers.Beta2),
            new FloatLane(numbers.Epsilon),
            new FloatLane(numbers.StepSize),
            new FloatLane(numbers.InverseRootCorrection));
        parameters[index] = parameter.Value;
        firstMoment[index] = first.Value;
        secondMoment[index] = second.Value;
    }
}
