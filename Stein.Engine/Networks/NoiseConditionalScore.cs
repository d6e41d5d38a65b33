using Stein.Engine.Devices;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;

namespace Stein.Engine.Networks;

/// <summary>
/// The loss of a score, of which all forms have the same mean but for a constant: <c>E‖s − ∇ log p_σ‖²</c>.
/// </summary>
internal enum ScoreMatching
{
    /// <summary>
    /// From the noise of each sample, whose mean given the noised sample is the score (Vincent, "A connection between score matching and
    /// denoising autoencoders", Neural Computation 23(7), 2011).
    /// </summary>
    Denoising,

    /// <summary>
    /// From noised samples alone, by partial integration, with the trace of the Jacobian matrix along a random direction for each (Song,
    /// Garg, Shi and Ermon, "Sliced score matching", UAI 2019, with the variance of <c>‖s‖²</c> reduced; entries ±1).
    /// </summary>
    Sliced,

    /// <summary>The same with the exact trace, D forward passes (Hyvärinen, JMLR 6, 2005).</summary>
    Exact,
}

/// <summary>The network of a <see cref="NoiseConditionalScore"/>, and how it is trained.</summary>
/// <param name="Hidden">The units of each hidden layer.</param>
/// <param name="Levels">Noise levels σ to train at, positive; one that occurs twice gets twice the share of the samples.</param>
/// <param name="Scales">τ, positive: the root mean square of each coordinate of the data (D).</param>
/// <param name="Adam">Of its training.</param>
internal sealed record NoiseConditionalSettings(
    IReadOnlyList<int> Hidden, IReadOnlyList<double> Levels, IReadOnlyList<double> Scales, AdamSettings Adam)
{
    /// <summary>Samples of each step, each with a noise level of its own.</summary>
    public int Batch { get; init; } = 256;

    /// <summary>The number of features of log σ, even; see <see cref="NoiseEmbedding"/>.</summary>
    public int Features { get; init; } = 16;

    /// <summary>Of the hidden layers; see <see cref="Activations"/>.</summary>
    public string Activation { get; init; } = "swish";

    /// <summary>The loss.</summary>
    public ScoreMatching Matching { get; init; }

    /// <summary>Of the learning rate; null for a constant one.</summary>
    public Schedule? Schedule { get; init; }
}

/// <summary>
/// The scores of the densities of data with noise of any standard deviation σ, <c>∇ log p_σ</c> with <c>p_σ = p * N(0, σ²I)</c>, by one
/// network that is told σ (Song and Ermon, "Generative modeling by estimating gradients of the data distribution", NeurIPS 2019), trained
/// by <see cref="ScoreMatching"/>.
/// </summary>
/// <remarks>
/// <para>
/// Each coordinate has <c>s = −x/(σ² + τ²) + τ F/(σ√(σ² + τ²))</c>, with a network F of <c>x/√(σ² + τ²)</c> and of features of log σ. The
/// first term is the score of a normal density with the variance of the data. For <c>x = y + σε</c> the loss is the mean of
/// <c>(F − t)²</c>, <c>t = (σy/τ − τε)/√(σ² + τ²)</c>, which is the mean of <c>(σs + ε)²</c> times <c>(σ² + τ²)/τ²</c>. So inputs and
/// targets of the network have variance 1 at all levels, however wide or small (Karras, Aittala, Aila and Laine, "Elucidating the design
/// space of diffusion-based generative models", NeurIPS 2022, table 1 and appendix B.6).
/// </para>
/// <para>
/// With <c>u = x/√(σ² + τ²)</c> partial integration gives <c>E[tF] = (σ/τ)(E[uF] − E[∂F/∂u])</c>, so that the other forms of score matching
/// have the loss <c>E[F² + 2(σ/τ)(∂F/∂u − uF)]</c>, summed over the coordinates, which is smaller by <c>E[t²]</c>.
/// </para>
/// <para>The best F leaves the loss <c>E‖t − E[t | x]‖²</c>, so a loss tells of errors only beside that of another network.</para>
/// </remarks>
internal sealed class NoiseConditionalScore : IStateful
{
    /// <summary>Points for which scores are computed at once.</summary>
    private const int Block = 256;

    private readonly Device device;
    private readonly NoiseConditionalSettings settings;
    private readonly int dimension;
    private readonly Node batch;
    private readonly Node embedding;
    private readonly Node targets;
    private readonly Node probes;
    private readonly Node loss;
    private readonly Node block;
    private readonly Node output;
    private readonly Plan learning;
    private readonly Plan forward;
    private readonly Adam adam;
    private readonly PhiloxStream stream;
    private readonly double[][] features;
    private readonly double[] batchPoints;
    private readonly double[] batchFeatures;
    private readonly double[] batchTargets;
    private readonly double[] batchProbes;
    private readonly double[] blockInputs;
    private readonly double[] blockOutputs;

    /// <param name="device">Where everything is computed.</param>
    /// <param name="settings">The network and its training.</param>
    /// <param name="seed">Of its first weights and of everything that it is trained with.</param>
    /// <param name="substream">Tells networks of the same seed apart.</param>
    /// <exception cref="ArgumentException">No level or coordinate, or a level or a scale is not positive and finite.</exception>
    public NoiseConditionalScore(Device device, NoiseConditionalSettings settings, uint seed, uint substream = 0)
    {
        RequirePositive(settings.Levels, "noise level");
        RequirePositive(settings.Scales, "scale");
        (this.device, this.settings, dimension) = (device, settings, settings.Scales.Count);
        int width = dimension + settings.Features;
        var graph = new Graph();
        batch = graph.Input(settings.Batch, dimension, "noised samples");
        embedding = graph.Input(settings.Batch, settings.Features, "noise levels");
        targets = graph.Input(settings.Batch, dimension, "targets or ratios");
        probes = graph.Input(settings.Batch, dimension, "probes");
        block = graph.Input(Block, width, "points");
        int[] widths = [width, .. settings.Hidden];

        // With smaller weights the units are nearly linear at first, and training stays for long at the score of a normal density.
        Dense[] hidden =
        [
            .. settings.Hidden.Select((units, i) => new Dense(graph, widths[i], units, $"hidden {i + 1}", Initialisation.HeNormal)),
        ];
        Dense last = new(graph, widths[^1], dimension, "scores");
        loss = Loss(Network(Node.ConcatenateColumns(batch, embedding)));
        output = Network(block);
        Node[] derivatives = loss.Gradient(graph.Parameters);

        Parameters = new ParameterSet(device, graph);
        Parameters.Initialise(new PhiloxStream(seed, StreamPurpose.AutoencoderInitialisation, substream));
        stream = new PhiloxStream(seed, StreamPurpose.DenoisingNoise, substream);
        (learning, forward) = (Parameters.Compile([loss, .. derivatives]), Parameters.Compile(output));
        Gradient = [.. derivatives.Select(derivative => learning[derivative])];
        adam = new Adam(settings.Adam, Parameters.Matrices, Gradient, schedule: settings.Schedule);
        features = [.. settings.Levels.Select(Features)];
        int entries = settings.Batch * dimension;
        (batchPoints, batchTargets, batchProbes) = (new double[entries], new double[entries], new double[entries]);
        batchFeatures = new double[settings.Batch * settings.Features];
        (blockInputs, blockOutputs) = (new double[Block * width], new double[Block * dimension]);

        Node Network(Node x)
            => last.Of(hidden.Aggregate(x, (layer, dense) => Activations.Find(settings.Activation)(dense.Of(layer))));

        // Where the loss is not that of denoising, the targets are the ratios σ/τ.
        Node Loss(Node values)
        {
            if (settings.Matching == ScoreMatching.Denoising)
                return (values - targets).Square().Mean();
            Node scaled = targets * values;
            Node traces = settings.Matching == ScoreMatching.Exact ? scaled.JacobianTrace(batch) : scaled.JacobianTrace(batch, probes);
            return ((values.Square() - (2 * (batch * scaled))).SumRows() + (2 * traces)).Mean() / dimension;
        }
    }

    /// <summary>Weights and biases, layer after layer.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The derivatives of the loss by <see cref="Parameters"/>, set by <see cref="Loss"/> and <see cref="Step"/>.</summary>
    public IReadOnlyList<DeviceMatrix> Gradient { get; }

    /// <summary>The number of steps done.</summary>
    public long Steps => adam.Steps;

    /// <summary>The root mean square of each coordinate of data, and no less than the smallest that is allowed.</summary>
    /// <param name="samples">N×D, row-major, N at least 1.</param>
    /// <param name="dimension">D.</param>
    /// <param name="smallest">For coordinates that are nearly constant.</param>
    /// <returns>D numbers, for <see cref="NoiseConditionalSettings.Scales"/>.</returns>
    public static double[] ScalesOf(double[] samples, int dimension, double smallest = 0)
    {
        double[][] rows = [.. samples.Chunk(dimension)];
        return [.. Enumerable.Range(0, dimension).Select(d => Math.Max(smallest, Math.Sqrt(rows.Average(row => row[d] * row[d]))))];
    }

    /// <summary>One step of Adam with samples, chosen at random with replacement, and new noise.</summary>
    /// <param name="samples">M×D, row-major; any M, and other samples at another step if need be.</param>
    /// <returns>The loss before the step.</returns>
    /// <exception cref="ArgumentException">There is no sample, or the last one is not complete.</exception>
    public double Step(ReadOnlySpan<double> samples)
    {
        double value = Loss(samples, stream);
        adam.Step();
        return value;
    }

    /// <summary>The loss at random samples, levels and noise, and its <see cref="Gradient"/>; nothing is learned.</summary>
    /// <param name="samples">M×D, row-major.</param>
    /// <param name="draws">Decides on samples, levels and noise.</param>
    /// <exception cref="ArgumentException">There is no sample, or the last one is not complete.</exception>
    public double Loss(ReadOnlySpan<double> samples, PhiloxStream draws)
    {
        RequireRows(samples.Length);
        if (samples.Length == 0)
            throw new ArgumentException("A network cannot be trained without samples.", nameof(samples));
        for (int row = 0; row < settings.Batch; row++)
        {
            int level = draws.NextInt32(settings.Levels.Count);
            double sigma = settings.Levels[level];
            ReadOnlySpan<double> sample = samples.Slice(draws.NextInt32(samples.Length / dimension) * dimension, dimension);
            features[level].CopyTo(batchFeatures, row * settings.Features);
            for (int d = 0; d < dimension; d++)
            {
                int entry = (row * dimension) + d;
                double scale = settings.Scales[d], length = Math.Sqrt((sigma * sigma) + (scale * scale)), noise = draws.NextNormal();
                batchPoints[entry] = (sample[d] + (sigma * noise)) / length;
                batchTargets[entry] = settings.Matching == ScoreMatching.Denoising
                    ? ((sigma * sample[d] / scale) - (scale * noise)) / length
                    : sigma / scale;
                if (settings.Matching == ScoreMatching.Sliced)
                    batchProbes[entry] = draws.NextNormal() < 0 ? -1 : 1;
            }
        }

        device.Write(learning[batch], batchPoints);
        device.Write(learning[embedding], batchFeatures);
        device.Write(learning[targets], batchTargets);
        if (settings.Matching == ScoreMatching.Sliced)
            device.Write(learning[probes], batchProbes);
        learning.Run();
        return device.Read(learning[loss])[0];
    }

    /// <summary>The scores with noise σ, which need not be a level that was trained.</summary>
    /// <param name="points">N×D, row-major; any N.</param>
    /// <param name="sigma">σ, positive.</param>
    /// <param name="scores">Receives N×D.</param>
    /// <exception cref="ArgumentException">The last point is not complete, or there are not as many scores.</exception>
    public void Score(ReadOnlySpan<double> points, double sigma, Span<double> scores)
    {
        RequireRows(points.Length);
        if (points.Length != scores.Length)
            throw new ArgumentException($"{points.Length} coordinates have as many scores, not {scores.Length}.", nameof(scores));
        double[] lengths = [.. settings.Scales.Select(scale => Math.Sqrt((sigma * sigma) + (scale * scale)))];
        double[] own = Features(sigma);
        int width = dimension + settings.Features;
        for (int row = 0; row < Block; row++)
            own.CopyTo(blockInputs, (row * width) + dimension);
        for (int start = 0; start < points.Length; start += Block * dimension)
        {
            int count = Math.Min(Block * dimension, points.Length - start);
            for (int i = 0; i < count; i++)
                blockInputs[(i / dimension * width) + (i % dimension)] = points[start + i] / lengths[i % dimension];
            device.Write(forward[block], blockInputs);
            forward.Run();
            device.Read(forward[output], blockOutputs);
            for (int i = 0; i < count; i++)
            {
                (double length, double scale) = (lengths[i % dimension], settings.Scales[i % dimension]);
                scores[start + i] = ((scale * blockOutputs[i] / sigma) - (points[start + i] / length)) / length;
            }
        }
    }

    /// <summary>Writes everything that scores and the steps to come depend on.</summary>
    public void Save(BinaryWriter writer) => Parts.SaveAll(writer);

    /// <inheritdoc/>
    public void Restore(BinaryReader reader) => Parts.RestoreAll(reader);

    private IReadOnlyList<IStateful> Parts => [Parameters, adam, stream];

    private double[] Features(double sigma)
    {
        var values = new double[settings.Features];
        NoiseEmbedding.Sinusoids([sigma], values);
        return values;
    }

    private void RequireRows(int length)
    {
        if (length % dimension != 0)
            throw new ArgumentException($"{length} numbers are not rows of {dimension} coordinates.");
    }

    private static void RequirePositive(IReadOnlyList<double> values, string what)
    {
        if (values.Count == 0)
            throw new ArgumentException($"A noise-conditional score needs at least one {what}.", nameof(values));
        foreach (double value in values)
        {
            if (!(value > 0 && double.IsFinite(value)))
                throw new ArgumentException($"A {what} cannot be {value}; it must be positive and finite.", nameof(values));
        }
    }
}
