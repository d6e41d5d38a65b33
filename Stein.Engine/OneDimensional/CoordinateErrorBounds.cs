namespace Stein.Engine.OneDimensional;

/// <summary>
/// Bounds of the errors of one coordinate of <see cref="CoordinateSteinDiscrepancy{TDensity, TKernel}"/>, without those of rounding; 0
/// where sums are exact.
/// </summary>
/// <param name="Value">Of the discrepancy.</param>
/// <param name="Witness">Of each β(z).</param>
/// <param name="Critic">Of each F(z).</param>
/// <param name="PointGradient">Of each derivative with respect to z.</param>
internal readonly record struct CoordinateErrorBounds(double Value, double Witness, double Critic, double PointGradient);
