using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Graphs;
using Stein.Engine.Networks;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Graphs;

/// <summary>The networks that are differentiated by hand, as graphs: the same values and gradients, in double precision.</summary>
public class NetworkOracleTests
{
    private const double Tolerance = 1e-12;

    public static TheoryData<int, int, int, int> Shapes => new()
    {
        { 5, 3, 4, 6 },
        { 1, 1, 1, 1 },
        { 2, 7, 3, 2 },
        { 17, 9, 33, 16 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_learned_stein_discrepancy(int count, int dimension, int hidden1, int hidden2)
    {
        const double Lambda = 0.7;
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(5);
        DeviceMatrix samples = draw.NormalOn(device, count, dimension);
        DeviceMatrix scores = draw.NormalOn(device, count, dimension);
        var byHand = new LearnedSteinDiscrepancy(device, count, dimension, hidden1, hidden2, Lambda);
        byHand.Parameters.Initialise(new PhiloxStream(1, StreamPurpose.CriticInitialisation));
        var graph = new CriticGraph(count, dimension, hidden1, hidden2, Lambda);
        foreach (bool exactTrace in new[] { false, true })
        {
            Node traces = exactTrace ? graph.Output.JacobianTrace(graph.Samples) : graph.Traces;
            Node value = graph.Value(traces);
            Node objective = graph.Objective(traces);
            Node[] gradients = objective.Gradient(graph.Parameters);
            Plan plan = graph.Graph.Compile(device, [value, traces, graph.Penalty, .. gradients]);
            plan.Bind(graph.Samples, samples);
            plan.Bind(graph.Scores, scores);
            graph.Bind(plan, byHand.Parameters);
            plan.Run();

            double[] expectedTraces = byHand.PerSample(samples, scores).Traces;
            Checks.CloseInMaximum("traces", expectedTraces, device.Read(plan[traces]), Tolerance);
            Checks.CloseInMaximum("value", [byHand.Value(samples, scores)], device.Read(plan[value]), Tolerance);
            Checks.CloseInMaximum("penalty", [byHand.Penalty() - (dimension * 1e-6)], device.Read(plan[graph.Penalty]), Tolerance);
            byHand.CriticGradient(samples, scores);
            for (int tensor = 0; tensor < gradients.Length; tensor++)
            {
                Checks.CloseInMaximum(
                    $"tensor {tensor}", device.Read(byHand.Gradient.All[tensor]), device.Read(plan[gradients[tensor]]), Tolerance);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Hutchinsons_estimate_of_the_trace(int count, int dimension, int hidden1, int hidden2)
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(6);
        DeviceMatrix samples = draw.NormalOn(device, count, dimension);
        DeviceMatrix probe = draw.NormalOn(device, 1, dimension);
        var byHand = new LearnedSteinDiscrepancy(device, count, dimension, hidden1, hidden2);
        byHand.Parameters.Initialise(new PhiloxStream(1, StreamPurpose.CriticInitialisation));
        byHand.SetProbes(probe);
        var graph = new CriticGraph(count, dimension, hidden1, hidden2, 1);
        Node probes = graph.Graph.Input(1, dimension, "probe");
        Node traces = graph.Output.JacobianTrace(graph.Samples, probes);
        Plan plan = graph.Graph.Compile(device, traces);
        plan.Bind(graph.Samples, samples);
        plan.Bind(probes, probe);
        graph.Bind(plan, byHand.Parameters);
        plan.Run();
        Checks.CloseInMaximum("traces", byHand.PerSample(samples, samples).Traces, device.Read(plan[traces]), Tolerance);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_denoising_autoencoder(int count, int dimension, int hidden, int batch)
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(7);
        DeviceMatrix noised = draw.NormalOn(device, count + batch, dimension);
        DeviceMatrix noise = draw.NormalOn(device, count + batch, dimension);
        var byHand = new DenoisingAutoencoder(device, count + batch, dimension, hidden, sigma: 0.5);
        byHand.Parameters.Initialise(new PhiloxStream(2, StreamPurpose.AutoencoderInitialisation));
        var graph = new CriticGraph(count + batch, dimension, hidden, hidden, 0);
        Node losses = (graph.Output + graph.Scores).Square().SumRows();
        Node[] gradients = losses.Mean().Gradient(graph.Parameters);
        Plan plan = graph.Graph.Compile(device, [losses, .. gradients]);
        plan.Bind(graph.Samples, noised);
        plan.Bind(graph.Scores, noise);
        graph.Bind(plan, byHand.Parameters);
        plan.Run();

        Checks.CloseInMaximum("losses", byHand.Losses(noised, noise), device.Read(plan[losses]), Tolerance);
        byHand.LossGradient(noised, noise);
        for (int tensor = 0; tensor < gradients.Length; tensor++)
        {
            Checks.CloseInMaximum(
                $"tensor {tensor}", device.Read(byHand.Gradient.All[tensor]), device.Read(plan[gradients[tensor]]), Tolerance);
        }
    }
}
