using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary><c>1/(√a + 1e−10)</c>, the factor that normalises a direction with squared norm a, as published.</summary>
internal readonly struct InverseNorm : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.Constant(1) / (T.Sqrt(a) + T.Constant(1e-10));
}

/// <summary>
/// <c>b·(√a + 1e−10)/√a</c>, where a is the squared norm of g and b is the product <c>ĝ·∂L/∂ĝ</c>: the multiple of ĝ to subtract
/// from <c>∂L/∂ĝ</c> before dividing by the norm.
/// </summary>
internal readonly struct NormalisationPull : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T norm = T.Sqrt(a);
        return b * (norm + T.Constant(1e-10)) / norm;
    }
}
