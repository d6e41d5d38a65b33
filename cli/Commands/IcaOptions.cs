using System.CommandLine;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Experiments.Ica;

namespace Stein.Cli;

/// <summary>The options of <c>stein ica</c> that decide numbers, and the plan they make.</summary>
internal sealed class IcaOptions
{
    private static readonly IcaSettings Paper = new();

    private readonly Option<int[]> dimensions =
        Values.Numbers("--dim", "dimension D; several make a figure over dimensions", Paper.Dimension);
    private readonly Option<string[]> methods = Values.Choices("--method", "what to train with", IcaMethod.Names, Paper.Method);
    private readonly Option<uint[]> seeds =
        Values.Numbers("--seed", "seed of the true matrix, the start, and the data", [.. IcaExperiment.Seeds]);
    private readonly Option<ulong[]> dataSeeds =
        Values.Numbers<ulong>("--data-seed", "seed of data, batches and critic: other draws with the matrices of --seed [default: --seed]");
    private readonly Option<string> protocol = Values.Choice("--protocol", "the defaults of all other options", ["paper"], "paper");
    private readonly Option<int?> iterations = Values.Number<int>("--iterations", "training iterations", Paper.Iterations);
    private readonly Option<int?> batch = Values.Number<int>("--batch", "samples in a batch", Paper.Batch);
    private readonly Option<string> density = Values.Choice("--base", "density of the sources", ["laplace", "student-t"], "laplace");
    private readonly Option<string> kernel = Values.Choice("--kernel", "kernel of KSD and maxSKSD", RadialKernels.Names, Paper.Kernel);
    private readonly Option<string> statistic =
        Values.Choice("--statistic", "U- or V-statistic of KSD and maxSKSD [default: u for KSD, v for maxSKSD]", ["u", "v"]);
    private readonly Option<string> slices =
        Values.Choice("--slices", "what maxSKSD trains: test directions g, or slices r too", ["g", "rg"], "g");
    private readonly Option<int[]> probes =
        Values.Numbers("--probes", "Hutchinson probes of LSD; 0: the exact trace, 10: the script; several make several rows", Paper.Probes);
    private readonly Option<double?> lambda = Values.Number<double>("--lambda", "penalty λ of the LSD critic", Paper.Lambda);
    private readonly Option<int?> hidden = Values.Number<int>("--hidden", "units in each hidden layer of the LSD critic", Paper.Hidden);
    private readonly Option<double?> learningRate = Values.Number<double>("--learning-rate", "step size of Adam", Paper.LearningRate);
    private readonly Option<int?> trainingSamples = Values.Number<int>("--training-samples", "training points", Paper.TrainingSamples);
    private readonly Option<int?> testSamples = Values.Number<int>("--test-samples", "test points", Paper.TestSamples);
    private readonly Option<int?> evaluateEvery =
        Values.Number<int>("--evaluate-every", "iterations between points of the training curve", Paper.EvaluateEvery);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])
            [dimensions, methods, seeds, dataSeeds, protocol, iterations, batch, density, kernel, statistic, slices, probes, lambda, hidden,
                learningRate, trainingSamples, testSamples, evaluateEvery])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The runs: dimensions by methods (and probes) by seeds by data seeds.</summary>
    /// <exception cref="UsageException">An option has no effect on any of the methods.</exception>
    public IReadOnlyList<IcaSettings> Plan(ParseResult parsed)
    {
        string[] chosen =
        [
            .. Required(methods).Select(method => method == "maxsksd" && Required(slices) == "rg" ? "maxsksd-rg" : method).Distinct(),
        ];
        RequireUse(chosen.Intersect(IcaMethod.NamesThatUse(nameof(IcaSettings.Kernel))).Any(), "ksd or maxsksd", kernel, statistic);
        RequireUse(chosen.Any(method => method.StartsWith("maxsksd", StringComparison.Ordinal)), "maxsksd", slices);
        RequireUse(chosen.Contains("lsd"), "lsd", probes, lambda, hidden);
        ulong?[] draws = parsed.GetValue(dataSeeds) is { Length: > 0 } given ? [.. given.Select(seed => (ulong?)seed)] : [null];
        return
        [
            .. from dimension in Required(dimensions)
               from method in chosen
               from probe in method == "lsd" ? Required(probes) : [0]
               from seed in Required(seeds)
               from data in draws
               select Settings(dimension, method, probe, seed, data),
        ];

        T Required<T>(Option<T> option) => parsed.GetRequiredValue(option);

        int Whole(Option<int?> option) => parsed.GetRequiredValue(option)!.Value;

        double Real(Option<double?> option) => parsed.GetRequiredValue(option)!.Value;

        void RequireUse(bool used, string by, params Option[] options)
        {
            foreach (Option option in options)
            {
                if (used || parsed.GetResult(option) is null or { Implicit: true })
                    continue;
                string without = string.Join(", ", chosen);
                throw new UsageException($"{option.Name}: it has no effect on --method {without}, only on {by}. Leave it out.");
            }
        }

        IcaSettings Settings(int dimension, string method, int probe, uint seed, ulong? data) => new()
        {
            Method = method,
            Dimension = dimension,
            Seed = seed,
            DataSeed = data,
            Iterations = Whole(iterations),
            Batch = Whole(batch),
            TrainingSamples = Whole(trainingSamples),
            TestSamples = Whole(testSamples),
            Base = Required(density) == "laplace" ? BaseDensity.Laplace : BaseDensity.StudentT,
            Kernel = Required(kernel),
            Statistic = parsed.GetValue(statistic) switch { "u" => PairStatistic.U, "v" => PairStatistic.V, _ => null },
            LearningRate = Real(learningRate),
            Lambda = Real(lambda),
            Hidden = Whole(hidden),
            Probes = probe,
            EvaluateEvery = Whole(evaluateEvery),
        };
    }
}
