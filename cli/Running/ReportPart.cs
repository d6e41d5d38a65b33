using Stein.Experiments.Runs;

namespace Stein.Cli.Running;

/// <summary>What one experiment contributes to a command: its runs, and where its tables and figures go.</summary>
/// <param name="Scale">The grid they are, or are part of; null for runs of the user's own.</param>
/// <param name="Folder">The folder of tables and figures.</param>
internal sealed record ReportPart(Experiment Experiment, IReadOnlyList<RunConfig> Plan, GridScale? Scale, string Folder)
{
    public ReportOutcome Write(RunStore store) => Experiment.Report(store, new ReportRequest(Folder, Plan, Scale));
}
