namespace Stein.Engine.Lanes;

/// <summary>A lane that CPU devices can load, store and reduce.</summary>
/// <typeparam name="TElement">The type of its <see cref="Count"/> elements.</typeparam>
internal unsafe interface ISimdLane<TSelf, TElement> : ILane<TSelf>
    where TSelf : struct, ISimdLane<TSelf, TElement>
    where TElement : unmanaged
{
    /// <summary>The number of elements.</summary>
    static abstract int Count { get; }

    /// <summary>The number of rows, two lanes wide, with which the micro-kernel of matrix products fills the register file.</summary>
    static abstract int ProductRows { get; }

    static abstract TSelf Load(TElement* source);

    static abstract void Store(TSelf value, TElement* destination);

    /// <summary>The same <paramref name="value"/> in every element.</summary>
    static abstract TSelf Broadcast(TElement value);

    /// <summary>The sum of the elements, in a fixed order.</summary>
    static abstract TElement Sum(TSelf value);

    /// <summary>A mask with a bit for each element of <paramref name="left"/> that is at most that of <paramref name="right"/>.</summary>
    static abstract uint LessOrEqualMask(TSelf left, TSelf right);

    /// <summary>
    /// Stores the elements above <paramref name="low"/> and at most <paramref name="high"/> contiguously and returns their
    /// number. May write up to a whole lane.
    /// </summary>
    static abstract int StoreBetween(TSelf value, TSelf low, TSelf high, TElement* destination);
}

/// <summary>A single-precision SIMD lane, with the operations that the shared exponential needs.</summary>
internal interface IFloatSimdLane<TSelf> : ISimdLane<TSelf, float>
    where TSelf : struct, IFloatSimdLane<TSelf>
{
    /// <summary>The nearest whole number, ties to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>The largest whole number that is at most <paramref name="value"/>.</summary>
    static abstract TSelf Floor(TSelf value);

    /// <summary><c>value·2^power</c> for whole powers in [−151, 128].</summary>
    static abstract TSelf Scale(TSelf value, TSelf power);
}
