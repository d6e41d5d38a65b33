namespace Stein.Experiments.Reports;

/// <summary>What is made of runs, and can say of which.</summary>
internal interface IFromRuns
{
    /// <summary>The identities of the runs.</summary>
    IEnumerable<string> RunIds { get; }
}

/// <summary>What is made of all that its parts are made of.</summary>
internal sealed record Together(IEnumerable<IFromRuns> Parts) : IFromRuns
{
    public IEnumerable<string> RunIds => Parts.SelectMany(part => part.RunIds).Distinct();
}
