using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Stein.Engine.Kernels;
using Stein.Engine.Targets;
using Stein.Engine.Text;
using Stein.Experiments;
using Stein.Experiments.Declarations;
using Stein.Experiments.Denoising;
using Stein.Experiments.Denoising.Descent;
using Stein.Experiments.Denoising.Identity;
using Stein.Experiments.Denoising.Network;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary>The parts and options of <c>stein dae</c>, and the runs they make.</summary>
internal sealed class DaeOptions
{
    private const string Identity = "identity";
    private const string Descent = "descent";
    private const string Network = "network";

    private static readonly string[] Parts = [Identity, Descent, Network];

    private readonly Argument<string[]> parts = new("part")
    {
        Description = $"{string.Join(", ", Parts)}; one or several [default: all]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string[]> data =
        Values.Choices("--data", "the density in the plane that samples come from", PlanarDensity.Names, PlanarDensity.Names[0]);

    private readonly Option<string> samples = new("--samples")
    {
        Description = "descent: CSV file with two columns, samples of your own in place of --data",
        HelpName = "file",
    };

    private readonly Option<double[]> sigmas = Values.Numbers<double>(
        "--sigma", "identity, network: noise σ [default: 1,0.5,0.25,0.125,0.0625 for identity, 0.2 for network]");

    private readonly Option<int?> count = Values.Number<int>("--n", "samples [default: 300; 1000 for network]");
    private readonly Option<string> kernel =
        Values.Choice("--kernel", "kernel [default: rbf; imq for network]", RadialKernels.Names);

    private readonly Option<double?> bandwidth =
        Values.Number<double>("--bandwidth", "identity, descent: bandwidth h [default: √2 for identity, the density's own for descent]");

    private readonly Option<int?> repetitions =
        Values.Number<int>("--repetitions", "identity: pairs of independent samples for the exact version", 30);

    private readonly Option<int?> steps = Values.Number<int>("--steps", "descent: steps of the descent", 1000);
    private readonly Option<int?> iterations = Values.Number<int>("--iterations", "network: iterations of training", 4000);
    private readonly Option<int?> hidden = Values.Number<int>("--hidden", "network: units in each hidden layer", 64);
    private readonly Option<uint[]> seeds = Values.Numbers<uint>("--seed", "seed of everything random", 60);

    public DaeOptions() => parts.CompletionSources.Add(Parts);

    public void AddTo(Command command)
    {
        command.Arguments.Add(parts);
        foreach (Option option in (Option[])
            [data, samples, sigmas, count, kernel, bandwidth, repetitions, steps, iterations, hidden, seeds])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The parts with their runs.</summary>
    /// <exception cref="UsageException">A part is unknown, or an option has no effect on any.</exception>
    /// <exception cref="InvalidConfigException">A run has settings that cannot be run.</exception>
    public IReadOnlyList<DaePart> Plan(ParseResult parsed, Precision precision)
    {
        string[] chosen = Chosen(parsed.GetValue(parts) ?? []);
        RequireUse(parsed, chosen, [Identity, Network], sigmas);
        RequireUse(parsed, chosen, [Identity, Descent], bandwidth);
        RequireUse(parsed, chosen, [Identity], repetitions);
        RequireUse(parsed, chosen, [Descent], samples, steps);
        RequireUse(parsed, chosen, [Network], iterations, hidden);
        if (IsGiven(parsed, samples) && IsGiven(parsed, data) && chosen is [Descent])
            throw new UsageException("--data: it has no effect here, since --samples gives the samples. Leave one of them out.");
        string[] densities = parsed.GetRequiredValue(data);
        uint[] numbers = parsed.GetRequiredValue(seeds);
        return [.. chosen.Select(Part)];

        DaePart Part(string part) => part switch
        {
            Identity => Make(ExperimentRegistry.DaeIdentity, IdentityRuns(parsed, densities, numbers)),
            Descent => Make(ExperimentRegistry.DaeDescent, DescentRuns(parsed, densities, numbers)),
            _ => Make(ExperimentRegistry.DaeNetwork, NetworkRuns(parsed, densities, numbers)),
        };

        DaePart Make<TSettings>(Experiment<TSettings> experiment, IEnumerable<TSettings> settings)
            where TSettings : class, new()
            => new(
                experiment,
                [.. settings.Select(one => experiment.Identify(one, precision)).Distinct()],
                FolderName(parsed, densities, numbers));
    }

    private static string[] Chosen(string[] given)
    {
        string[] words = [.. given.SelectMany(word => word.Split(',', StringSplitOptions.RemoveEmptyEntries)).Distinct()];
        return words.FirstOrDefault(word => !Parts.Contains(word)) is { } unknown
            ? throw new UsageException(
                $"{unknown}: there is no such part; there are {string.Join(", ", Parts)}. Did you mean "
                + $"'{EditDistance.Closest(unknown, Parts)}'?")
            : words.Length == 0 ? Parts : words;
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static void RequireUse(ParseResult parsed, string[] chosen, string[] users, params Option[] options)
    {
        if (chosen.Any(users.Contains))
            return;
        if (options.FirstOrDefault(option => IsGiven(parsed, option)) is { } useless)
        {
            throw new UsageException(
                $"{useless.Name}: it has no effect on {string.Join(", ", chosen)}, only on {string.Join(" and ", users)}. Leave it out.");
        }
    }

    private IEnumerable<DaeIdentitySettings> IdentityRuns(ParseResult parsed, string[] densities, uint[] numbers)
    {
        var defaults = new DaeIdentitySettings();
        double? length = parsed.GetValue(bandwidth);
        return from density in densities
               from sigma in Sigmas(parsed, [1, 0.5, 0.25, 0.125, 0.0625])
               from seed in numbers
               select defaults with
               {
                   Data = density,
                   Sigma = sigma,
                   Kernel = parsed.GetValue(kernel) ?? defaults.Kernel,
                   SquaredBandwidth = length * length,
                   Samples = parsed.GetValue(count) ?? 300,
                   Repetitions = parsed.GetRequiredValue(repetitions)!.Value,
                   RepetitionSamples = parsed.GetValue(count) ?? 300,
                   Seed = seed,
               };
    }

    private IEnumerable<DaeDescentSettings> DescentRuns(ParseResult parsed, string[] densities, uint[] numbers)
    {
        var defaults = new DaeDescentSettings();
        string? file = parsed.GetValue(samples);
        return from density in file is null ? densities : [DescentData.OwnFile]
               from seed in numbers
               select defaults with
               {
                   Data = density,
                   File = file,
                   Kernel = parsed.GetValue(kernel) ?? defaults.Kernel,
                   Bandwidth = parsed.GetValue(bandwidth),
                   Samples = parsed.GetValue(count),
                   Steps = parsed.GetRequiredValue(steps)!.Value,
                   Seed = seed,
               };
    }

    private IEnumerable<DaeNetworkSettings> NetworkRuns(ParseResult parsed, string[] densities, uint[] numbers)
    {
        var defaults = new DaeNetworkSettings();
        int size = parsed.GetValue(count) ?? defaults.TrainingSamples;
        return from density in densities
               from sigma in Sigmas(parsed, [defaults.Sigma])
               from seed in numbers
               select defaults with
               {
                   Data = density,
                   Sigma = sigma,
                   Kernel = parsed.GetValue(kernel) ?? defaults.Kernel,
                   Hidden = parsed.GetRequiredValue(hidden)!.Value,
                   Iterations = parsed.GetRequiredValue(iterations)!.Value,
                   TrainingSamples = size,
                   Batch = Math.Min(defaults.Batch, size),
                   Seed = seed,
               };
    }

    private double[] Sigmas(ParseResult parsed, double[] defaults)
        => parsed.GetValue(sigmas) is { Length: > 0 } given ? given : defaults;

    /// <summary>The data, the seeds, and every option that is given.</summary>
    private string FolderName(ParseResult parsed, string[] densities, uint[] numbers)
    {
        IEnumerable<string> words =
        [
            .. parsed.GetValue(samples) is { } file ? [Path.GetFileNameWithoutExtension(file)] : densities,
            $"seed{string.Join('-', numbers)}",
            .. from option in (Option[])[sigmas, count, kernel, bandwidth, repetitions, steps, iterations, hidden]
               where IsGiven(parsed, option)
               select option.Name.TrimStart('-')
                   + string.Join('-', parsed.GetResult(option)!.Tokens.Select(token => token.Value.ToString(CultureInfo.InvariantCulture))),
        ];
        return string.Join('_', words.Select(FileNames.Word));
    }
}
