using System.Text.Json.Serialization;
using Stein.Engine.Kernels;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>
/// Everything that decides the numbers of one run of the experiment <c>dae-identity</c>: the squared norm of the functional gradient of a
/// denoising auto-encoder at noise σ against 4σ⁴ KSD², on a sample and in expectation.
/// </summary>
internal sealed record DaeIdentitySettings
{
    /// <summary>The data p: a name of <see cref="PlanarDensity.Names"/>. The model q is <see cref="Model"/>.</summary>
    public string Data { get; init; } = PlanarDensity.Names[0];

    /// <summary>D. Data <c>modes</c> may have more than two coordinates: the further ones are N(0, 0.36), the width of a mode.</summary>
    public int Dimension { get; init; } = PlanarDensity.Dimension;

    /// <summary>σ, the noise of the auto-encoder.</summary>
    public double Sigma { get; init; } = 0.25;

    /// <summary>A name of <see cref="RadialKernels"/>.</summary>
    public string Kernel { get; init; } = RadialKernels.Names[0];

    /// <summary>h² of the kernel φ(‖x − y‖²/h²); D unless set. A constant, so that U-statistics have no bias.</summary>
    public double? SquaredBandwidth { get; init; }

    /// <summary>N, samples of p for the expanded objective, which is compared with KSD² on that sample.</summary>
    public int Samples { get; init; } = 600;

    /// <summary>Pairs of independent samples for the exact objective, which is compared in expectation; 0 for none.</summary>
    public int Repetitions { get; init; } = 100;

    /// <summary>N of each of these samples.</summary>
    public int RepetitionSamples { get; init; } = 300;

    /// <summary>Of everything random. Runs of one seed, data and dimension have the same sample of p, whatever σ.</summary>
    public uint Seed { get; init; } = 60;

    /// <summary>h².</summary>
    [JsonIgnore]
    internal double EffectiveSquaredBandwidth => SquaredBandwidth ?? Dimension;

    /// <summary>Data and dimension, for people.</summary>
    [JsonIgnore]
    internal string DataName => Dimension == PlanarDensity.Dimension ? Data : FormattableString.Invariant($"{Data}, D = {Dimension}");

    /// <summary>p.</summary>
    public GaussianMixture Truth()
    {
        GaussianMixture plane = PlanarDensity.Of(Data);
        if (Dimension == plane.Dimension)
            return plane;
        var means = new double[plane.Components * Dimension];
        for (int k = 0; k < plane.Components; k++)
            plane.Mean(k).CopyTo(means.AsSpan(k * Dimension));
        return GaussianMixture.Isotropic(Dimension, plane.Weights, means, Variances(plane));
    }

    /// <summary>
    /// q, another mixture of as many components: means moved by 2/3 of the component's standard deviation along the first axis and −1/3
    /// along the second, variances 5/4 of those of p, and weights w_k (½ + (k + ½)/K), which is half to one and a half times those of p,
    /// divided by their sum. Its score is not linear.
    /// </summary>
    public GaussianMixture Model()
    {
        GaussianMixture truth = Truth();
        double[] weights = truth.Weights.ToArray();
        double[] means = truth.Means.ToArray();
        double[] variances = Variances(truth);
        for (int k = 0; k < weights.Length; k++)
        {
            weights[k] *= 0.5 + ((k + 0.5) / weights.Length);
            means[k * Dimension] += Math.Sqrt(variances[k]) * 2 / 3;
            means[(k * Dimension) + 1] -= Math.Sqrt(variances[k]) / 3;
        }

        double sum = weights.Sum();
        return GaussianMixture.Isotropic(
            Dimension, Array.ConvertAll(weights, weight => weight / sum), means, Array.ConvertAll(variances, v => 1.25 * v));
    }

    /// <summary>The smallest standard deviation of a component of q: σ is small, or not, against it.</summary>
    internal double SmallestDeviation() => Math.Sqrt(Variances(Model()).Min());

    /// <summary>Settings that have no effect at their defaults.</summary>
    internal DaeIdentitySettings Normalised() => this with
    {
        SquaredBandwidth = SquaredBandwidth == Dimension ? null : SquaredBandwidth,
        RepetitionSamples = Repetitions == 0 ? new DaeIdentitySettings().RepetitionSamples : RepetitionSamples,
    };

    /// <summary>Checks that every setting can be run.</summary>
    /// <exception cref="InvalidConfigException">One cannot; the message says which, and what is allowed.</exception>
    internal void Validate()
    {
        ConfigChecks.RequireName("data", Data, PlanarDensity.Names);
        ConfigChecks.RequireName("kernel", Kernel, RadialKernels.Names);
        if (Data == PlanarDensity.Names[0])
            ConfigChecks.RequireFrom("dimension", Dimension, PlanarDensity.Dimension, 100);
        else if (Dimension != PlanarDensity.Dimension)
            throw InvalidConfigException.Value("dimension", Dimension, $"{PlanarDensity.Dimension}: the data \"{Data}\" are in the plane");
        RequirePositive("sigma", Sigma, 1000);
        if (SquaredBandwidth is { } square)
            RequirePositive("squared_bandwidth", square, 1e6);
        ConfigChecks.RequireFrom("samples", Samples, 2, 20_000);
        ConfigChecks.RequireFrom("repetitions", Repetitions, 0, 1_000_000);
        ConfigChecks.RequireFrom("repetition_samples", RepetitionSamples, 2, 20_000);
    }

    private static double[] Variances(GaussianMixture mixture)
    {
        var variances = new double[mixture.Components];
        for (int k = 0; k < variances.Length; k++)
            variances[k] = mixture.Covariances[k].ToArray()[0];
        return variances;
    }

    /// <summary>Beyond 10⁻⁶, 4σ⁴ and the squares of what is divided by σ are no longer numbers of use.</summary>
    private static void RequirePositive(string key, double value, double most)
    {
        if (!(value >= 1e-6 && value <= most))
            throw InvalidConfigException.Value(key, value, FormattableString.Invariant($"a positive number, from 0.000001 to {most}"));
    }
}
