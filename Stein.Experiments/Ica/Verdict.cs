namespace Stein.Experiments.Ica;

/// <summary>What a comparison with the published table says. Higher log-likelihood is better.</summary>
internal enum Verdict
{
    /// <summary>There is nothing to compare: no published value, or a single seed, whose spread is unknown. Written "–".</summary>
    None,

    /// <summary>The difference is within its 95 % interval around zero.</summary>
    Agrees,

    /// <summary>Ours is higher by more than chance explains.</summary>
    Higher,

    /// <summary>Ours is lower by more than chance explains.</summary>
    Lower,
}

/// <summary>The words and marks of verdicts in tables.</summary>
internal static class VerdictText
{
    /// <summary>"agrees", "higher", "lower" or "–".</summary>
    public static string Word(this Verdict verdict) => verdict switch
    {
        Verdict.Agrees => "agrees",
        Verdict.Higher => "higher",
        Verdict.Lower => "lower",
        _ => "–",
    };
}
