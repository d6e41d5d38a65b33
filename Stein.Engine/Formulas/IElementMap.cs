using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// An elementwise formula of up to three matrices a, b, c and two numbers p, q, written once for all devices. A map may ignore some
/// of its inputs.
/// </summary>
internal interface IElementMap
{
    static abstract T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>;
}
