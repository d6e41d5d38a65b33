namespace Stein.Engine.OneDimensional;

/// <summary>Bounds of the errors of one column of <see cref="GridPairSums{TKernel}"/>, without those of rounding.</summary>
/// <param name="Value">Of the statistic.</param>
/// <param name="RowSum">Of each row sum.</param>
/// <param name="WeightGradient">Of each derivative with respect to p.</param>
/// <param name="PointGradient">Of each derivative with respect to z.</param>
/// <param name="CouplingGradient">Of the derivative with respect to c.</param>
internal readonly record struct GridErrorBounds(
    double Value, double RowSum, double WeightGradient, double PointGradient, double CouplingGradient);
