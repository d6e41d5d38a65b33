using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Graphs.Layers;

/// <summary>Convolutions against sums over the kernel.</summary>
public class ConvolutionTests
{
    public static TheoryData<int, int, int, int, int, int, int> Shapes => new()
    {
        { 8, 8, 1, 3, 3, 1, 1 },
        { 8, 8, 2, 3, 3, 2, 1 },
        { 4, 6, 3, 2, 2, 2, 0 },
        { 5, 3, 2, 1, 3, 1, 2 },
        { 1, 1, 2, 2, 1, 1, 0 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void By_definition(int height, int width, int channels, int outputs, int kernel, int stride, int padding)
    {
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        var input = new ImageShape(height, width, channels);
        Node x = graph.Input(2, input.Size, "x");
        var layer = new Convolution(graph, input, outputs, kernel, "layer", stride, padding);
        var adjoint = new Convolution(
            graph, layer.Output, channels, kernel, "adjoint", stride, padding, isTransposed: true, Initialisation.Zeros);
        Node images = layer.Of(x), back = adjoint.Of(images);
        Plan plan = graph.Compile(device, images, back);
        var draw = new Draw(31);
        double[] pixels = draw.Normal(2 * input.Size), weight = draw.Normal(layer.Weight.Rows * outputs), bias = draw.Normal(outputs);
        device.Write(plan[x], pixels);
        device.Write(plan[layer.Weight], weight);
        device.Write(plan[layer.Bias], bias);
        device.Write(plan[adjoint.Weight], weight);
        _ = plan[adjoint.Bias];
        plan.Run();

        ImageShape output = layer.Output;
        Assert.Equal(((height + (2 * padding) - kernel) / stride) + 1, output.Height);
        var expected = new double[2 * output.Size];
        bool fits = adjoint.Output == input;
        var expectedBack = new double[fits ? 2 * input.Size : 0];
        foreach ((int to, int from, int weightIndex) in Pairs())
            expected[to] += weight[weightIndex] * pixels[from];
        for (int i = 0; i < expected.Length; i++)
            expected[i] += bias[i % outputs];
        Checks.CloseInMaximum("images", expected, device.Read(plan[images]), 1e-14);
        foreach ((int to, int from, int weightIndex) in Pairs())
        {
            if (fits)
                expectedBack[from] += weight[weightIndex] * expected[to];
        }

        if (fits)
            Checks.CloseInMaximum("transpose", expectedBack, device.Read(plan[back]), 1e-14);

        // Every term of the convolution: the output entry, the input entry and the weight between them.
        IEnumerable<(int To, int From, int Weight)> Pairs()
        {
            for (int i = 0; i < 2 * output.Size; i++)
            {
                (int image, int channel, int pixel) = (i / output.Size, i % outputs, i % output.Size / outputs);
                for (int k = 0; k < kernel * kernel * channels; k++)
                {
                    int row = (pixel / output.Width * stride) - padding + (k / channels / kernel);
                    int column = (pixel % output.Width * stride) - padding + (k / channels % kernel);
                    if (row < 0 || row >= height || column < 0 || column >= width)
                        continue;
                    int from = (image * input.Size) + (((row * width) + column) * channels) + (k % channels);
                    yield return (i, from, (k * outputs) + channel);
                }
            }
        }
    }

    [Fact]
    public void A_stride_of_two_halves_and_doubles()
    {
        var graph = new Graph();
        var half = new Convolution(graph, new(8, 8, 1), 16, 4, "half", stride: 2, padding: 1);
        Assert.Equal(new ImageShape(4, 4, 16), half.Output);
        Assert.Equal(new(8, 8, 1), new Convolution(graph, half.Output, 1, 4, "double", stride: 2, padding: 1, isTransposed: true).Output);
        Assert.Throws<ArgumentException>(() => new Convolution(graph, new(2, 2, 1), 1, 3, "too large"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Convolution(graph, new(2, 2, 1), 1, 0, "empty"));
    }
}
