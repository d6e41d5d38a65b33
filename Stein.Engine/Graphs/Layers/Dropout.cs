using Stein.Engine.Random;

namespace Stein.Engine.Graphs.Layers;

/// <summary>
/// Dropout (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, JMLR 15, 2014): in training each number is set to zero with a
/// probability, and otherwise divided by the probability of being kept, so that its mean stays the same. For evaluation, record the
/// network without it.
/// </summary>
/// <param name="Mask">The factors, an input that the caller draws before each run of training.</param>
/// <param name="Rate">The probability of zero.</param>
public sealed record Dropout(Node Mask, double Rate)
{
    /// <summary>Adds the input "name mask" to a graph.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not from 0 to below 1.</exception>
    public Dropout(Graph graph, int rows, int columns, double rate, string name)
        : this(Dense.RequireGraph(graph).Input(rows, columns, $"{name} mask"), rate)
    {
        if (!(rate >= 0 && rate < 1))
            throw new ArgumentOutOfRangeException(nameof(rate), rate, $"The rate cannot be {rate}; it must be from 0 to below 1.");
    }

    /// <summary>The input with some numbers set to zero.</summary>
    public Node Of(Node x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x * Mask;
    }

    /// <summary>Draws the factors 0 and <c>1/(1 − rate)</c> of a mask.</summary>
    public void Draw(PhiloxStream stream, Span<double> mask)
    {
        ArgumentNullException.ThrowIfNull(stream);
        foreach (ref double factor in mask)
            factor = stream.NextUniform() < Rate ? 0 : 1 / (1 - Rate);
    }
}
