using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Graphs;
using Stein.Engine.Optimization;
using Stein.Engine.Random;

namespace Examples;

public static class TrainNetwork
{
    public static void Main()
    {
        // Your samples, row after row. These are 5000 in 2 dimensions, with standard deviation 1.2.
        const int Count = 5000, Dimension = 2, Hidden = 16;
        var stream = new PhiloxStream(seed: 1, StreamPurpose.TrainingData);
        double[] samples = Normal(Count * Dimension, 1.2);

        // The network, and the loss of score matching: the mean of ½‖s‖² + tr ∇s.
        var graph = new Graph();
        Node x = graph.Input(Count, Dimension, "x");
        Node w1 = graph.Parameter(Dimension, Hidden, "w1");
        Node b1 = graph.Parameter(1, Hidden, "b1");
        Node w2 = graph.Parameter(Hidden, Dimension, "w2");
        Node score = (x.Multiply(w1) + b1).Tanh().Multiply(w2);
        Node loss = ((score.Square().SumRows() / 2) + score.JacobianTrace(x)).Mean();
        Node[] gradients = loss.Gradient(graph.Parameters);

        // A plan computes the loss and the gradients on a device, any number of times, without allocating memory.
        using Device device = DeviceCatalog.Create("auto");
        Plan plan = graph.Compile(device, [loss, .. gradients]);
        device.Write(plan[x], samples);
        foreach (Node parameter in graph.Parameters)
            device.Write(plan[parameter], Normal(parameter.Rows * parameter.Columns, 0.2));
        var adam = new Adam(
            new AdamSettings(LearningRate: 0.01),
            [.. graph.Parameters.Select(parameter => plan[parameter])],
            [.. gradients.Select(gradient => plan[gradient])]);
        for (int iteration = 0; iteration <= 200; iteration++)
        {
            plan.Run();
            if (iteration % 100 == 0)
                Console.WriteLine($"{iteration}: loss {device.Read(plan[loss])[0]:F2}");
            adam.Step();
        }

        double[] Normal(int count, double deviation) => [.. Enumerable.Range(0, count).Select(_ => deviation * stream.NextNormal())];
    }
}
