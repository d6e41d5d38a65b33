namespace Stein.Engine.Graphs.Layers;

/// <summary>Limits the length of a gradient.</summary>
public static class GradientClipping
{
    /// <summary>
    /// The gradients of several parameters, all multiplied by the same factor so that their common Euclidean norm is at most
    /// <paramref name="maximum"/>. They keep their bits if it is anyway.
    /// </summary>
    /// <exception cref="ArgumentException">There is no gradient.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is not positive.</exception>
    public static Node[] ClippedByNorm(this IReadOnlyList<Node> gradients, double maximum)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximum);
        if (gradients.Count == 0)
            throw new ArgumentException("There is no gradient to clip.", nameof(gradients));
        Node norm = gradients.Select(gradient => gradient.Square().Sum()).Aggregate((sum, next) => sum + next).Sqrt();
        Node factor = 1 / (1 + ((norm / maximum) - 1).Relu());
        return [.. gradients.Select(gradient => gradient * factor)];
    }
}
