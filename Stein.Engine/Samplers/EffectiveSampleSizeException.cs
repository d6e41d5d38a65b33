namespace Stein.Engine.Samplers;

/// <summary>Weighted samples stand for too few to be used as a sample.</summary>
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

    /// <summary>An exception that keeps the sizes its message names.</summary>
    public EffectiveSampleSizeException(string message, double effectiveSampleSize, double minimum)
        : base(message) => (EffectiveSampleSize, Minimum) = (effectiveSampleSize, minimum);

    /// <summary>(Σ w)²/Σ w².</summary>
    public double EffectiveSampleSize { get; }

    /// <summary>The least that was accepted.</summary>
    public double Minimum { get; }
}
