namespace Stein.Engine.Lanes;

/// <summary>
/// The arithmetic in which formulas are written: one number (<see cref="FloatLane"/>, <see cref="DoubleLane"/>) or a
/// SIMD vector of numbers. A formula that is generic over its lane is written once and runs on every device.
/// </summary>
/// <remarks>
/// Loads and stores are not part of it: memory is the business of the devices, not of formulas.
/// Only static members are used inside ILGPU kernels, where <see cref="FloatLane"/> is the lane.
/// </remarks>
public interface ILane<TSelf>
    where TSelf : struct, ILane<TSelf>
{
    /// <summary>The constant <paramref name="value"/> in every element.</summary>
    static abstract TSelf Constant(double value);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf value);

    /// <summary><c>a·b + c</c>, with one rounding where the hardware has a fused instruction.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary><c>c − a·b</c>, with one rounding where the hardware has a fused instruction.</summary>
    static abstract TSelf NegatedMultiplyAdd(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Abs(TSelf value);

    static abstract TSelf Sqrt(TSelf value);

    /// <summary>The smaller of the two; which one is returned for a NaN is not specified.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    /// <summary>The larger of the two; which one is returned for a NaN is not specified.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>−1, 0 or 1 by the sign of <paramref name="value"/>; 0 for ±0; NaN for NaN.</summary>
    static abstract TSelf Sign(TSelf value);

    /// <summary>
    /// <c>e^x</c>. Maximum relative error over the normal range of the result: 4·10⁻⁷ on SIMD lanes, that of the
    /// runtime library elsewhere. <c>e^−∞ = 0</c>, <c>e^∞ = ∞</c>, <c>e^NaN = NaN</c>; results below the smallest
    /// normal number may be flushed to zero.
    /// </summary>
    static abstract TSelf Exp(TSelf value);

    /// <summary>
    /// <c>2^x</c> for <c>x ≤ 0</c>; the result for a positive argument is not specified. Maximum relative error over the normal
    /// range of the result: 2·10⁻⁷ on SIMD lanes, 4·10⁻⁷ on GPUs, that of the runtime library elsewhere. <c>2^0 = 1</c>,
    /// <c>2^−∞ = 0</c>, <c>2^NaN = NaN</c>; results below the smallest normal number may be flushed to zero.
    /// </summary>
    static abstract TSelf PowerOfTwo(TSelf value);

    /// <summary>
    /// The natural logarithm. Maximum relative error 2.5·10⁻⁷ on SIMD lanes; <c>log 0 = −∞</c>, NaN for negative arguments.
    /// </summary>
    static abstract TSelf Log(TSelf value);
}
