using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// An elementwise formula of up to three matrices and two numbers, written once for every device. A map that uses
/// fewer inputs ignores the rest.
/// </summary>
internal interface IElementMap
{
    static abstract T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>;
}
