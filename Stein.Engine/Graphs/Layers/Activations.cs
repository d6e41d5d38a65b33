namespace Stein.Engine.Graphs.Layers;

/// <summary>Activation functions by name, for settings.</summary>
public static class Activations
{
    private static readonly (string Name, Func<Node, Node> Function)[] Registry =
    [
        ("swish", x => x.Swish()),
        ("tanh", x => x.Tanh()),
        ("relu", x => x.Relu()),
        ("leaky-relu", x => x.LeakyRelu()),
        ("softplus", x => x.Softplus()),
        ("sigmoid", x => x.Sigmoid()),
        ("elu", x => x.Elu()),
        ("identity", x => x),
    ];

    /// <summary>The names of all functions.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Registry.Select(entry => entry.Name)];

    /// <summary>The function called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">No function has that name.</exception>
    public static Func<Node, Node> Find(string name)
        => Array.Find(Registry, entry => entry.Name == name).Function ?? throw new ArgumentException(
            $"unknown activation '{name}'; the activations are {string.Join(", ", Names)}", nameof(name));
}
