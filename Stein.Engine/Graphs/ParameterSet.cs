using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Random;
using Stein.Engine.State;

namespace Stein.Engine.Graphs;

/// <summary>
/// The values of all parameters and states of a graph on a device. Plans that are bound to the same set share them, and the matrices can
/// be given to an optimiser.
/// </summary>
/// <remarks>Parameters and states that are recorded after the set was created are not in it.</remarks>
public sealed class ParameterSet : IStateful
{
    private readonly Node[] nodes;
    private readonly DeviceMatrix[] matrices;
    private readonly Node[] stateNodes;
    private readonly DeviceMatrix[] states;
    private readonly DeviceMatrix[] nextStates;
    private readonly Plan? advance;

    /// <summary>Allocates all matrices, with zeros.</summary>
    public ParameterSet(Device device, Graph graph)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(graph);
        (Device, nodes) = (device, [.. graph.Parameters]);
        matrices = [.. nodes.Select(Zeros)];
        Count = nodes.Sum(node => node.Rows * node.Columns);
        stateNodes = [.. graph.States.Select(pair => pair.State)];
        states = [.. stateNodes.Select(Zeros)];
        nextStates = [];
        if (states.Length > 0)
        {
            Node[] next = [.. graph.States.Select(pair => pair.Next)];
            advance = graph.Compile(device, next);
            Bind(advance);
            nextStates = [.. next.Select(node => advance[node])];
        }
    }

    /// <summary>Other parameters of the same graph, with zeros, and the same states.</summary>
    internal ParameterSet(ParameterSet other)
    {
        (Device, nodes, Count) = (other.Device, other.nodes, other.Count);
        (stateNodes, states, nextStates, advance) = (other.stateNodes, other.states, [], null);
        matrices = [.. nodes.Select(Zeros)];
    }

    /// <summary>The device that holds the matrices.</summary>
    public Device Device { get; }

    /// <summary>The parameters, in the order of recording.</summary>
    public IReadOnlyList<Node> Nodes => nodes;

    /// <summary>The values of <see cref="Nodes"/>, for an optimiser.</summary>
    public IReadOnlyList<DeviceMatrix> Matrices => matrices;

    /// <summary>The number of numbers in all parameters.</summary>
    public int Count { get; }

    /// <summary>The values of a parameter or a state.</summary>
    /// <exception cref="ArgumentException">The node is neither.</exception>
    public DeviceMatrix this[Node node]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(node);
            int parameter = Array.IndexOf(nodes, node), state = Array.IndexOf(stateNodes, node);
            return parameter >= 0 ? matrices[parameter]
                : state >= 0 ? states[state]
                : throw new ArgumentException($"{node} is neither a parameter nor a state of this set.", nameof(node));
        }
    }

    /// <summary>Makes a plan of the graph use these values from now on.</summary>
    /// <exception cref="ArgumentException">The plan is on another device or of another graph.</exception>
    public void Bind(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        for (int i = 0; i < nodes.Length; i++)
            plan.Bind(nodes[i], matrices[i]);
        for (int i = 0; i < states.Length; i++)
            plan.Bind(stateNodes[i], states[i]);
    }

    /// <summary>Compiles nodes of the graph to a plan that uses these values; see <see cref="Graph.Compile"/>.</summary>
    public Plan Compile(params IReadOnlyList<Node> outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentOutOfRangeException.ThrowIfZero(outputs.Count);
        Plan plan = outputs[0].Graph.Compile(Device, outputs);
        Bind(plan);
        return plan;
    }

    /// <summary>Draws the values of all parameters, in the order of recording, then those of all states.</summary>
    /// <exception cref="InvalidOperationException">
    /// A parameter or a state was recorded without an initialisation. Nothing has been written.
    /// </exception>
    public void Initialise(PhiloxStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Node[] all = [.. nodes, .. stateNodes];
        Initialisation[] initialisations = [.. all.Select(node => node.Graph.InitialisationOf(node)
            ?? throw new InvalidOperationException(
                $"{node} has no initialisation. Pass one where it is recorded, or write to its matrix instead of calling Initialise."))];
        for (int i = 0; i < all.Length; i++)
        {
            var values = new double[all[i].Rows * all[i].Columns];
            initialisations[i].Fill(stream, values, all[i].Rows, all[i].Columns);
            Device.Write(this[all[i]], values);
        }
    }

    /// <summary>
    /// Replaces the states by their next values, computed from the present parameters and states, such as one step of each power
    /// iteration. Call it once for each step of training. Does nothing if there are no states; allocates nothing.
    /// </summary>
    public void Advance()
    {
        advance?.Run();

        // What replaces a state may be an earlier state itself, so the later ones are replaced first.
        for (int i = nextStates.Length - 1; i >= 0; i--)
            Device.Map<Identity>(states[i], nextStates[i]);
    }

    /// <summary>Copies all parameters into one array: matrix after matrix, each row by row.</summary>
    /// <exception cref="ArgumentException">The length is not <see cref="Count"/>.</exception>
    public void Read(Span<double> destination)
    {
        RequireLength(destination.Length);
        int start = 0;
        foreach (DeviceMatrix matrix in matrices)
        {
            Device.Read(matrix, destination.Slice(start, matrix.Rows * matrix.Columns));
            start += matrix.Rows * matrix.Columns;
        }
    }

    /// <summary>Copies all parameters from one array, arranged as by <see cref="Read"/>.</summary>
    /// <exception cref="ArgumentException">The length is not <see cref="Count"/>.</exception>
    public void Write(ReadOnlySpan<double> source)
    {
        RequireLength(source.Length);
        int start = 0;
        foreach (DeviceMatrix matrix in matrices)
        {
            Device.Write(matrix, source.Slice(start, matrix.Rows * matrix.Columns));
            start += matrix.Rows * matrix.Columns;
        }
    }

    /// <summary>Copies parameters and states from a graph that recorded the same ones, such as that of other numbers of samples.</summary>
    /// <exception cref="ArgumentException">The numbers or shapes differ.</exception>
    internal void CopyFrom(ParameterSet other)
    {
        if (matrices.Length != other.matrices.Length || states.Length != other.states.Length)
            throw new ArgumentException("The other set has other parameters or states.", nameof(other));
        foreach ((DeviceMatrix copy, DeviceMatrix original) in matrices.Concat(states).Zip(other.matrices.Concat(other.states)))
            Device.Map<Identity>(copy, original);
    }

    /// <summary>Writes the parameters, then the states.</summary>
    public void Save(BinaryWriter writer)
    {
        matrices.SaveAll(writer);
        states.SaveAll(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        matrices.RestoreAll(reader);
        states.RestoreAll(reader);
    }

    private void RequireLength(int length)
    {
        if (length != Count)
            throw new ArgumentException($"{length} numbers are not the parameters of this set, which are {Count}.");
    }

    private DeviceMatrix Zeros(Node node) => Device.Allocate(node.Rows, node.Columns);
}
