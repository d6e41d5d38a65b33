using Stein.Engine.Formulas;

namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>How slices climb; the rate, the batches and the statistic are those of the published benchmark.</summary>
internal sealed record SliceAscentSettings
{
    /// <summary>Of Adam, with decays 0.9 and 0.99.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>B.</summary>
    public int BatchSize { get; init; } = 50;

    /// <summary>The passes through the samples: as published from random slices; after active ones they are 50.</summary>
    public HeldOutAscent Ascent { get; init; } = new(1500, 200);

    /// <summary>What each batch climbs; the objective held out is always the U-statistic.</summary>
    public PairStatistic Statistic { get; init; } = PairStatistic.V;

    /// <summary>Whether the directions r climb too.</summary>
    public bool ClimbsScoreDirections { get; init; }

    /// <summary>The share of the samples on which the objective is held out.</summary>
    public double HeldOut { get; init; } = 0.2;
}
