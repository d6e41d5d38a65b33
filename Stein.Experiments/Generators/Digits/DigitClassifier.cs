using Stein.Engine.Devices;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Optimization;
using Stein.Engine.Random;

namespace Stein.Experiments.Generators.Digits;

/// <summary>What a classifier says of images: its last hidden layer (N×32, row-major) and its probabilities (N×10).</summary>
internal sealed record DigitOpinions(double[] Features, double[] Probabilities);

/// <summary>
/// A classifier of digits, 64-64-32-10 with rectifiers, by which samples are judged. It learns from images that neither a generator learns
/// from nor samples are compared with, with normal noise on every pixel, so that it does not depend on single ones.
/// </summary>
internal sealed class DigitClassifier
{
    /// <summary>Units of the last hidden layer.</summary>
    public const int Features = 32;

    /// <summary>The steps of its training, unless told otherwise.</summary>
    public const int Steps = 1500;

    private const int Hidden = 64;
    private const int Batch = 100;
    private const double Noise = 0.1;

    private readonly Device device;
    private readonly ParameterSet parameters;

    /// <summary>Trains it.</summary>
    /// <param name="device">Where everything is computed.</param>
    /// <param name="images">That it learns from.</param>
    /// <param name="seed">Of its start, its batches and the noise.</param>
    /// <param name="steps">Of its training.</param>
    public DigitClassifier(Device device, DigitImages images, uint seed, int steps = Steps)
    {
        this.device = device;
        var graph = new Graph();
        var network = new Network(graph, Batch);
        Node targets = graph.Input(Batch, DigitImages.Classes, "labels");
        Node[] gradient = (network.Logits.LogSumExp() - (targets * network.Logits).SumRows()).Mean().Gradient(graph.Parameters);
        parameters = new ParameterSet(device, graph);
        parameters.Initialise(new PhiloxStream(seed, StreamPurpose.Initialisation, 1));
        Plan plan = parameters.Compile(gradient);
        var adam = new Adam(
            new(), parameters.Matrices, [.. gradient.Select(node => plan[node])], ascend: false, Schedule.Cosine(steps));
        DeviceMatrix pixels = device.Allocate(Batch, DigitImages.Dimension), labels = device.Allocate(Batch, DigitImages.Classes);
        var stream = new PhiloxStream(seed, StreamPurpose.Batches, 1);
        for (int step = 0; step < steps; step++)
        {
            DigitImages batch = images.At([.. Enumerable.Range(0, Batch).Select(_ => stream.NextInt32(images.Count))]);
            device.Write(pixels, [.. batch.Pixels.Select(pixel => pixel + (Noise * stream.NextNormal()))]);
            device.Write(labels, [.. batch.Labels.SelectMany(OneHot)]);
            plan.Bind(network.Images, pixels);
            plan.Bind(targets, labels);
            plan.Run();
            adam.Step();
        }

        static IEnumerable<double> OneHot(int label) => Enumerable.Range(0, DigitImages.Classes).Select(k => k == label ? 1.0 : 0);
    }

    /// <summary>What it says of images (N×64, row-major).</summary>
    public DigitOpinions Judge(double[] images)
    {
        int count = images.Length / DigitImages.Dimension;
        var graph = new Graph();
        var network = new Network(graph, count);
        Node probabilities = network.Logits.Softmax();
        var copy = new ParameterSet(device, graph);
        copy.CopyFrom(parameters);
        Plan plan = copy.Compile(network.Features, probabilities);
        plan.Bind(network.Images, device.Upload(count, DigitImages.Dimension, images));
        plan.Run();
        return new(device.Read(plan[network.Features]), device.Read(plan[probabilities]));
    }

    private sealed class Network
    {
        public Network(Graph graph, int count)
        {
            Images = graph.Input(count, DigitImages.Dimension, "images");
            Node first = new Dense(graph, DigitImages.Dimension, Hidden, "hidden 1").Of(Images).Relu();
            Features = new Dense(graph, Hidden, DigitClassifier.Features, "hidden 2").Of(first).Relu();
            Logits = new Dense(graph, DigitClassifier.Features, DigitImages.Classes, "classes").Of(Features);
        }

        public Node Images { get; }

        public Node Features { get; }

        public Node Logits { get; }
    }
}
