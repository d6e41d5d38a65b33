namespace Stein.Engine.Graphs.Layers;

/// <summary>Normalisations of a weight matrix (inputs×outputs), which can replace it in a layer.</summary>
public static class WeightNormalisation
{
    /// <summary>
    /// <c>W/σ</c>, where σ approximates the largest singular value of W by a power iteration, so that the layer hardly stretches any
    /// direction (Miyato, Kataoka, Koyama and Yoshida, "Spectral normalization for generative adversarial networks", ICLR 2018,
    /// algorithm 1).
    /// </summary>
    /// <remarks>
    /// <c>σ = ‖uW‖</c>, where the unit vector u is a state of the graph: <see cref="ParameterSet.Advance"/> replaces it by
    /// <c>uWWᵀ/‖uWWᵀ‖</c>, one step of the iteration, and derivatives take it for a constant. σ is never larger than the singular
    /// value, and a good approximation only after a few steps. The matrix must not be zero.
    /// </remarks>
    /// <param name="weight">W.</param>
    /// <param name="hasGain">Whether the result is multiplied by a trainable number, which starts at 1.</param>
    public static Node SpectrallyNormalised(this Node weight, bool hasGain = false)
    {
        ArgumentNullException.ThrowIfNull(weight);
        Node vector = weight.Graph.State(1, weight.Rows, Next, $"{weight.Name ?? "weight"} vector", Initialisation.Orthogonal);
        Node normalised = weight / Length(vector.Multiply(weight));
        return hasGain ? normalised * Gain(weight, 1) : normalised;

        Node Next(Node u)
        {
            Node product = u.Multiply(weight).Multiply(weight, transposeRight: true);
            return product / Length(product);
        }

        static Node Length(Node row) => row.Square().SumRows().Sqrt();
    }

    /// <summary>
    /// The columns of W, each the weights of one unit, divided by their lengths and multiplied by trainable gains, which start at 1
    /// (Salimans and Kingma, "Weight normalization", NeurIPS 2016, equation 2).
    /// </summary>
    public static Node Normalised(this Node weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return weight * (Gain(weight, weight.Columns) / weight.Square().SumColumns().Sqrt());
    }

    private static Node Gain(Node weight, int columns)
        => weight.Graph.Parameter(1, columns, $"{weight.Name ?? "weight"} gain", Initialisation.Ones);
}
