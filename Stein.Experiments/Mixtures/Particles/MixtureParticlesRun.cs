using System.Globalization;
using System.Text.Json.Nodes;
using CsvHelper;
using Stein.Engine.Devices;
using Stein.Engine.Kernels;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>
/// One run as the runner drives it: particles drawn from the one mode, moved towards the mixture, and compared with draws of it.
/// </summary>
internal sealed class MixtureParticlesRun : IRun
{
    /// <summary>The final positions, a column a coordinate.</summary>
    public const string PositionsFile = "particles.csv";

    /// <summary>Names of metrics and values; those of the yardstick begin with <see cref="ExactPrefix"/>.</summary>
    public const string Share = "share", Between = "between", Discrepancy = "ksd", MeanDiscrepancy = "mmd", ExactPrefix = "exact_";

    /// <summary>The draws that particles are compared with, and the yardstick's own.</summary>
    private const uint ReferenceDraws = 0, YardstickDraws = 1;

    private readonly Device device;
    private readonly MixtureParticlesSettings settings;
    private readonly GaussianMixture target;
    private readonly ParticleSampler sampler;
    private readonly Func<double[], double> discrepancy;

    /// <param name="device">The run's own.</param>
    /// <param name="settings">What to run.</param>
    public MixtureParticlesRun(Device device, MixtureParticlesSettings settings)
    {
        (this.device, this.settings, target) = (device, settings, settings.Target());
        (ParticleFlow flow, discrepancy) = RadialKernels.Visit(settings.Kernel, new Parts(device, settings, target));
        NoiseSchedule? schedule = ParticleAlgorithm.Find(settings.Algorithm).IsAnnealed
            ? new NoiseSchedule(settings.EffectiveFirstSigma, settings.Iterations)
            : null;
        sampler = new ParticleSampler(flow, target, schedule, settings.StepSize, Start(settings));
    }

    public int Iteration => sampler.Iteration;

    public int Iterations => settings.Iterations;

    public string Standing =>
        $"σ {NumberText.Fixed(sampler.Sigma)}, share in the other mode "
        + NumberText.Fixed(ParticleMeasures.OtherShare(Positions(), settings.Dimension));

    public IReadOnlyList<Metric> Measure()
    {
        double[] positions = Positions();
        if (!Array.TrueForAll(positions, double.IsFinite))
            throw new RunFailedException($"the positions of the particles are no longer finite at iteration {Iteration}", Iteration);
        return
        [
            new(Share, ParticleMeasures.OtherShare(positions, settings.Dimension)),
            new(Between, ParticleMeasures.BetweenShare(positions, settings.Dimension, settings.Separation)),
            new(Discrepancy, discrepancy(positions)),
            new("sigma", sampler.Sigma),
        ];
    }

    public bool Step()
    {
        sampler.Step();
        return Iteration == Iterations || Iteration % settings.MeasureEvery == 0;
    }

    public void Save(BinaryWriter writer) => sampler.Save(writer);

    public void Restore(BinaryReader reader) => sampler.Restore(reader);

    public RunResult Finish()
    {
        double[] positions = Positions();
        double[] reference = target.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TestData, ReferenceDraws), settings.ExactSamples);
        double[] yardstick = target.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TestData, YardstickDraws), settings.Particles);
        var values = new JsonObject();
        Add(values, "", positions, reference);
        Add(values, ExactPrefix, yardstick, reference);
        return new RunResult(values, [new RunFile(PositionsFile, stream => Write(stream, positions))]);
    }

    /// <summary>Nothing: particles that were lost are drawn again within a second.</summary>
    public IReadOnlyList<RunFile> LastGoodState() => [];

    public void Dispose()
    {
    }

    /// <summary>N(−m e₁, d² I): N×D. The normal numbers depend on seed and dimension alone.</summary>
    private static double[] Start(MixtureParticlesSettings settings)
    {
        var stream = new PhiloxStream(settings.Seed, StreamPurpose.Initialisation);
        var start = new double[settings.Particles * settings.Dimension];
        for (int index = 0; index < start.Length; index++)
        {
            start[index] = settings.StartDeviation * stream.NextNormal();
            if (index % settings.Dimension == 0)
                start[index] -= settings.Separation;
        }

        return start;
    }

    private double[] Positions() => device.Read(sampler.Positions);

    private void Add(JsonObject values, string prefix, double[] points, double[] reference)
    {
        values[prefix + Share] = ParticleMeasures.OtherShare(points, settings.Dimension);
        values[prefix + Between] = ParticleMeasures.BetweenShare(points, settings.Dimension, settings.Separation);
        values[prefix + Discrepancy] = discrepancy(points);
        values[prefix + MeanDiscrepancy] = ParticleMeasures.SquaredMeanDiscrepancy(points, reference, settings.Dimension);
    }

    private void Write(Stream stream, double[] positions)
    {
        using var csv = CsvWriter.Create(stream, CsvFile.Format with { HasHeader = false }, leaveOpen: true);
        for (int d = 1; d <= settings.Dimension; d++)
            csv.WriteField(string.Create(CultureInfo.InvariantCulture, $"x{d}"));
        csv.EndRecord();
        for (int index = 0; index < positions.Length; index++)
        {
            csv.WriteField(positions[index], "R", CultureInfo.InvariantCulture);
            if ((index + 1) % settings.Dimension == 0)
                csv.EndRecord();
        }
    }

    /// <summary>What depends on the kernel: the flow, and the discrepancy of points.</summary>
    private sealed class Parts(Device device, MixtureParticlesSettings settings, GaussianMixture target)
        : IRadialKernelVisitor<(ParticleFlow Flow, Func<double[], double> Discrepancy)>
    {
        public (ParticleFlow Flow, Func<double[], double> Discrepancy) Visit<TKernel>()
            where TKernel : struct, IRadialKernel
            => (
                ParticleAlgorithm.Find(settings.Algorithm).CreateFlow<TKernel>(device, settings.Particles, settings.Dimension),
                points => ParticleMeasures.SteinDiscrepancy<TKernel>(device, points, target));
    }
}
