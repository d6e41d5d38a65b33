using System.Runtime.CompilerServices;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// The KSD pair term of the Gaussian kernel from two bilinear forms, <c>e^−a (b + p + q·a)</c>: a is <c>ρ = ‖x − y‖²/h²</c>, which rounding
/// may make slightly negative, and b, p and q are explained in <see cref="Discrepancies.GaussianSteinSum"/>.
/// </summary>
internal readonly struct GaussianSteinMap : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T rho = T.Max(a, default);
        return RadialKernel<GaussianKernel>.At(rho).Value * (b + T.MultiplyAdd(q, rho, p));
    }
}
