using System.Globalization;
using System.Text.Json.Serialization;
using Stein.Engine.Kernels;
using Stein.Engine.Particles;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>
/// Everything that decides the numbers of one run of particles that start in one mode of
/// <c>π N(−m e₁, I) + (1 − π) N(m e₁, I)</c> and are to become a sample of both.
/// </summary>
internal sealed record MixtureParticlesSettings
{
    /// <summary><c>svgd</c>, <c>ksd-descent</c>, <c>svgd-annealed</c> or <c>ksd-descent-annealed</c>.</summary>
    public string Algorithm { get; init; } = "svgd";

    /// <summary>m, the distance of each mode from the origin.</summary>
    public double Separation { get; init; } = 5;

    /// <summary>π, the weight of the mode at −m e₁, where the particles start.</summary>
    public double Weight { get; init; } = 0.5;

    /// <summary>D.</summary>
    public int Dimension { get; init; } = 1;

    /// <summary>N.</summary>
    public int Particles { get; init; } = 100;

    public int Iterations { get; init; } = 1000;

    /// <summary>Of Adam, in standard deviations of a (smoothed) mode.</summary>
    public double StepSize { get; init; } = 0.1;

    /// <summary>σ₀, the noise at the start of an annealed algorithm; 2m unless set. It ends at <see cref="NoiseSchedule.Last"/>.</summary>
    public double? FirstSigma { get; init; }

    /// <summary>The standard deviation of the particles about −m e₁ at the start.</summary>
    public double StartDeviation { get; init; } = 1;

    /// <summary>A name of <see cref="RadialKernels"/>.</summary>
    public string Kernel { get; init; } = RadialKernels.Names[0];

    /// <summary>Draws of the target that the particles are compared with at the end.</summary>
    public int ExactSamples { get; init; } = 1000;

    /// <summary>Iterations between two measurements.</summary>
    public int MeasureEvery { get; init; } = 50;

    /// <summary>Of everything random. Runs of one seed, dimension and separation start from the same particles, whatever the rest.</summary>
    public uint Seed { get; init; } = 60;

    /// <summary>σ₀ of an annealed algorithm.</summary>
    [JsonIgnore]
    public double EffectiveFirstSigma => FirstSigma ?? (2 * Separation);

    /// <summary>The target.</summary>
    public GaussianMixture Target() => GaussianMixture.TwoModes(Separation, Weight, Dimension);

    /// <summary>Checks that every setting can be run.</summary>
    /// <exception cref="InvalidConfigException">One cannot; the message says which, and what is allowed.</exception>
    public void Validate()
    {
        ConfigChecks.RequireName("algorithm", Algorithm, ParticleAlgorithm.Ids);
        ConfigChecks.RequireName("kernel", Kernel, RadialKernels.Names);
        RequirePositive("separation", Separation);
        if (!(Weight is > 0 and < 1))
            throw InvalidConfigException.Value("weight", Weight, "a number between 0 and 1");
        ConfigChecks.RequireFrom("dimension", Dimension, 1, 1000);
        ConfigChecks.RequireFrom("particles", Particles, ParticleFlow.FewestParticles, 10_000);
        ConfigChecks.RequireFrom("iterations", Iterations, 1, 100_000_000);
        ConfigChecks.RequireFrom("measure_every", MeasureEvery, 1, int.MaxValue);
        ConfigChecks.RequireFrom("exact_samples", ExactSamples, 1, 100_000);
        RequirePositive("step_size", StepSize);
        RequirePositive("start_deviation", StartDeviation);
        if (FirstSigma is { } sigma)
            RequireSigma("first_sigma", sigma, NoiseSchedule.Last);
        else if (ParticleAlgorithm.Find(Algorithm).IsAnnealed)
            RequireSigma("separation", Separation, NoiseSchedule.Last / 2);
    }

    private static void RequirePositive(string key, double value)
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw InvalidConfigException.Value(key, value, "a positive number");
    }

    private static void RequireSigma(string key, double value, double least)
    {
        if (!(value >= least && double.IsFinite(value)))
        {
            throw InvalidConfigException.Value(
                key,
                value,
                string.Create(CultureInfo.InvariantCulture, $"at least {least}: the noise of an annealed algorithm ends at {NoiseSchedule.Last}"));
        }
    }
}
