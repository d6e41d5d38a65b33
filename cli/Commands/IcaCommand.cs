using System.CommandLine;
using Stein.Experiments;
using Stein.Experiments.Files;
using Stein.Experiments.Ica;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary><c>stein ica</c>: trains ICA models.</summary>
internal static class IcaCommand
{
    public static Command Create(Interruption interruption)
    {
        var options = new IcaOptions();
        var runOptions = new RunOptions(
            $"folder for tables, curves, figures and matrices [default: {ReportFolder.Own("ica", "…")}, named after what is run]");
        var command = new CommandWithExamples(
            "ica",
            "Trains ICA models with Stein discrepancies, by default as the paper does; shows the test log-likelihood beside the oracle's.",
            new Example("stein ica --dim 10 --method maxsksd --seed 60", "one run; seconds"),
            new Example("stein ica --dim 10 20 --method ksd lsd maxsksd", "three methods, two dimensions, the paper's five seeds; minutes"),
            new Example("stein ica --dim 10 --method lsd --probes 0 10", "LSD with the exact trace and with ten probes; their difference"),
            new Example("stein ica --dim 10 --method ksd --seed 60 --data-seed 1,2,3,4,5", "how much the draw of the data matters"),
            new Example(
                "stein ica --method maxsksd --kernel imq --iterations 3000 --out imq",
                "another kernel, fewer iterations, tables and figures in the folder imq"));
        options.AddTo(command);
        runOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            IReadOnlyList<IcaSettings> plan = options.Plan(parsed);
            RunContext context = runOptions.Read(parsed);
            RunConfig[] runs = [.. plan.Select(settings => ExperimentRegistry.Ica.Identify(settings, context.Precision)).Distinct()];
            string folder = context.Folder ?? ReportFolder.Own("ica", FolderName(plan));
            return new PlanExecution(context, interruption).Run([new ReportPart(ExperimentRegistry.Ica, runs, Scale: null, folder)]);
        });
        return command;
    }

    /// <summary>A name that says what is in the folder: <c>ksd_lsd_D10_seed60_iterations-3000</c>.</summary>
    private static string FolderName(IReadOnlyList<IcaSettings> plan)
    {
        uint[] seeds = [.. plan.Select(settings => settings.Seed).Distinct()];
        ulong[] data = [.. plan.Where(settings => settings.DataSeed is not null).Select(settings => settings.DataSeed!.Value).Distinct()];
        IEnumerable<string> parts =
        [
            .. plan.Select(settings => FileNames.Word(IcaRow.Of(settings).Id)).Distinct(),
            $"D{string.Join('-', plan.Select(settings => settings.Dimension).Distinct())}",
            .. seeds.SequenceEqual(IcaExperiment.Seeds) ? [] : new[] { $"seed{string.Join('-', seeds)}" },
            .. data.Length == 0 ? [] : new[] { $"data{string.Join('-', data)}" },
            .. IcaExperiment.Deviations(plan[0]).Select(text => FileNames.Word(text.Split('(')[0])),
        ];
        return string.Join('_', parts);
    }
}
