namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>How the functions of slices are learned.</summary>
internal sealed record SlicedWitnessSettings
{
    /// <summary>H, the hidden units of each function.</summary>
    public int Hidden { get; init; } = 8;

    /// <summary>
    /// κ: functions are at most as steep as κN^(1/5) per unit of the samples, as wide as the window of a regression of N samples. Without
    /// a bound the objective has none: f′ is as large as one likes at a single sample, held out or not.
    /// </summary>
    public double Steepness { get; init; } = 1;

    /// <summary>λ, which sets the size of the functions; a test does not depend on it but by rounding.</summary>
    public double Penalty { get; init; } = 0.5;

    /// <summary>Of Adam, with decays 0.9 and 0.99, for the functions. Three times as much loses power in D = 50.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>The same for the directions.</summary>
    public double DirectionRate { get; init; } = 1e-3;

    /// <summary>B.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>The passes through the samples.</summary>
    public HeldOutAscent Ascent { get; init; } = new(100, 20, 2);

    /// <summary>Whether the directions g climb.</summary>
    public bool ClimbsSampleDirections { get; init; } = true;

    /// <summary>Whether the directions r climb too: maxSSD-rg.</summary>
    public bool ClimbsScoreDirections { get; init; }

    /// <summary>The share of the samples on which the objective is held out.</summary>
    public double HeldOut { get; init; } = 0.2;
}
