using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;

namespace Stein.Engine.Generators;

/// <summary>One step of N particles, as it was taken; N×D each, row-major.</summary>
/// <param name="Positions">Before it.</param>
/// <param name="Scores">At these positions.</param>
/// <param name="Noise">ε.</param>
/// <param name="Velocities">At which the particles should move from where it ended.</param>
internal sealed record Transition(double[] Positions, double[] Scores, double[] Noise, double[] Velocities);

/// <summary>
/// The step of a sampler that is learned, <c>θ′ = θ + ζ Δ(θ, s) + σ(θ, s)·ε</c>, <c>s = ∇ log p(θ)</c>, <c>ε ~ N(0, I)</c>. Drift Δ and
/// deviation σ of a coordinate are computed from its θ and s alone, by a network that all coordinates share: it fits any dimension.
/// </summary>
/// <remarks>
/// Li and Turner, Gradient estimators for implicit models, ICLR 2018, section 4.2: a hidden layer of softplus units, from which Δ is linear
/// and σ, in their paper, a rectifier. Where particles start too far apart, they first have to come together, which pushes a rectifier
/// below zero for good, and nothing is random any more; so σ may be a softplus. Weights start small, as in their code.
/// </remarks>
internal sealed class LearnedTransition
{
    /// <summary>About what σ is before training.</summary>
    public const double FirstDeviation = 0.05;

    private readonly Device device;
    private readonly Node positions;
    private readonly Node scores;
    private readonly Node noise;
    private readonly Node upstream;
    private readonly Node moved;
    private readonly Node deviations;
    private readonly Node[] byParameters;
    private readonly Node byPositions;
    private readonly Plan forward;
    private readonly Lazy<Plan> backward;
    private readonly DeviceMatrix[] gradient;
    private readonly DeviceMatrix velocities;

    /// <param name="device">Where everything is computed.</param>
    /// <param name="particles">N.</param>
    /// <param name="dimension">D.</param>
    /// <param name="hidden">Softplus units.</param>
    /// <param name="stepSize">ζ.</param>
    /// <param name="isRectified">Whether σ is a rectifier, as in the paper, or a softplus.</param>
    public LearnedTransition(Device device, int particles, int dimension, int hidden, double stepSize, bool isRectified = false)
    {
        this.device = device;
        var graph = new Graph();
        positions = graph.Input(particles, dimension, "positions");
        scores = graph.Input(particles, dimension, "scores");
        noise = graph.Input(particles, dimension, "noise");
        upstream = graph.Input(particles, dimension, "upstream");
        int coordinates = particles * dimension;
        Node inputs = Node.ConcatenateColumns(positions.Reshape(coordinates, 1), scores.Reshape(coordinates, 1));
        var small = Initialisation.Normal(0.01);
        Node units = new Dense(graph, 2, hidden, "hidden", small).Of(inputs).Softplus();
        Node drift = new Dense(graph, hidden, 1, "drift", small).Of(units);
        double bias = isRectified ? FirstDeviation : Math.Log(Math.Exp(FirstDeviation) - 1);
        Node deviation = new Dense(
            graph.Parameter(hidden, 1, "deviation weight", small),
            graph.Parameter(1, 1, "deviation bias", Initialisation.Constant(bias))).Of(units);
        deviations = (isRectified ? deviation.Relu() : deviation.Softplus()).Reshape(particles, dimension);
        moved = positions + (stepSize * drift.Reshape(particles, dimension)) + (noise * deviations);
        Node[] derivatives = moved.VectorJacobianProduct(upstream, [.. graph.Parameters, positions]);
        (byParameters, byPositions) = (derivatives[..^1], derivatives[^1]);
        Parameters = new ParameterSet(device, graph);
        forward = Parameters.Compile(moved, deviations);
        backward = new(() => Parameters.Compile(derivatives));
        gradient = [.. byParameters.Select(node => device.Allocate(node.Rows, node.Columns))];
        velocities = device.Allocate(particles, dimension);
    }

    /// <summary>Weights and biases.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The derivatives by <see cref="Parameters"/>, set by <see cref="Follow"/>.</summary>
    public IReadOnlyList<DeviceMatrix> Gradient => gradient;

    /// <summary>σ of each coordinate (N×D, row-major) in the last <see cref="Step"/>.</summary>
    public double[] Deviations => device.Read(forward[deviations]);

    /// <summary>Moves particles by one step.</summary>
    /// <param name="particles">θ (N×D, row-major), replaced by θ′.</param>
    /// <param name="particleScores">s (N×D).</param>
    /// <param name="draws">ε (N×D).</param>
    public void Step(double[] particles, double[] particleScores, double[] draws)
    {
        device.Write(forward[positions], particles);
        device.Write(forward[scores], particleScores);
        device.Write(forward[noise], draws);
        forward.Run();
        device.Read(forward[moved], particles);
    }

    /// <summary>
    /// Sets <see cref="Gradient"/> to the derivative of <c>(1/N) Σ_t Σ_n v_tn·θ_tn</c> over successive steps, θ_t the positions after step
    /// t and v_t its velocities, which moves all of them that way. Velocities, noise and scores are held fixed: positions of one step
    /// depend on those before as <see cref="Step"/>'s first argument, and not by way of the scores, whose derivatives would be Hessians.
    /// </summary>
    /// <param name="steps">At least one, each from where the one before ended.</param>
    public void Follow(IReadOnlyList<Transition> steps)
    {
        Plan plan = backward.Value;
        for (int t = steps.Count - 1; t >= 0; t--)
        {
            bool isFirst = t == steps.Count - 1;
            Transition step = steps[t];
            device.Write(plan[positions], step.Positions);
            device.Write(plan[scores], step.Scores);
            device.Write(plan[noise], step.Noise);
            device.Write(velocities, step.Velocities);
            double share = 1.0 / velocities.Rows;
            if (isFirst)
                device.Map<Scaled>(plan[upstream], velocities, p: share);
            else
                device.Map<AddScaled>(plan[upstream], plan[byPositions], velocities, p: share);
            plan.Run();
            foreach ((DeviceMatrix sum, Node node) in gradient.Zip(byParameters))
            {
                if (isFirst)
                    device.Map<Identity>(sum, plan[node]);
                else
                    device.Map<AddScaled>(sum, sum, plan[node], p: 1);
            }
        }
    }
}
