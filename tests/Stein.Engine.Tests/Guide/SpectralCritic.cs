using Stein.Engine.Devices;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Optimization;
using Stein.Engine.Random;

namespace Stein.Engine.Tests.Guide;

/// <summary>
/// A critic as in <see cref="PenalisedCritic"/> that spectral normalisation keeps from being steep; the rate of its optimiser rises, then
/// falls, and long gradients are shortened.
/// </summary>
public sealed class SpectralCritic
{
    private readonly Device device;
    private readonly Node samples, scores, objective;
    private readonly Plan plan;
    private readonly Adam adam;

    public SpectralCritic(Device device, int count, int dimension, int hidden, double lambda, ulong seed)
    {
        this.device = device;
        var graph = new Graph();
        samples = graph.Input(count, dimension, "samples");
        scores = graph.Input(count, dimension, "scores");
        Dense first = new Dense(graph, dimension, hidden, "first").WithSpectralNorm();
        Dense second = new Dense(graph, hidden, hidden, "second").WithSpectralNorm();
        Dense last = new Dense(graph, hidden, dimension, "last").WithSpectralNorm(hasGain: true);
        Node critic = last.Of(second.Of(first.Of(samples).Swish()).Swish());
        Node value = ((scores * critic).SumRows() + critic.JacobianTrace(samples)).Mean();
        objective = value - (lambda * critic.Square().SumRows().Mean());
        Node[] gradients = objective.Gradient(graph.Parameters).ClippedByNorm(10);

        Parameters = new ParameterSet(device, graph);
        Parameters.Initialise(new PhiloxStream(seed, StreamPurpose.CriticInitialisation));
        plan = graph.Compile(device, [objective, .. gradients]);
        Parameters.Bind(plan);
        Gradients = [.. gradients.Select(gradient => plan[gradient])];
        Schedule schedule = Schedule.Cosine(1000).AfterWarmUp(10);
        adam = new Adam(new AdamSettings(), Parameters.Matrices, Gradients, ascend: true, schedule);
    }

    public ParameterSet Parameters { get; }

    public IReadOnlyList<DeviceMatrix> Gradients { get; }

    /// <summary>Computes the objective and its gradient for samples and scores (N×D, row-major).</summary>
    public double Evaluate(ReadOnlySpan<double> x, ReadOnlySpan<double> s)
    {
        device.Write(plan[samples], x);
        device.Write(plan[scores], s);
        plan.Run();
        return device.Read(plan[objective])[0];
    }

    /// <summary>Takes a step along the gradient, then one of the power iterations.</summary>
    public void Step()
    {
        adam.Step();
        Parameters.Advance();
    }
}
