namespace Stein.Engine.Graphs.Layers;

/// <summary>
/// A convolution of small images with zeros around them, or its transpose. Each row of a matrix is an image (<see cref="ImageShape"/>).
/// </summary>
/// <remarks>
/// The kernel is unrolled to the matrix of the whole linear map, of input size by output size, which acts on all images by one product;
/// this makes a convolution of 8×8 images by a kernel of 3×3 cost 7 times the operations that it needs, but all of them at the speed of
/// matrix products, and everything that works with <see cref="Dense"/> works with it.
/// </remarks>
public sealed record Convolution
{
    private readonly Node matrix;

    /// <summary>Adds the parameters "name weight" and "name bias" to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The shape of the images.</param>
    /// <param name="channels">The number of channels of the output.</param>
    /// <param name="kernel">The height and the width of the kernel.</param>
    /// <param name="name">The name, for messages.</param>
    /// <param name="stride">The step of the kernel in pixels of the larger image.</param>
    /// <param name="padding">The number of zeros around the larger image on each side.</param>
    /// <param name="isTransposed">
    /// Whether to apply the transpose of a convolution from the output's shape to the input's, which enlarges images if the stride is
    /// above 1.
    /// </param>
    /// <param name="initialisation">As for <see cref="Dense"/>; the fan-in is the number of weights of the kernel for one channel.</param>
    /// <exception cref="ArgumentException">The kernel is larger than the larger image with its padding.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the padding is negative.</exception>
    public Convolution(
        Graph graph,
        ImageShape input,
        int channels,
        int kernel,
        string name,
        int stride = 1,
        int padding = 0,
        bool isTransposed = false,
        Initialisation? initialisation = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernel, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        Output = new(Resize(input.Height), Resize(input.Width), channels);
        if (Output.Height < 1 || Output.Width < 1)
            throw new ArgumentException($"A kernel of {kernel}×{kernel} does not fit into images of {input.Height}×{input.Width}.");
        (ImageShape large, ImageShape small) = isTransposed ? (Output, input) : (input, Output);
        int fanIn = kernel * kernel * large.Channels;
        Weight = graph.Parameter(fanIn, small.Channels, $"{name} weight", initialisation ?? Initialisation.FanInUniform);
        Bias = graph.Parameter(1, channels, $"{name} bias", Dense.BiasInitialisation(fanIn, initialisation));
        Node unrolled = Unroll(large, small, kernel, stride, padding);
        matrix = isTransposed ? unrolled.Transpose() : unrolled;

        int Resize(int size) => isTransposed
            ? ((size - 1) * stride) + kernel - (2 * padding)
            : (size + (2 * padding) - kernel + stride) / stride;
    }

    /// <summary>The kernel: rows are its pixels, each with all channels of the larger image, columns the channels of the smaller.</summary>
    public Node Weight { get; }

    /// <summary>The bias of each channel of the output.</summary>
    public Node Bias { get; }

    /// <summary>The shape of the output.</summary>
    public ImageShape Output { get; }

    /// <summary>The output (N×output size) for images (N×input size).</summary>
    public Node Of(Node images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.Multiply(matrix) + Bias.Repeat(Output.Pixels).Reshape(1, Output.Size);
    }

    /// <summary>
    /// The matrix of the convolution from the larger to the smaller images. A constant matrix selects for each pair of pixels (p, q) the
    /// pixel of the kernel between them; its rows are then arranged from (p, q, channel) to (p, channel, q).
    /// </summary>
    private Node Unroll(ImageShape large, ImageShape small, int kernel, int stride, int padding)
    {
        var selection = new double[large.Pixels * small.Pixels * kernel * kernel];
        var order = new int[large.Pixels * large.Channels * small.Pixels];
        for (int p = 0; p < large.Pixels; p++)
        {
            for (int q = 0; q < small.Pixels; q++)
            {
                int pair = (p * small.Pixels) + q;
                int row = (p / large.Width) + padding - (q / small.Width * stride);
                int column = (p % large.Width) + padding - (q % small.Width * stride);
                if (row >= 0 && row < kernel && column >= 0 && column < kernel)
                    selection[(pair * kernel * kernel) + (row * kernel) + column] = 1;
                for (int c = 0; c < large.Channels; c++)
                    order[(((p * large.Channels) + c) * small.Pixels) + q] = (pair * large.Channels) + c;
            }
        }

        Node selected = Weight.Graph.Constant(large.Pixels * small.Pixels, kernel * kernel, selection)
            .Multiply(Weight.Reshape(kernel * kernel, large.Channels * small.Channels))
            .Reshape(order.Length, small.Channels);
        return (large.Channels == 1 ? selected : selected.GatherRows(order)).Reshape(large.Size, small.Size);
    }
}
