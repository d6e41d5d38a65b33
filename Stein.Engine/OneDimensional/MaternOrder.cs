namespace Stein.Engine.OneDimensional;

/// <summary>The order ν of a Matérn kernel whose sums are computed exactly by <see cref="MaternPairSums"/>.</summary>
internal enum MaternOrder
{
    /// <summary><c>(1 + x)e^−x</c>, <c>x = √3|u|/h</c>; its second derivative has a kink at u = 0.</summary>
    ThreeHalves,

    /// <summary><c>(1 + x + x²/3)e^−x</c>, <c>x = √5|u|/h</c>.</summary>
    FiveHalves,
}
