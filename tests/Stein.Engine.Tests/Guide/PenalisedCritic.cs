using Stein.Engine.Devices;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Optimization;
using Stein.Engine.Random;

namespace Stein.Engine.Tests.Guide;

/// <summary>
/// A critic f that tells samples from a model with a given score s: it maximises the mean of <c>s·f + tr J</c>, J being the Jacobian
/// matrix of f, less penalties on the squares of f and of the gradient of f along random directions.
/// </summary>
public sealed class PenalisedCritic
{
    private readonly Device device;
    private readonly Node samples, scores, directions, objective;
    private readonly Plan plan;
    private readonly Adam adam;

    public PenalisedCritic(Device device, int count, int dimension, int hidden, double lambda, double gamma, ulong seed)
    {
        this.device = device;
        var graph = new Graph();
        samples = graph.Input(count, dimension, "samples");
        scores = graph.Input(count, dimension, "scores");
        directions = graph.Input(count, dimension, "directions");
        var first = new Dense(graph, dimension, hidden, "first");
        var second = new Dense(graph, hidden, hidden, "second");
        var last = new Dense(graph, hidden, dimension, "last");
        Node critic = last.Of(second.Of(first.Of(samples).Swish()).Swish());
        Node value = ((scores * critic).SumRows() + critic.JacobianTrace(samples)).Mean();
        Node slopes = (directions * critic).Sum().Gradient(samples);
        objective = value - (lambda * critic.Square().SumRows().Mean()) - (gamma * slopes.Square().SumRows().Mean());
        Node[] gradients = objective.Gradient(graph.Parameters);

        Parameters = new ParameterSet(device, graph);
        Parameters.Initialise(new PhiloxStream(seed, StreamPurpose.CriticInitialisation));
        plan = graph.Compile(device, [objective, .. gradients]);
        Parameters.Bind(plan);
        Gradients = [.. gradients.Select(gradient => plan[gradient])];
        adam = new Adam(new AdamSettings(), Parameters.Matrices, Gradients, ascend: true);
    }

    public ParameterSet Parameters { get; }

    public IReadOnlyList<DeviceMatrix> Gradients { get; }

    /// <summary>Computes the objective and its gradient for samples, scores and directions (N×D, row-major).</summary>
    public double Evaluate(ReadOnlySpan<double> x, ReadOnlySpan<double> s, ReadOnlySpan<double> v)
    {
        device.Write(plan[samples], x);
        device.Write(plan[scores], s);
        device.Write(plan[directions], v);
        plan.Run();
        return device.Read(plan[objective])[0];
    }

    /// <summary>Takes a step along the gradient.</summary>
    public void Step() => adam.Step();
}
