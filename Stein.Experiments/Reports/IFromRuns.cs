namespace Stein.Experiments.Reports;

/// <summary>What is made of runs, and can say of which.</summary>
internal interface IFromRuns
{
    /// <summary>The identities of the runs.</summary>
    IEnumerable<string> RunIds { get; }
}
