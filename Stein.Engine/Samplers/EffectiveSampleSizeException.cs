namespace Stein.Engine.Samplers;

/// <summary>Thrown when the effective sample size of weighted samples is too small.</summary>
internal sealed class EffectiveSampleSizeException(string message, double effectiveSampleSize, double minimum) : Exception(message)
{
    /// <summary>The effective sample size, (Σ w)²/Σ w².</summary>
    public double EffectiveSampleSize { get; } = effectiveSampleSize;

    /// <summary>The smallest effective sample size accepted.</summary>
    public double Minimum { get; } = minimum;
}
