using ILGPU;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>Terms of pairs of samples in D dimensions, and sums over them.</summary>
internal static class SteinPairKernels
{
    /// <summary><c>output_ij = ‖y_i − x_j‖²</c> of points (M×D) and samples (N×D), with one thread per pair.</summary>
    public static void SquaredDistances(
        Index1D index, ArrayView<float> output, ArrayView<float> points, ArrayView<float> samples, int count, int dimension)
    {
        int i = index / count;
        int j = index - (i * count);
        float sum = 0;
        for (int d = 0; d < dimension; d++)
        {
            float difference = points[(i * dimension) + d] - samples[(j * dimension) + d];
            sum += difference * difference;
        }

        output[index] = sum;
    }

    /// <summary>
    /// <c>output_i = Σ_j u_ij</c>, including j = i only if <paramref name="diagonal"/> is 1. Each sample i has a group, whose threads
    /// divide the j among themselves.
    /// </summary>
    public static void SteinRowSums<TKernel>(
        ArrayView<float> output,
        ArrayView<float> samples,
        ArrayView<float> scores,
        ArrayView<float> inverseSquareBandwidth,
        ArrayView<float> fourthOrder,
        int count,
        int dimension,
        int diagonal)
        where TKernel : struct, IRadialKernel
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(GroupSum.MaximumGroupSize);
        int i = Grid.IdxX;
        int step = Group.DimX;
        var inverseSquare = new FloatLane(inverseSquareBandwidth[0]);
        var factor = new FloatLane(fourthOrder[0]);
        float total = 0;
        for (int start = Group.IdxX; start < count; start += step * GroupSum.BlockLength)
        {
            int end = IntrinsicMath.Min(count, start + (step * GroupSum.BlockLength));
            float block = 0;
            for (int j = start; j < end; j += step)
            {
                if (j != i || diagonal != 0)
                    block += Term<TKernel>(samples, scores, i * dimension, j * dimension, dimension, inverseSquare, factor);
            }

            total += block;
        }

        float sum = GroupSum.InFirstThread(total, partial);
        if (Group.IdxX == 0)
            output[i] = sum;
    }

    /// <summary><c>output_ij = u_ij</c>, 0 for j = i unless <paramref name="diagonal"/> is 1, with one thread per pair.</summary>
    public static void SteinPairs<TKernel>(
        Index1D index,
        ArrayView<float> output,
        ArrayView<float> samples,
        ArrayView<float> scores,
        ArrayView<float> inverseSquareBandwidth,
        ArrayView<float> fourthOrder,
        int count,
        int dimension,
        int diagonal)
        where TKernel : struct, IRadialKernel
    {
        int i = index / count;
        int j = index - (i * count);
        float term = 0;
        if (j != i || diagonal != 0)
        {
            term = Term<TKernel>(
                samples,
                scores,
                i * dimension,
                j * dimension,
                dimension,
                new FloatLane(inverseSquareBandwidth[0]),
                new FloatLane(fourthOrder[0]));
        }

        output[index] = term;
    }

    private static float Term<TKernel>(
        ArrayView<float> samples,
        ArrayView<float> scores,
        int first,
        int second,
        int dimension,
        FloatLane inverseSquare,
        FloatLane fourthOrder)
        where TKernel : struct, IRadialKernel
    {
        float squaredDistance = 0;
        float scoreProduct = 0;
        float scoreDisplacement = 0;
        for (int d = 0; d < dimension; d++)
        {
            float displacement = samples[first + d] - samples[second + d];
            float firstScore = scores[first + d];
            float secondScore = scores[second + d];
            squaredDistance += displacement * displacement;
            scoreProduct += firstScore * secondScore;
            scoreDisplacement += (firstScore - secondScore) * displacement;
        }

        return SteinPairTerm<TKernel>.Value(
            new FloatLane(squaredDistance),
            new FloatLane(scoreProduct),
            new FloatLane(scoreDisplacement),
            new FloatLane(dimension),
            inverseSquare,
            fourthOrder).Value;
    }
}
