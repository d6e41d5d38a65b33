using Stein.Engine.Devices;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Engine.Generators;

/// <summary>The network of an <see cref="ImplicitSampler"/>.</summary>
/// <param name="Noise">The number of coordinates of z.</param>
/// <param name="Hidden">The units of each hidden layer.</param>
/// <param name="Dimension">D, the number of coordinates of a sample.</param>
/// <param name="Activation">Of the hidden layers; see <see cref="Activations"/>.</param>
/// <param name="Output">The activation of the samples.</param>
internal sealed record SamplerShape(
    int Noise, IReadOnlyList<int> Hidden, int Dimension, string Activation = "relu", string Output = "identity")
{
    /// <summary>Samples of a normal density with a covariance matrix of its own, <c>x = zW + μ</c>.</summary>
    public static SamplerShape Gaussian(int dimension) => new(dimension, [], dimension);

    /// <summary>Samples of independent normal coordinates, <c>x = z·σ + μ</c>: a mean field.</summary>
    public static SamplerShape MeanField(int dimension) => new(dimension, [], dimension) { IsMeanField = true };

    internal bool IsMeanField { get; init; }
}

/// <summary>
/// Samples <c>x = f(z)</c> of noise <c>z ~ N(0, I)</c>, f a network: a density q that can be sampled and not evaluated.
/// </summary>
/// <remarks>
/// With v the velocities at which the samples should move, the derivative of <c>(1/N) Σ_n v_n·f(z_n)</c> by the parameters, v held fixed,
/// moves them that way. For <c>v = s_p(x) − s_q(x)</c> it is minus that of <c>KL[q‖p]</c>, because the expectation of
/// <c>∂ log q/∂θ</c> is zero (Li and Turner, ICLR 2018, section 2); nothing is differentiated through an estimate of s_q.
/// </remarks>
internal sealed class ImplicitSampler
{
    private readonly Device device;
    private readonly Node noise;
    private readonly Node samples;
    private readonly Node velocities;
    private readonly Node[] derivatives;
    private readonly bool isGaussian;
    private readonly bool isMeanField;
    private readonly Plan forward;
    private readonly Lazy<Plan> backward;
    private readonly DeviceMatrix drawn;
    private readonly double[] hostNoise;

    /// <param name="device">Where everything is computed.</param>
    /// <param name="count">N, the number of samples of every draw.</param>
    /// <param name="shape">The network.</param>
    public ImplicitSampler(Device device, int count, SamplerShape shape)
    {
        (this.device, isMeanField) = (device, shape.IsMeanField);
        isGaussian = shape.Hidden.Count == 0 && shape.Output == "identity";
        var graph = new Graph();
        noise = graph.Input(count, shape.Noise, "noise");
        velocities = graph.Input(count, shape.Dimension, "velocities");
        Node layer = noise;
        foreach ((int index, int units) in shape.Hidden.Index())
            layer = Activations.Find(shape.Activation)(new Dense(graph, layer.Columns, units, $"hidden {index + 1}").Of(layer));
        Node output = shape.IsMeanField
            ? (noise * graph.Parameter(1, shape.Dimension, "deviations", Initialisation.Ones))
                + graph.Parameter(1, shape.Dimension, "means", Initialisation.Zeros)
            : new Dense(graph, layer.Columns, shape.Dimension, "samples", isGaussian ? Initialisation.Orthogonal : null).Of(layer);
        samples = Activations.Find(shape.Output)(output);
        derivatives = samples.VectorJacobianProduct(velocities / count, graph.Parameters);
        Parameters = new ParameterSet(device, graph);
        forward = Parameters.Compile(samples);
        backward = new(() => Parameters.Compile(derivatives));
        drawn = device.Allocate(count, shape.Noise);
        hostNoise = new double[count * shape.Noise];
    }

    /// <summary>N, the number of samples of every draw.</summary>
    public int Count => drawn.Rows;

    /// <summary>Weights and biases, layer after layer.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The derivatives by <see cref="Parameters"/>, set by <see cref="Follow"/>.</summary>
    public IReadOnlyList<DeviceMatrix> Gradient => [.. derivatives.Select(derivative => backward.Value[derivative])];

    /// <summary>Draws noise and computes samples (N×D), valid until the next draw.</summary>
    public DeviceMatrix Draw(PhiloxStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        foreach (ref double entry in hostNoise.AsSpan())
            entry = stream.NextNormal();
        device.Write(drawn, hostNoise);
        forward.Bind(noise, drawn);
        forward.Run();
        return forward[samples];
    }

    /// <summary>The density of the samples as it is now, where there are no hidden layers.</summary>
    /// <exception cref="InvalidOperationException">There are hidden layers: the density is not known.</exception>
    /// <exception cref="ArgumentException">The covariance matrix is singular.</exception>
    public GaussianMixture Density()
    {
        if (!isGaussian)
            throw new InvalidOperationException("The density of samples through hidden layers is not known.");
        double[] weights = device.Read(Parameters.Matrices[0]), means = device.Read(Parameters.Matrices[1]);
        int d = means.Length, rows = weights.Length / d;
        var covariance = new double[d * d];
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
            {
                for (int row = 0; row < rows; row++)
                    covariance[(i * d) + j] += isMeanField && i != j ? 0 : weights[(row * d) + i] * weights[(row * d) + j];
            }
        }

        return GaussianMixture.Full(d, [1], means, covariance);
    }

    /// <summary>Sets <see cref="Gradient"/> to the derivative of <c>(1/N) Σ_n v_n·f(z_n)</c> for the noise of the last draw.</summary>
    /// <param name="directions">v (N×D).</param>
    public void Follow(DeviceMatrix directions)
    {
        Plan plan = backward.Value;
        plan.Bind(noise, drawn);
        plan.Bind(velocities, directions);
        plan.Run();
    }
}
