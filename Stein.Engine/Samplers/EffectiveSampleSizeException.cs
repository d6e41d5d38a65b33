namespace Stein.Engine.Samplers;

/// <summary>Thrown when the effective sample size of weighted samples is too small.</summary>
internal sealed class EffectiveSampleSizeException : Exception
{
    public EffectiveSampleSizeException()
    {
    }

    public EffectiveSampleSizeException(string message)
        : base(message)
    {
    }

    public EffectiveSampleSizeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with the sizes stated in the message.</summary>
    public EffectiveSampleSizeException(string message, double effectiveSampleSize, double minimum)
        : base(message) => (EffectiveSampleSize, Minimum) = (effectiveSampleSize, minimum);

    /// <summary>The effective sample size, (Σ w)²/Σ w².</summary>
    public double EffectiveSampleSize { get; }

    /// <summary>The smallest effective sample size accepted.</summary>
    public double Minimum { get; }
}
