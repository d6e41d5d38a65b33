using System.CommandLine;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary><c>stein show</c>: the effective config of an experiment as JSON that <c>stein run</c> takes.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        Argument<string> name = ExperimentArgument.Create();
        var grid = new GridOptions();
        var all = new Option<bool>("--all") { Description = "every run of the grid, one a line; without it, the first run alone" };
        var precision = Values.Choice("--precision", "what the runs are computed in", ["single", "double"], "single");
        var command = new CommandWithExamples(
            "show",
            "Prints the effective config of an experiment as JSON: every setting with its value. Save it, change it, give it to stein run.",
            new Example("stein show ica > config.json", "the first run of the paper's grid"),
            new Example("stein show ica --quick --all > plan.jsonl", "every run of the reduced grid, one a line"))
        {
            name,
            all,
            precision,
        };
        grid.AddTo(command);
        command.SetAction(parsed =>
        {
            Experiment experiment = ExperimentArgument.Find(parsed.GetRequiredValue(name));
            IReadOnlyList<RunConfig> runs = experiment.Grid(
                grid.Read(parsed), parsed.GetRequiredValue(precision) == "double" ? Precision.Double : Precision.Single);
            if (parsed.GetValue(all))
            {
                foreach (RunConfig run in runs)
                    Console.Out.WriteLine(run.Document.ToJsonString(JsonFormat.Line));
            }
            else
            {
                Console.Out.Write(ConfigDocument.Text(runs[0]));
            }

            return ExitCode.Success;
        });
        return command;
    }
}
