using System.Text.Json.Serialization;
using Stein.Engine.Kernels;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>Everything that decides the numbers of one denoising auto-encoder, trained and measured along the way.</summary>
internal sealed record DaeNetworkSettings
{
    /// <summary>The first checkpoint, in iterations: before it hardly anything has happened.</summary>
    private const int FirstCheckpoint = 10;

    /// <summary>A name of <see cref="PlanarDensity.Names"/>.</summary>
    public string Data { get; init; } = PlanarDensity.Names[0];

    /// <summary>σ, the standard deviation of the noise.</summary>
    public double Sigma { get; init; } = 0.2;

    /// <summary>H, the width of both hidden layers.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>B, samples in a batch, each with new noise every time.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>Steps of Adam.</summary>
    public int Iterations { get; init; } = 40_000;

    /// <summary>The step size of Adam.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>N, the samples there are to learn from.</summary>
    public int TrainingSamples { get; init; } = 1000;

    /// <summary>Further samples of the density, on which losses and Fisher errors are measured.</summary>
    public int TestSamples { get; init; } = 2000;

    /// <summary>How many of the test samples KSD is measured on: the first. All of them where there are fewer.</summary>
    public int DiscrepancySamples { get; init; } = 2000;

    /// <summary>Times of measurement, a constant factor apart; those that round to one iteration are one.</summary>
    public int Checkpoints { get; init; } = 20;

    /// <summary>A name of <see cref="RadialKernels"/>; its bandwidth is the median distance of the noised test samples.</summary>
    public string Kernel { get; init; } = InverseMultiquadricKernel.Name;

    /// <summary>Of everything random. Runs of one seed and density have the same samples, and noise but for its size, whatever σ.</summary>
    public uint Seed { get; init; } = 60;

    /// <summary>The density of the samples.</summary>
    [JsonIgnore]
    internal GaussianMixture Density => PlanarDensity.Of(Data);

    /// <summary>The iterations after which is measured, the last among them.</summary>
    internal IReadOnlyList<int> CheckpointIterations()
    {
        if (Checkpoints == 1 || Iterations <= FirstCheckpoint)
            return [Iterations];
        double span = (double)Iterations / FirstCheckpoint;
        return
        [
            .. Enumerable.Range(0, Checkpoints)
                .Select(index => (int)Math.Round(FirstCheckpoint * Math.Pow(span, (double)index / (Checkpoints - 1))))
                .Distinct(),
        ];
    }

    /// <summary>Settings that have no effect at one value.</summary>
    internal DaeNetworkSettings Normalised() => this with { DiscrepancySamples = Math.Min(DiscrepancySamples, TestSamples) };

    /// <summary>Checks that every setting can be run.</summary>
    /// <exception cref="InvalidConfigException">One cannot; the message says which, and what is allowed.</exception>
    internal void Validate()
    {
        ConfigChecks.RequireName("data", Data, PlanarDensity.Names);
        ConfigChecks.RequireName("kernel", Kernel, RadialKernels.Names);
        if (!(Sigma is >= 1e-3 and <= 100))
            throw InvalidConfigException.Value("sigma", Sigma, "a number from 0.001 to 100");
        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
            throw InvalidConfigException.Value("learning_rate", LearningRate, "a positive number");
        ConfigChecks.RequireFrom("hidden", Hidden, 1, 4096);
        ConfigChecks.RequireFrom("training_samples", TrainingSamples, 1, 10_000_000);
        ConfigChecks.RequireFrom("batch", Batch, 1, TrainingSamples);
        ConfigChecks.RequireFrom("iterations", Iterations, 1, 100_000_000);
        ConfigChecks.RequireFrom("test_samples", TestSamples, 2, 1_000_000);
        ConfigChecks.RequireFrom("discrepancy_samples", DiscrepancySamples, 2, 20_000);
        ConfigChecks.RequireFrom("checkpoints", Checkpoints, 1, 10_000);
    }
}
