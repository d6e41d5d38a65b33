namespace Stein.Experiments.Runs;

/// <summary>Which grid of an experiment.</summary>
internal enum GridScale
{
    /// <summary>The published settings.</summary>
    Paper,

    /// <summary>Reduced to fit, with all experiments, into two minutes of two cores; its numbers are not a reproduction.</summary>
    Quick,

    /// <summary>A few seconds; for tests.</summary>
    Test,
}
