using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary><c>1/(√a + 1e−10)</c>: what a direction with squared norm a is multiplied by to be normalised, as published.</summary>
internal readonly struct InverseNorm : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.Constant(1) / (T.Sqrt(a) + T.Constant(1e-10));
}

/// <summary>
/// <c>b·(√a + 1e−10)/√a</c>: with a the squared norm of g and b the product <c>ĝ·∂L/∂ĝ</c>, what of ĝ has to be taken
/// from <c>∂L/∂ĝ</c> before it is divided by the norm.
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
