using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// The derivative of a pair term along a direction of its constants (a bandwidth, a weight), by dual lanes, as a pair term with derivatives
/// of its own. Constant 2k is constant k of the term, constant 2k + 1 its part in the direction.
/// </summary>
internal readonly struct ConstantDerivative<TTerm> : IPairTerm
    where TTerm : struct, IPairTerm
{
    public static int Matrices => TTerm.Matrices;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Contract<T, TPair>(TPair pair)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
        => TTerm.Contract<T, TPair>(pair);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
        => TTerm.Value(new DirectedPair<T, TPair>(pair), Fixed(sums)).Slope;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Slopes<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        CoordinateSums<DualLane<T>> slopes = TTerm.Slopes(new DirectedPair<T, TPair>(pair), Fixed(sums));
        return new()
        {
            First = slopes.First.Slope,
            Second = slopes.Second.Slope,
            Third = slopes.Third.Slope,
            Fourth = slopes.Fourth.Slope,
            Fifth = slopes.Fifth.Slope,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T, TPair>(TPair pair, CoordinateSums<T> slopes, int matrix, int index)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
        => TTerm.Gradient(pair, slopes, matrix, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static CoordinateSums<DualLane<T>> Fixed<T>(CoordinateSums<T> sums)
        where T : struct, ILane<T>
        => new()
        {
            First = DualLane<T>.Fixed(sums.First),
            Second = DualLane<T>.Fixed(sums.Second),
            Third = DualLane<T>.Fixed(sums.Third),
            Fourth = DualLane<T>.Fixed(sums.Fourth),
            Fifth = DualLane<T>.Fixed(sums.Fifth),
        };

    /// <summary>A pair whose constants change along the direction.</summary>
    private readonly struct DirectedPair<T, TPair>(TPair pair) : IPair<DualLane<T>>
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        public int Dimension => pair.Dimension;

        public DualLane<T> DimensionLane => DualLane<T>.Fixed(pair.DimensionLane);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public DualLane<T> First(int matrix, int index) => DualLane<T>.Fixed(pair.First(matrix, index));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public DualLane<T> Second(int matrix, int index) => DualLane<T>.Fixed(pair.Second(matrix, index));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public DualLane<T> Constant(int index) => new(pair.Constant(2 * index), pair.Constant((2 * index) + 1));
    }
}
