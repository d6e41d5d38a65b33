using Stein.Engine.Devices;
using Stein.Engine.Kernels;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica;

/// <summary>What the experiments that train ICA models share.</summary>
internal abstract class IcaStudy : TrainingStudy<IcaSettings>
{
    /// <summary>Mean log-likelihood of the test points, nats.</summary>
    public static readonly Quantity LogLikelihood = new("test_log_likelihood");

    /// <summary>The method's own loss on the last batch.</summary>
    public static readonly Quantity Loss = new("loss");

    /// <summary>The log-likelihood of the true model on the test points, nats.</summary>
    public static readonly Quantity Oracle = new("oracle");

    /// <summary>The Amari distance of V·W_true, in [0, 1].</summary>
    public static readonly Quantity AmariDistance = new("amari_distance");

    /// <summary>The mean log-likelihood of the test points, nats, under the matrix that another rule than the config's chooses.</summary>
    public static Quantity LogLikelihoodBy(EvaluationRule rule) => new($"{LogLikelihood.Name}_{rule}".ToLowerInvariant());

    private readonly SharedProblems problems = new(settings => new IcaProblem(settings));

    protected override IcaSettings Normalise(IcaSettings config)
        => IcaMethod.Of(config).Normalise(config with { DataSeed = config.DataSeed == config.Seed ? null : config.DataSeed });

    protected override void Validate(IcaSettings config)
    {
        if (config.Batch > config.TrainingSamples)
        {
            throw InvalidConfigException.Value(
                "batch", config.Batch, $"a whole number from 2 to the {config.TrainingSamples} training samples");
        }

        if (KernelSmoothness.ProblemWith(config.Kernel, IcaMethod.Of(config).KernelDerivatives, config.Method) is { } problem)
            throw InvalidConfigException.Because("kernel", config.Kernel, problem);
    }

    /// <summary>The iterations, and a product over the test data for every point of the curve.</summary>
    protected override double Operations(IcaSettings config)
    {
        double evaluation = 2.0 * config.TestSamples * config.Dimension * config.Dimension;
        return config.Iterations * (IcaMethod.Of(config).Operations(config) + (evaluation / config.EvaluateEvery));
    }

    protected override string SpeedClass(IcaSettings config) => config.Method;

    protected override string Describe(IcaSettings config)
    {
        string data = config.DataSeed is { } seed ? $", data seed {seed}" : "";
        return $"{IcaRow.Of(config).Name}, D = {config.Dimension}, seed {config.Seed}{data}";
    }

    protected override int Iterations(IcaSettings config) => IcaMethod.Of(config).IsTrained ? config.Iterations : 0;

    protected override Func<int, bool> IsMeasured(IcaSettings config) => iteration => iteration % config.EvaluateEvery == 0;

    /// <summary>Rules by which every result is judged in addition to that of its config.</summary>
    protected virtual IReadOnlyList<EvaluationRule> OtherRules => [];

    protected override ITraining Begin(IcaSettings config, Device device)
    {
        ProblemLease lease = problems.Lease(config);
        return new IcaTraining(device, config, lease.Problem, lease, OtherRules);
    }
}
