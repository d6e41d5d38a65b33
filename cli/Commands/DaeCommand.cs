using System.CommandLine;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary><c>stein dae</c>: the denoising auto-encoder as KSD.</summary>
internal static class DaeCommand
{
    public static Command Create(Interruption interruption)
    {
        var options = new DaeOptions();
        var runOptions = new RunOptions(
            "folder for tables and figures, with one in it for each part where there are several "
            + $"[default: {ReportFolder.Own("dae-…", "…")}, named after what is run]");
        var command = new CommandWithExamples(
            "dae",
            "The denoising auto-encoder as KSD: its functional gradient is KSD, descending it is a score estimator, and a network as well.",
            new Example("stein dae", "all three parts at small settings; a minute. The full grids: stein reproduce dae-identity, …"),
            new Example("stein dae identity --sigma 1,0.5,0.25,0.125 --seed 60,70,80", "the squared norm of the gradient against 4σ⁴ KSD²"),
            new Example("stein dae descent --data rings,moons", "KSD falls, the error of the score falls and rises again"),
            new Example("stein dae descent --samples x.csv", "the same for samples of your own in two columns"),
            new Example("stein dae network --sigma 0.1,0.2,0.4 --iterations 40000", "networks trained by denoising, over a ladder of σ"));
        options.AddTo(command);
        runOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            RunContext context = runOptions.Read(parsed);
            IReadOnlyList<DaePart> parts = options.Plan(parsed, context.Precision);
            ReportPart[] reports =
            [
                .. parts.Select(part => new ReportPart(part.Experiment, part.Runs, Scale: null, Folder(part))),
            ];
            return new PlanExecution(context, interruption).Run(reports);

            string Folder(DaePart part)
                => context.Folder is null ? ReportFolder.Own(part.Experiment.Name, part.FolderName)
                    : parts.Count == 1 ? context.Folder
                    : Path.Combine(context.Folder, part.Experiment.Name);
        });
        return command;
    }
}

/// <summary>A part of <c>stein dae</c>: an experiment and the runs of it that are asked for.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Runs">At least one.</param>
/// <param name="FolderName">A name that says what is run.</param>
internal sealed record DaePart(Experiment Experiment, IReadOnlyList<RunConfig> Runs, string FolderName);
