namespace Stein.Experiments.Ica;

/// <summary>The step sizes of a training over its iterations.</summary>
internal enum RateSchedule
{
    Constant,

    /// <summary>Along half a cosine down to 0, those of a critic to a tenth.</summary>
    Cosine,
}
