using System.Runtime.CompilerServices;
using Stein.Engine.Kernels.Functions;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// The KSD pair term of any kernel <c>K(ρ, π)</c> of the squared distance and the product of two points, see
/// <see cref="KernelFunctionStein{TKernel}"/>. It reads the samples and the scores (N×D each); the constants are the kernel's numbers.
/// </summary>
[SkipLocalsInit]
internal readonly struct KernelFunctionPairTerm<TKernel> : IPairTerm
    where TKernel : struct, IKernelFunction
{
    /// <summary>Samples and scores.</summary>
    public static int Matrices => 2;

    /// <summary>
    /// ρ, <c>s·s′</c>, <c>(s − s′)·(x − x′)</c>, and if the kernel depends on π also π and <c>s·x + s′·x′</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Contract<T, TPair>(TPair pair)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T squaredDistance = default, scoreProduct = default, scoreDisplacement = default, product = default, along = default;
        for (int d = 0; d < pair.Dimension; d++)
        {
            T sample = pair.First(0, d), otherSample = pair.Second(0, d), displacement = sample - otherSample;
            T score = pair.First(1, d), otherScore = pair.Second(1, d);
            squaredDistance = T.MultiplyAdd(displacement, displacement, squaredDistance);
            scoreProduct = T.MultiplyAdd(score, otherScore, scoreProduct);
            scoreDisplacement = T.MultiplyAdd(score - otherScore, displacement, scoreDisplacement);
            if (TKernel.DependsOnPi)
            {
                product = T.MultiplyAdd(sample, otherSample, product);

                // Both products before they are added: the same number for both orders of a pair.
                along += (score * sample) + (otherScore * otherSample);
            }
        }

        return new() { First = squaredDistance, Second = scoreProduct, Third = scoreDisplacement, Fourth = product, Fifth = along };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
        => KernelFunctionStein<TKernel>.Value(Named(sums), pair.DimensionLane, new PairConstants<T, TPair>(pair), 0);

    /// <summary>Without a preconditioner <c>q = ρ</c> and <c>m = π</c>, so that their slopes are added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Slopes<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        KernelSums<T> slopes = KernelFunctionStein<TKernel>.Slopes(
            Named(sums), pair.DimensionLane, new PairConstants<T, TPair>(pair), 0);
        return new()
        {
            First = slopes.SquaredDistance + slopes.SquaredStretch,
            Second = slopes.ScoreProduct,
            Third = slopes.ScoreDisplacement,
            Fourth = slopes.Product + slopes.StretchedProduct,
            Fifth = slopes.ScoreAlong,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T, TPair>(TPair pair, CoordinateSums<T> slopes, int matrix, int index)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T displacement = pair.First(0, index) - pair.Second(0, index);
        if (matrix == 1)
        {
            T byScore = T.MultiplyAdd(slopes.Third, displacement, slopes.Second * pair.Second(1, index));
            return TKernel.DependsOnPi ? T.MultiplyAdd(slopes.Fifth, pair.First(0, index), byScore) : byScore;
        }

        T bySample = T.MultiplyAdd(
            slopes.Third, pair.First(1, index) - pair.Second(1, index), (slopes.First + slopes.First) * displacement);
        return TKernel.DependsOnPi
            ? T.MultiplyAdd(slopes.Fourth, pair.Second(0, index), T.MultiplyAdd(slopes.Fifth, pair.First(1, index), bySample))
            : bySample;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static KernelSums<T> Named<T>(CoordinateSums<T> sums)
        where T : struct, ILane<T>
        => new()
        {
            SquaredDistance = sums.First,
            Product = sums.Fourth,
            SquaredStretch = sums.First,
            StretchedProduct = sums.Fourth,
            ScoreProduct = sums.Second,
            ScoreDisplacement = sums.Third,
            ScoreAlong = sums.Fifth,
        };
}

/// <summary>
/// The KSD pair term of a kernel <c>K(ρ)</c> of the Mahalanobis distance <c>ρ = (x − x′)ᵀP(x − x′)</c> with <c>P = LLᵀ</c>, for kernels
/// that do not depend on π. It reads <c>z = Lᵀx</c>, the scores s and <c>w = Px = Lz</c> (N×D each); constant 0 is the trace of P,
/// followed by the kernel's numbers.
/// </summary>
/// <remarks>
/// Three products of matrices prepare the samples once, and a pair costs O(D). Distances are those of z, never negative however they
/// are rounded. The derivative by the samples is <c>∂/∂X = ∂/∂Z Lᵀ + ∂/∂W P</c>.
/// </remarks>
[SkipLocalsInit]
internal readonly struct PreconditionedPairTerm<TKernel> : IPairTerm
    where TKernel : struct, IKernelFunction
{
    /// <summary>z, s and w.</summary>
    public static int Matrices => 3;

    /// <summary>Requires that the kernel depends on the distance alone.</summary>
    /// <exception cref="ArgumentException">The kernel depends on the product of the points; the message says what is allowed.</exception>
    public static void RequireDistanceKernel()
    {
        if (TKernel.DependsOnPi)
        {
            throw new ArgumentException(
                $"The kernel {TKernel.Name} cannot have a preconditioner: it depends on the product of the points, and a preconditioner "
                + "changes distances only. Leave out its linear and polynomial parts, or multiply the samples by a matrix instead.");
        }
    }

    /// <summary>ρ, <c>s·s′</c>, <c>(s − s′)·(w − w′)</c> and <c>‖w − w′‖²</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Contract<T, TPair>(TPair pair)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T squaredDistance = default, scoreProduct = default, scoreDisplacement = default, squaredStretch = default;
        for (int d = 0; d < pair.Dimension; d++)
        {
            T displacement = pair.First(0, d) - pair.Second(0, d), stretch = pair.First(2, d) - pair.Second(2, d);
            T score = pair.First(1, d), otherScore = pair.Second(1, d);
            squaredDistance = T.MultiplyAdd(displacement, displacement, squaredDistance);
            scoreProduct = T.MultiplyAdd(score, otherScore, scoreProduct);
            scoreDisplacement = T.MultiplyAdd(score - otherScore, stretch, scoreDisplacement);
            squaredStretch = T.MultiplyAdd(stretch, stretch, squaredStretch);
        }

        return new() { First = squaredDistance, Second = scoreProduct, Third = scoreDisplacement, Fourth = squaredStretch };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
        => KernelFunctionStein<TKernel>.Value(Named(sums), pair.Constant(0), new PairConstants<T, TPair>(pair), 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Slopes<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        KernelSums<T> slopes = KernelFunctionStein<TKernel>.Slopes(
            Named(sums), pair.Constant(0), new PairConstants<T, TPair>(pair), 1);
        return new()
        {
            First = slopes.SquaredDistance,
            Second = slopes.ScoreProduct,
            Third = slopes.ScoreDisplacement,
            Fourth = slopes.SquaredStretch,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T, TPair>(TPair pair, CoordinateSums<T> slopes, int matrix, int index)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        if (matrix == 0)
            return (slopes.First + slopes.First) * (pair.First(0, index) - pair.Second(0, index));

        T stretch = pair.First(2, index) - pair.Second(2, index);
        return matrix == 1
            ? T.MultiplyAdd(slopes.Third, stretch, slopes.Second * pair.Second(1, index))
            : T.MultiplyAdd(
                slopes.Third, pair.First(1, index) - pair.Second(1, index), (slopes.Fourth + slopes.Fourth) * stretch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static KernelSums<T> Named<T>(CoordinateSums<T> sums)
        where T : struct, ILane<T>
        => new()
        {
            SquaredDistance = sums.First,
            SquaredStretch = sums.Fourth,
            ScoreProduct = sums.Second,
            ScoreDisplacement = sums.Third,
        };
}

/// <summary>The constants of a pair as the numbers of a kernel.</summary>
internal readonly struct PairConstants<T, TPair>(TPair pair) : IKernelNumbers<T>
    where T : struct, ILane<T>
    where TPair : struct, IPair<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Number(int index) => pair.Constant(index);
}
