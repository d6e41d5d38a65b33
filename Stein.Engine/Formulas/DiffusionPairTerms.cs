using System.Runtime.CompilerServices;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// The pair term of the diffusion KSD with a scalar m(x) (Barp, Briol, Duncan, Girolami and Mackey, "Minimum Stein discrepancy
/// estimators", NeurIPS 2019, section 2.2): <see cref="MatrixDiffusionPairTerm{TKernel}"/> with the matrix m(x)·I. It reads the samples x
/// (N×D), the drifts <c>a = m s + ∇m</c> (N×D) and m (N×1); constant 0 is 1/h².
/// </summary>
internal readonly struct ScalarDiffusionPairTerm<TKernel> : IPairTerm
    where TKernel : struct, IRadialKernel
{
    /// <summary>Samples, drifts and diffusion coefficients.</summary>
    public static int Matrices => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Contract<T, TPair>(TPair pair)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T m = pair.First(2, 0), other = pair.Second(2, 0), both = m * other;
        T squaredDistance = default, product = default, displaced = default;
        for (int d = 0; d < pair.Dimension; d++)
        {
            T displacement = pair.First(0, d) - pair.Second(0, d);
            T drift = pair.First(1, d), otherDrift = pair.Second(1, d);
            squaredDistance = T.MultiplyAdd(displacement, displacement, squaredDistance);
            product = T.MultiplyAdd(drift, otherDrift, product);
            displaced = T.MultiplyAdd(T.NegatedMultiplyAdd(m, otherDrift, other * drift), displacement, displaced);
        }

        return new()
        {
            First = squaredDistance,
            Second = product,
            Third = displaced,
            Fourth = pair.DimensionLane * both,
            Fifth = both * squaredDistance,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
        => MatrixDiffusionPairTerm<TKernel>.Value(pair, sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Slopes<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
        => MatrixDiffusionPairTerm<TKernel>.Slopes(pair, sums);

    /// <summary>The derivative with respect to m, a number, sums over the coordinates. O(D).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T, TPair>(TPair pair, CoordinateSums<T> slopes, int matrix, int index)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T m = pair.First(2, 0), other = pair.Second(2, 0);
        T displacement = pair.First(0, index) - pair.Second(0, index);
        if (matrix == 0)
        {
            T both = T.MultiplyAdd(slopes.Fifth, m * other, slopes.First);
            T drift = T.NegatedMultiplyAdd(m, pair.Second(1, index), other * pair.First(1, index));
            return T.MultiplyAdd(slopes.Third, drift, (both + both) * displacement);
        }

        if (matrix == 1)
            return T.MultiplyAdd(slopes.Third * other, displacement, slopes.Second * pair.Second(1, index));

        T squaredDistance = default, displaced = default;
        for (int d = 0; d < pair.Dimension; d++)
        {
            displacement = pair.First(0, d) - pair.Second(0, d);
            squaredDistance = T.MultiplyAdd(displacement, displacement, squaredDistance);
            displaced = T.MultiplyAdd(pair.Second(1, d), displacement, displaced);
        }

        T rest = T.MultiplyAdd(slopes.Fifth, squaredDistance, slopes.Fourth * pair.DimensionLane);
        return T.NegatedMultiplyAdd(slopes.Third, displaced, other * rest);
    }
}

/// <summary>
/// The pair term of the diffusion KSD with a matrix-valued m(x) (Barp, Briol, Duncan, Girolami and Mackey, "Minimum Stein discrepancy
/// estimators", NeurIPS 2019, section 2.2). It reads the samples x (N×D), the drifts <c>a = mᵀs + div m</c> (N×D), where
/// <c>(div m)_c = Σ_i ∂_i m_ic</c>, and m (N×D², each row-major); constant 0 is 1/h².
/// </summary>
/// <remarks>
/// <para>
/// The Stein operator is <c>T f = s·(m f) + div(m f) = a·f + ⟨m, ∇f⟩</c>. Applied to both arguments of the kernel <c>k·I</c>, with
/// <c>d = x − y</c>, <c>b = 1/h²</c> and φ at <c>b‖d‖²</c>:
/// </para>
/// <para><c>u = φ a·a′ − 2bφ′ [a·(m′ᵀd) − a′·(mᵀd) + ⟨m, m′⟩] − 4b²φ″ (mᵀd)·(m′ᵀd)</c>.</para>
/// <para>A pair costs O(D²), and its gradient by x or by m O(D³).</para>
/// </remarks>
internal readonly struct MatrixDiffusionPairTerm<TKernel> : IPairTerm
    where TKernel : struct, IRadialKernel
{
    /// <summary>Samples, drifts and diffusion matrices.</summary>
    public static int Matrices => 3;

    /// <summary><c>‖d‖²</c>, <c>a·a′</c>, <c>a·(m′ᵀd) − a′·(mᵀd)</c>, <c>⟨m, m′⟩</c> and <c>(mᵀd)·(m′ᵀd)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Contract<T, TPair>(TPair pair)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T squaredDistance = default, product = default, displaced = default, inner = default, along = default;
        for (int column = 0; column < pair.Dimension; column++)
        {
            T displacement = pair.First(0, column) - pair.Second(0, column);
            T drift = pair.First(1, column), otherDrift = pair.Second(1, column);
            T own = default, other = default;
            for (int i = 0; i < pair.Dimension; i++)
            {
                int entry = (i * pair.Dimension) + column;
                T m = pair.First(2, entry), otherM = pair.Second(2, entry), step = pair.First(0, i) - pair.Second(0, i);
                own = T.MultiplyAdd(m, step, own);
                other = T.MultiplyAdd(otherM, step, other);
                inner = T.MultiplyAdd(m, otherM, inner);
            }

            squaredDistance = T.MultiplyAdd(displacement, displacement, squaredDistance);
            product = T.MultiplyAdd(drift, otherDrift, product);
            displaced = T.NegatedMultiplyAdd(otherDrift, own, T.MultiplyAdd(drift, other, displaced));
            along = T.MultiplyAdd(own, other, along);
        }

        return new() { First = squaredDistance, Second = product, Third = displaced, Fourth = inner, Fifth = along };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T inverseSquare = pair.Constant(0);
        RadialProfile<T> profile = RadialKernel<TKernel>.At(inverseSquare * sums.First);
        T twice = inverseSquare + inverseSquare;
        T rest = sums.Third + sums.Fourth - TKernel.Weigh(profile.SecondRatio, twice * sums.Fifth);
        return profile.Value * T.MultiplyAdd(twice, TKernel.Weigh(profile.FirstRatio, rest), sums.Second);
    }

    /// <summary>
    /// With <c>g₁ = −φ′, g₂ = φ″, g₃ = −φ‴</c> and the sums S: φ for S₂, <c>2b g₁</c> for S₃ and S₄, <c>−4b² g₂</c> for S₅, and
    /// <c>b (−g₁ S₂ − 2b g₂ (S₃ + S₄) + 4b² g₃ S₅)</c> for <c>S₁ = ‖d‖²</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Slopes<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T inverseSquare = pair.Constant(0);
        RadialProfile<T> profile = RadialKernel<TKernel>.At(inverseSquare * sums.First);
        T twice = inverseSquare + inverseSquare;
        T first = twice * TKernel.Weigh(profile.FirstRatio, profile.Value);
        T second = twice * TKernel.Weigh(profile.SecondRatio, first);
        T rest = sums.Third + sums.Fourth - TKernel.Weigh(profile.ThirdRatio, twice * sums.Fifth);
        T along = T.MultiplyAdd(twice, TKernel.Weigh(profile.SecondRatio, rest), sums.Second);
        return new()
        {
            First = T.Constant(-0.5) * first * along,
            Second = profile.Value,
            Third = first,
            Fourth = first,
            Fifth = -second,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T, TPair>(TPair pair, CoordinateSums<T> slopes, int matrix, int index)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        int dimension = pair.Dimension;
        if (matrix == 1)
            return T.MultiplyAdd(slopes.Third, Displaced<T, TPair>(pair, index).Other, slopes.Second * pair.Second(1, index));

        if (matrix == 2)
        {
            int row = index / dimension, column = index - (row * dimension);
            T step = pair.First(0, row) - pair.Second(0, row);
            T bySteps = T.NegatedMultiplyAdd(
                slopes.Third, pair.Second(1, column), slopes.Fifth * Displaced<T, TPair>(pair, column).Other);
            return T.MultiplyAdd(step, bySteps, slopes.Fourth * pair.Second(2, index));
        }

        T sum = (slopes.First + slopes.First) * (pair.First(0, index) - pair.Second(0, index));
        for (int column = 0; column < dimension; column++)
        {
            (T own, T other) = Displaced<T, TPair>(pair, column);
            int entry = (index * dimension) + column;
            T byOther = T.MultiplyAdd(slopes.Third, pair.First(1, column), slopes.Fifth * own);
            T byOwn = T.NegatedMultiplyAdd(slopes.Third, pair.Second(1, column), slopes.Fifth * other);
            sum = T.MultiplyAdd(pair.Second(2, entry), byOther, T.MultiplyAdd(pair.First(2, entry), byOwn, sum));
        }

        return sum;
    }

    /// <summary><c>(mᵀd)_c</c> and <c>(m′ᵀd)_c</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (T Own, T Other) Displaced<T, TPair>(TPair pair, int column)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T own = default, other = default;
        for (int i = 0; i < pair.Dimension; i++)
        {
            T step = pair.First(0, i) - pair.Second(0, i);
            int entry = (i * pair.Dimension) + column;
            own = T.MultiplyAdd(pair.First(2, entry), step, own);
            other = T.MultiplyAdd(pair.Second(2, entry), step, other);
        }

        return (own, other);
    }
}
