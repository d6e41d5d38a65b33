using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>
/// The sliced Stein discrepancy with learned functions f of each slice, maxSSD-g or -rg (Gong, Li and Hernández-Lobato, "Sliced
/// kernelized Stein discrepancy", ICLR 2021, equations 6 and 8, where kernels take the place of f):
/// <c>Σ_r E[r·s(x) f_r(g_r·x) + (r·g_r) f_r′(g_r·x) − λ f_r(g_r·x)²]</c>, climbed over f and g, and for -rg over r.
/// </summary>
/// <remarks>
/// <para>
/// f is a network with H hidden units, <c>f(z) = Σ_h v_h tanh(w_h z + b_h) + c</c>, with bounded w and zero at first, one for each
/// slice, and all slices are one graph. For given slices the optimum is known: <see cref="WitnessRegression"/>. Samples are shifted by
/// their mean and divided by their root mean square deviation, and scores multiplied by it.
/// </para>
/// <para>A <see cref="HeldOutAscent"/> with directions of unit length after every step. O(NRH) memory and operations for an epoch.</para>
/// </remarks>
internal sealed class SlicedWitness
{
    private readonly Device device;
    private readonly SlicedWitnessSettings settings;
    private readonly int dimension;
    private readonly int slices;
    private readonly int held;
    private readonly int[] order;
    private readonly Model batch;
    private readonly Model heldOut;
    private readonly Model tested;
    private readonly DeviceMatrix[] parameters;
    private readonly double[] centre;
    private double scale = 1;

    /// <summary>Allocates memory for functions of R slices that are learned from N samples in D dimensions and evaluated at M.</summary>
    /// <param name="count">N, at least <see cref="SliceAscent.MinSamples"/>.</param>
    /// <param name="points">M.</param>
    /// <param name="dimension">D.</param>
    /// <param name="slices">R.</param>
    public SlicedWitness(Device device, int count, int points, int dimension, int slices, SlicedWitnessSettings settings)
    {
        SampleMatrix.CheckAtLeast(count, SliceAscent.MinSamples, "number of samples", nameof(count));
        (this.device, this.settings, this.dimension, this.slices) = (device, settings, dimension, slices);
        centre = new double[dimension];
        held = Math.Clamp((int)(settings.HeldOut * count), 2, count - 2);
        order = new int[count - held];
        double steepness = settings.Steepness * Math.Pow(count, 0.2);
        batch = new(device, Math.Min(settings.BatchSize, order.Length), dimension, slices, steepness, settings);
        heldOut = new(device, held, dimension, slices, steepness, settings);
        tested = new(device, points, dimension, slices, steepness, settings);
        parameters = [.. batch.Parameters.Matrices];
        heldOut.Share(parameters);
        tested.Share(parameters);
    }

    /// <summary>The slices of the learned functions.</summary>
    public SliceSet Slices => new(
        dimension, SliceSet.ReadColumns(parameters[Model.ScoreDirections]), SliceSet.ReadColumns(parameters[Model.SampleDirections]));

    /// <summary>Learns from samples and scores (N×D, row-major), the last of which are held out.</summary>
    /// <param name="initialisation">Of the networks.</param>
    /// <param name="batches">The order of the minibatches.</param>
    /// <returns>The objective held out, at the start, where it is 0, and for what was learned.</returns>
    public (double Start, double End) Train(
        double[] samples, double[] scores, SliceSet start, PhiloxStream initialisation, PhiloxStream batches)
    {
        SetUnits(samples);
        (double[] x, double[] s) = (Scaled(samples), ScaledScores(scores));
        batch.Parameters.Initialise(initialisation);
        start.WriteTo(parameters[Model.ScoreDirections], parameters[Model.SampleDirections]);
        heldOut.Write(x.AsSpan(order.Length * dimension), s.AsSpan(order.Length * dimension));
        double[][] best = [.. parameters.Select(matrix => new double[matrix.Rows * matrix.Columns])];
        Adam[] optimisers = [];
        return settings.Ascent.Run(
            () =>
            {
                for (int i = 0; i < best.Length; i++)
                    device.Read(parameters[i], best[i]);
            },
            factor =>
            {
                for (int i = 0; i < best.Length; i++)
                    device.Write(parameters[i], best[i]);
                optimisers = batch.Optimisers(factor);
            },
            () => Epoch(x, s, optimisers, batches),
            heldOut.Objective);
    }

    /// <summary>The Stein terms <c>Σ_r [r·s f_r(g_r·x) + (r·g_r) f_r′(g_r·x)]</c> (M) of samples and scores (M×D).</summary>
    public double[] SteinTerms(double[] samples, double[] scores) => tested.SteinTerms(Scaled(samples), ScaledScores(scores));

    /// <summary>f of each slice (M×R, row-major) at samples (M×D), in the units of scores.</summary>
    public double[] Values(double[] samples)
    {
        double[] values = tested.Values(Scaled(samples));
        foreach (ref double value in values.AsSpan())
            value /= scale;
        return values;
    }

    private void Epoch(double[] x, double[] s, Adam[] optimisers, PhiloxStream stream)
    {
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        stream.Shuffle(order);
        for (int first = 0; first + batch.Count <= order.Length; first += batch.Count)
        {
            int[] rows = order[first..(first + batch.Count)];
            batch.Write(SampleMatrix.Select(x, dimension, rows), SampleMatrix.Select(s, dimension, rows));
            batch.Climb(optimisers);
        }
    }

    private void SetUnits(double[] samples)
    {
        int count = samples.Length / dimension;
        Array.Clear(centre);
        for (int i = 0; i < samples.Length; i++)
            centre[i % dimension] += samples[i] / count;
        double square = 0;
        for (int i = 0; i < samples.Length; i++)
            square += (samples[i] - centre[i % dimension]) * (samples[i] - centre[i % dimension]);
        scale = square > 0 ? Math.Sqrt(square / samples.Length) : 1;
    }

    private double[] Scaled(double[] samples) => [.. samples.Select((value, i) => (value - centre[i % dimension]) / scale)];

    private double[] ScaledScores(double[] scores) => [.. scores.Select(value => value * scale)];

    /// <summary>The graph for a number of samples. All share parameters.</summary>
    private sealed class Model
    {
        public const int SampleDirections = 4;
        public const int ScoreDirections = 5;

        private readonly Device device;
        private readonly SlicedWitnessSettings settings;
        private readonly DeviceMatrix samples;
        private readonly DeviceMatrix scores;
        private readonly Node input;
        private readonly Node inputScores;
        private readonly Node values;
        private readonly Node terms;
        private readonly Node objective;
        private readonly Node g;
        private readonly Node r;
        private readonly int[] trained;
        private readonly Node[] gradients;
        private readonly Plan plan;
        private readonly Plan gradientPlan;
        private readonly Plan unitPlan;

        public Model(Device device, int count, int dimension, int slices, double steepness, SlicedWitnessSettings settings)
        {
            (this.device, this.settings, Count) = (device, settings, count);
            int hidden = settings.Hidden, units = slices * hidden;
            samples = device.Allocate(count, dimension);
            scores = device.Allocate(count, dimension);
            var graph = new Graph();
            input = graph.Input(count, dimension, "samples");
            inputScores = graph.Input(count, dimension, "scores");
            Node weight = steepness * (graph.Parameter(1, units, "w", Initialisation.Normal(1.5)) / steepness).Tanh();
            Node bias = graph.Parameter(1, units, "b", Initialisation.Normal(1.5));
            Node outer = graph.Parameter(1, units, "v", Initialisation.Zeros);
            Node offset = graph.Parameter(1, slices, "c", Initialisation.Zeros);
            g = Unit(graph.Parameter(dimension, slices, "g", Initialisation.Zeros));
            r = Unit(graph.Parameter(dimension, slices, "r", Initialisation.Zeros));
            Node along = input.Multiply(g).Reshape(count * slices, 1).Expand(count * slices, hidden).Reshape(count, units);
            Node activation = ((along * weight) + bias).Tanh();
            values = PerSlice(activation * outer) + offset;
            Node slopes = PerSlice((1 - activation.Square()) * (outer * weight));
            Node steins = (inputScores.Multiply(r) * values) + ((r * g).SumColumns() * slopes);
            terms = steins.SumRows();
            objective = (steins - (settings.Penalty * values.Square())).Sum() / count;
            Parameters = new ParameterSet(device, graph);
            trained = [
                .. Enumerable.Range(0, SampleDirections),
                .. settings.ClimbsSampleDirections ? [SampleDirections] : Array.Empty<int>(),
                .. settings.ClimbsScoreDirections ? [ScoreDirections] : Array.Empty<int>()];
            gradients = objective.Gradient([.. trained.Select(i => graph.Parameters[i])]);
            plan = Compile(values, terms, objective);
            gradientPlan = Compile(gradients);
            unitPlan = Compile(g, r);

            Node PerSlice(Node unitValues) => unitValues.Reshape(count * slices, hidden).SumRows().Reshape(count, slices);

            Plan Compile(params Node[] outputs)
            {
                Plan compiled = graph.Compile(device, outputs);
                Parameters.Bind(compiled);
                compiled.Bind(input, samples);
                compiled.Bind(inputScores, scores);
                return compiled;
            }
        }

        public int Count { get; }

        public ParameterSet Parameters { get; }

        private static Node Unit(Node directions) => directions / directions.Square().SumColumns().Sqrt();

        public void Share(DeviceMatrix[] matrices)
        {
            for (int i = 0; i < matrices.Length; i++)
                plan.Bind(Parameters.Nodes[i], matrices[i]);
        }

        public void Write(ReadOnlySpan<double> x, ReadOnlySpan<double> s)
        {
            device.Write(samples, x);
            device.Write(scores, s);
        }

        public double Objective()
        {
            plan.Run();
            return device.Read(plan[objective])[0];
        }

        public double[] SteinTerms(double[] x, double[] s)
        {
            Write(x, s);
            plan.Run();
            return device.Read(plan[terms]);
        }

        public double[] Values(double[] x)
        {
            device.Write(samples, x);
            plan.Run();
            return device.Read(plan[values]);
        }

        /// <summary>One for the functions, and one for the directions that climb.</summary>
        public Adam[] Optimisers(double factor)
        {
            return [Adam(i => i < SampleDirections, settings.LearningRate), Adam(i => i >= SampleDirections, settings.DirectionRate)];

            Adam Adam(Predicate<int> isChosen, double rate) => new(
                new AdamSettings(rate * factor),
                [.. trained.Where(i => isChosen(i)).Select(i => Parameters.Matrices[i])],
                [.. trained.Index().Where(pair => isChosen(pair.Item)).Select(pair => gradientPlan[gradients[pair.Index]])],
                ascend: true);
        }

        public void Climb(Adam[] optimisers)
        {
            gradientPlan.Run();
            foreach (Adam optimiser in optimisers)
                optimiser.Step();
            unitPlan.Run();
            device.Map<Identity>(Parameters.Matrices[SampleDirections], unitPlan[g]);
            device.Map<Identity>(Parameters.Matrices[ScoreDirections], unitPlan[r]);
        }
    }
}
