using System.Runtime.CompilerServices;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// The one-dimensional Stein kernel of a number z = a with itself, b = ψ(z), <c>p = 1/h²</c>, for the kernel <c>κ(t − s) − q κ(t + s)</c>:
/// <c>ψ²κ(0) − κ″(0) − q(ψ²κ(2z) + 2ψκ′(2z) + κ″(2z))</c>.
/// </summary>
internal readonly struct CoordinateSteinDiagonal<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T zero = T.Constant(0), two = T.Constant(2);
        T first = LineKernelFirstDerivative<TKernel>.Apply(a, two, p, p, q);
        T own = T.MultiplyAdd(
            b * b, LineKernel<TKernel>.Apply(zero, zero, p, p, q), -LineKernelSecondDerivative<TKernel>.Apply(zero, zero, p, p, q));
        T mirrored = T.MultiplyAdd(
            b,
            T.MultiplyAdd(b, LineKernel<TKernel>.Apply(a, two, p, p, q), first + first),
            LineKernelSecondDerivative<TKernel>.Apply(a, two, p, p, q));
        return T.NegatedMultiplyAdd(q, mirrored, own);
    }
}

/// <summary>The derivative of <see cref="CoordinateSteinDiagonal{TKernel}"/> by z, c = ψ′(z).</summary>
internal readonly struct CoordinateSteinDiagonalSlope<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T zero = T.Constant(0), two = T.Constant(2);
        T first = LineKernelFirstDerivative<TKernel>.Apply(a, two, p, p, q);
        T second = LineKernelSecondDerivative<TKernel>.Apply(a, two, p, p, q);
        T byScore = T.MultiplyAdd(b, LineKernel<TKernel>.Apply(a, two, p, p, q), first);
        T byPoint = T.MultiplyAdd(
            b, T.MultiplyAdd(b, first, second + second), LineKernelThirdDerivative<TKernel>.Apply(a, two, p, p, q));
        T own = b * c * LineKernel<TKernel>.Apply(zero, zero, p, p, q);
        return two * T.NegatedMultiplyAdd(q, T.MultiplyAdd(c, byScore, byPoint), own);
    }
}
