using Stein.Experiments.Files;
using Stein.Experiments.Runs;

namespace Stein.Cli.Commands;

/// <summary><c>stein show</c>: the effective config of an experiment as JSON that <c>stein run</c> takes.</summary>
internal static class ShowCommand
{
    public static Command Create(ExperimentCatalog catalog)
    {
        Argument<string[]> names = catalog.Argument("an experiment; with --all, also several, and groups", ArgumentArity.OneOrMore);
        var grid = new GridOptions();
        Option<bool> all = Values.Flag("--all", "every run of the grid, one per line; without it, the first run only");
        var precision = Values.Choice("--precision", "precision that the runs are computed in", ["single", "double"], "single");
        var command = new CommandWithExamples(
            "show",
            "Prints the effective config of an experiment as JSON: every setting with its value. Save it, change it, give it to stein run.",
            new Example("stein show ica > config.json", "the first run of the paper's grid"),
            new Example("stein show ica --quick --all > plan.jsonl", "every run of the reduced grid, one per line"))
        {
            names,
            all,
            precision,
        };
        grid.AddTo(command);
        command.SetAction(parsed =>
        {
            IReadOnlyList<Experiment> experiments = catalog.Find(parsed.GetRequiredValue(names));
            GridScale scale = grid.Read(parsed);
            var chosen = Enum.Parse<Precision>(parsed.GetRequiredValue(precision), ignoreCase: true);
            if (parsed.GetValue(all))
            {
                foreach (RunConfig run in experiments.SelectMany(experiment => experiment.Grid(scale, chosen)))
                    Console.Out.WriteLine(run.Document.ToJsonString(JsonFormat.Line));
            }
            else
            {
                string known = string.Join(", ", experiments.Select(experiment => experiment.Name));
                Experiment experiment = experiments.Count == 1
                    ? experiments[0]
                    : throw new UsageException($"show: name one of {known}, or give --all for every run of each");
                Console.Out.Write(ConfigDocument.Text(experiment.Grid(scale, chosen)[0]));
            }

            return ExitCode.Success;
        });
        return command;
    }
}
