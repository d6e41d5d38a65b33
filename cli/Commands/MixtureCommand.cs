using System.CommandLine;
using System.Globalization;
using Stein.Experiments;
using Stein.Experiments.Mixtures.Testing;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary><c>stein mixture</c>: tests of samples against a mixture whose mixing weights are wrong.</summary>
internal static class MixtureCommand
{
    public static Command Create(Interruption interruption)
    {
        var options = new MixtureOptions();
        var runOptions = new RunOptions(
            $"folder for tables and figures [default: {ReportFolder.Own("mixture", "…")}, named after what is run]");
        var command = new CommandWithExamples(
            "mixture",
            "Tests samples against a mixture with other mixing weights, many times: how often a Stein test sees it, and what remedies do.",
            new Example("stein mixture", "KSD is blind: modes at ±5, weights 0.7 : 0.3 against 0.5 : 0.5; seconds"),
            new Example("stein mixture --remedy none,noise,temper --sigma 1,2,4,8", "noise of four strengths, and tempering"),
            new Example("stein mixture --remedy none,noise --weight 0.5,0.7,1", "level, wrong proportions, a missing mode"),
            new Example("stein mixture --remedy ladder,selected,maximum --dim 1,2,10,50", "rules that take σ from the data alone"),
            new Example(
                "stein mixture --problem shift --separation 0.1,0.2,0.3 --remedy none,noise",
                "what noise costs where there is one mode"));
        options.AddTo(command);
        runOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            IReadOnlyList<MixtureTestSettings> plan = options.Plan(parsed);
            RunContext context = runOptions.Read(parsed);
            RunConfig[] runs = [.. plan.Select(settings => ExperimentRegistry.Mixture.Identify(settings, context.Precision)).Distinct()];
            string folder = context.Folder ?? ReportFolder.Own("mixture", FolderName(plan));
            return new PlanExecution(context, interruption).Run([new ReportPart(ExperimentRegistry.Mixture, runs, Scale: null, folder)]);
        });
        return command;
    }

    /// <summary>A name that says what is in the folder: <c>modes_none_noise_D1_separation5_weight0.7</c>.</summary>
    private static string FolderName(IReadOnlyList<MixtureTestSettings> plan)
    {
        MixtureTestSettings first = plan[0];
        var other = new MixtureTestSettings();
        IEnumerable<string> parts =
        [
            first.Problem,
            .. plan.Select(settings => settings.Remedy).Distinct(),
            Several("D", settings => settings.Dimension),
            Several("separation", settings => settings.Separation),
            .. MixtureProblem.Of(first).ModelWeight is not null ? new[] { Several("weight", settings => settings.Weight) } : [],
            .. Changed("sigma", settings => settings.Sigma),
            .. Changed("temperature", settings => settings.Temperature),
            .. Changed("n", settings => settings.Samples),
            .. Changed("trials", settings => settings.Trials),
            .. Changed("replicates", settings => settings.Replicates),
            .. Changed("level", settings => settings.Level),
            .. Changed("seed", settings => settings.Seed),
            .. Changed("", settings => settings.Kernel),
            .. Changed("", settings => settings.Bootstrap),
        ];
        return string.Join('_', parts);

        string Several<T>(string name, Func<MixtureTestSettings, T> value)
            => name + string.Join('-', plan.Select(value).Distinct().Select(one => Convert.ToString(one, CultureInfo.InvariantCulture)));

        IEnumerable<string> Changed<T>(string name, Func<MixtureTestSettings, T> value)
            => plan.All(settings => Equals(value(settings), value(other))) ? [] : [Several(name, value)];
    }
}
