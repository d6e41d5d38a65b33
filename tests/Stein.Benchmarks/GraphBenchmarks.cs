using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Graphs;
using Stein.Engine.Networks;
using Stein.Engine.Random;
using Stein.Engine.Tests.Graphs;

namespace Stein.Benchmarks;

/// <summary>
/// Networks as graphs beside the same networks differentiated by hand: the gradient of LSD's critic, and that of a denoising auto-encoder,
/// with N = 100 samples and H = 300 units in both hidden layers.
/// </summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class GraphBenchmarks
{
    private const int Samples = 100;

    private const int Hidden = 300;

    private readonly Device device = CpuDevices.CreateSimd();
    private LearnedSteinDiscrepancy critic = null!;
    private DenoisingAutoencoder autoencoder = null!;
    private Plan criticPlan = null!;
    private Plan autoencoderPlan = null!;
    private DeviceMatrix samples = null!;
    private DeviceMatrix scores = null!;

    /// <summary>D.</summary>
    [Params(10, 100, 200)]
    public int Dimension { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        samples = Rivals.Upload(device, Samples, Dimension, Rivals.Normal(Samples * Dimension, 1));
        scores = Rivals.Upload(device, Samples, Dimension, Rivals.Normal(Samples * Dimension, 2));
        critic = new LearnedSteinDiscrepancy(device, Samples, Dimension, Hidden, Hidden);
        critic.Parameters.Initialise(new PhiloxStream(1, StreamPurpose.CriticInitialisation));
        autoencoder = new DenoisingAutoencoder(device, Samples, Dimension, Hidden, sigma: 0.5);
        autoencoder.Parameters.Initialise(new PhiloxStream(1, StreamPurpose.AutoencoderInitialisation));
        var graph = new CriticGraph(Samples, Dimension, Hidden, Hidden, critic.Lambda);
        criticPlan = Compile(nameof(Critic), graph, graph.Objective(graph.Traces), critic.Parameters, critic.Gradient, Critic);
        Node loss = (graph.Output + graph.Scores).Square().SumRows().Mean();
        autoencoderPlan = Compile(
            nameof(Autoencoder), graph, loss, autoencoder.Parameters, autoencoder.Gradient, Autoencoder);
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("Critic", "Quick")]
    public void Critic() => critic.CriticGradient(samples, scores);

    [Benchmark]
    [BenchmarkCategory("Critic", "Quick")]
    public void CriticGraph() => criticPlan.Run();

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("Autoencoder")]
    public void Autoencoder() => autoencoder.LossGradient(samples, scores);

    [Benchmark]
    [BenchmarkCategory("Autoencoder")]
    public void AutoencoderGraph() => autoencoderPlan.Run();

    /// <summary>Compiles the gradient of a network, and fails unless it agrees with the one by hand.</summary>
    private Plan Compile(
        string what, CriticGraph graph, Node objective, NetworkParameters parameters, NetworkParameters gradient, Action byHand)
    {
        Node[] gradients = objective.Gradient(graph.Parameters);
        Plan plan = graph.Graph.Compile(device, gradients);
        plan.Bind(graph.Samples, samples);
        plan.Bind(graph.Scores, scores);
        graph.Bind(plan, parameters);
        plan.Run();
        byHand();
        for (int i = 0; i < gradients.Length; i++)
            Rivals.Agree($"{what}, tensor {i}", device.Read(gradient.All[i]), device.Read(plan[gradients[i]]), 1e-4);
        return plan;
    }
}
