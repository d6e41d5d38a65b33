using Stein.Experiments.Ica;
using Stein.Experiments.Provenance;

namespace Stein.Cli;

/// <summary>What <c>--json</c> prints of ICA runs. Numbers that do not exist are null.</summary>
/// <param name="Schema">Name and version of this form; the version changes when a field changes its meaning.</param>
/// <param name="Program">The program.</param>
/// <param name="Deviations">Options that deviate from the paper's protocol, with the paper's values.</param>
/// <param name="Runs">Finished runs, the rows of <c>runs.csv</c>.</param>
/// <param name="Table">The rows of <c>table.csv</c>.</param>
/// <param name="Differences">The rows of <c>differences.csv</c>.</param>
/// <param name="Failures">Runs that failed.</param>
/// <param name="Unfinished">Runs that were interrupted or never begun.</param>
/// <param name="Files">Files written.</param>
/// <param name="ExitCode">As returned to the shell.</param>
internal sealed record IcaJson(
    string Schema,
    BuildIdentity Program,
    IReadOnlyList<string> Deviations,
    IReadOnlyList<IcaRun> Runs,
    IReadOnlyList<IcaTableRow> Table,
    IReadOnlyList<IcaDifferenceRow> Differences,
    IReadOnlyList<IcaJson.Failure> Failures,
    int Unfinished,
    IReadOnlyList<string> Files,
    int ExitCode)
{
    public static IcaJson Of(
        IReadOnlyList<IcaRunOutcome> outcomes,
        IReadOnlyList<string> deviations,
        bool comparePaper,
        IReadOnlyList<string> files,
        int exitCode)
    {
        IcaRun[] runs = [.. outcomes.Where(outcome => outcome.Run is not null).Select(outcome => outcome.Run!)];
        return new(
            "stein.ica/1",
            BuildIdentity.Current,
            deviations,
            runs,
            runs.Length == 0 ? [] : IcaTable.Rows(runs, comparePaper, IcaRunFiles.SeedsExpected(outcomes)),
            IcaDifferences.Rows(runs, comparePaper),
            [
                .. outcomes.Where(outcome => outcome.IsFailure).Select(outcome => new Failure(
                    outcome.Settings.RowId, outcome.Settings.Dimension, outcome.Settings.Seed, outcome.UnmixingIteration, outcome.Message)),
            ],
            outcomes.Count(outcome => outcome.Status is IcaRunStatus.Interrupted or IcaRunStatus.NotStarted),
            files,
            exitCode);
    }

    /// <param name="Method">Row id.</param>
    /// <param name="Dim">Dimension D.</param>
    /// <param name="Seed">Seed of the run.</param>
    /// <param name="LastGoodIteration">The iteration of the state that was kept.</param>
    /// <param name="Message">What happened.</param>
    internal sealed record Failure(string Method, int Dim, uint Seed, int LastGoodIteration, string? Message);
}
