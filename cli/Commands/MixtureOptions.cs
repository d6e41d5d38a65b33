using System.CommandLine;
using Stein.Engine.Kernels;
using Stein.Experiments.Mixtures.Testing;

namespace Stein.Cli;

/// <summary>The options of <c>stein mixture</c>, and the cells they make.</summary>
internal sealed class MixtureOptions
{
    private static readonly MixtureTestSettings Default = new();

    private readonly Option<string> problem =
        Values.Choice("--problem", "what the model is and how the sample differs", MixtureProblem.Names, Default.Problem);

    private readonly Option<double[]> separations = Values.Numbers(
        "--separation",
        "distance m of each mode from the origin; for shift and scale, how far the sample is from the model",
        Default.Separation);

    private readonly Option<double[]> weights = Values.Numbers("--weight", "weight of the first mode in the sample", Default.Weight);

    private readonly Option<string[]> remedies =
        Values.Choices("--remedy", "what is done about blindness", MixtureRemedy.Names, Default.Remedy);

    private readonly Option<double[]> sigmas = Values.Numbers("--sigma", "standard deviation of the noise of --remedy noise", Default.Sigma);

    private readonly Option<double[]> temperatures = Values.Numbers("--temperature", "temperature of --remedy temper", Default.Temperature);

    private readonly Option<int[]> dimensions = Values.Numbers("--dim", "dimension D", Default.Dimension);
    private readonly Option<int?> samples = Values.Number<int>("--n", "samples in a test", Default.Samples);
    private readonly Option<int?> trials = Values.Number<int>("--trials", "tests, each on samples of its own", Default.Trials);
    private readonly Option<int?> replicates = Values.Number<int>("--replicates", "bootstrap replicates in a test", Default.Replicates);
    private readonly Option<string> bootstrap =
        Values.Choice("--bootstrap", "weights of the bootstrap", ["multinomial", "wild"], Default.Bootstrap);

    private readonly Option<string> kernel = Values.Choice("--kernel", "kernel of KSD", RadialKernels.Names, Default.Kernel);
    private readonly Option<double?> level = Values.Number<double>("--level", "level of the tests", Default.Level);
    private readonly Option<uint?> seed = Values.Number<uint>("--seed", "seed of everything random", Default.Seed);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])
            [problem, separations, weights, remedies, sigmas, temperatures, dimensions, samples, trials, replicates, bootstrap, kernel, level,
                seed])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The cells: dimensions by separations by weights by remedies with their σ or T.</summary>
    /// <exception cref="UsageException">An option has no effect.</exception>
    public IReadOnlyList<MixtureTestSettings> Plan(ParseResult parsed)
    {
        string name = Required(problem);
        string[] chosen = Required(remedies);
        RequireUse(chosen.Contains("noise"), "--remedy noise", sigmas);
        RequireUse(chosen.Contains("temper"), "--remedy temper", temperatures);
        RequireUse(MixtureProblem.Of(new() { Problem = name }).ModelWeight is not null, "a problem of several modes", weights);
        MixtureTestSettings[] plan =
        [
            .. from dimension in Required(dimensions)
               from separation in Required(separations)
               from weight in Required(weights)
               from remedy in chosen
               from sigma in remedy == "noise" ? Required(sigmas) : [Default.Sigma]
               from temperature in remedy == "temper" ? Required(temperatures) : [Default.Temperature]
               select new MixtureTestSettings
               {
                   Problem = name,
                   Dimension = dimension,
                   Separation = separation,
                   Weight = weight,
                   Remedy = remedy,
                   Sigma = sigma,
                   Temperature = temperature,
                   Samples = Required(samples)!.Value,
                   Trials = Required(trials)!.Value,
                   Replicates = Required(replicates)!.Value,
                   Bootstrap = Required(bootstrap),
                   Kernel = Required(kernel),
                   Level = Required(level)!.Value,
                   Seed = Required(seed)!.Value,
               },
        ];
        return plan;

        T Required<T>(Option<T> option) => parsed.GetRequiredValue(option);

        void RequireUse(bool used, string by, Option option)
        {
            if (!used && parsed.GetResult(option) is { Implicit: false })
                throw new UsageException($"{option.Name}: it has no effect here, only with {by}. Leave it out.");
        }
    }
}
