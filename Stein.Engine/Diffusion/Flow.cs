using Stein.Engine.Graphs;

namespace Stein.Engine.Diffusion;

/// <summary>
/// A one-to-one map y = T(x) of one or two coordinates with parameters that can be learned. Of two coordinates, couplings first map one
/// of them by <c>x_i → x_i exp(2 tanh g(x_j)) + t(x_j)</c>, in turn, where (g, t) is a network with one hidden layer (Dinh, Sohl-Dickstein
/// and Bengio, "Density estimation using Real NVP", ICLR 2017). Then each coordinate has its increasing function
/// <c>Σ_k b_k u_k (1 + u_k²)^((δ_k − 1)/2)</c> with <c>u_k = (x − c_k)/h_k</c>, which far out grows as <c>|x|^δ</c> with the largest δ.
/// </summary>
/// <param name="Dimension">D, 1 or 2.</param>
/// <param name="Couplings">The number of couplings; 0 for one coordinate.</param>
/// <param name="Terms">The number of terms of an increasing function, at most 4, so that the identity is within the bound.</param>
/// <param name="Hidden">The width of the hidden layers.</param>
internal sealed record Flow(int Dimension, int Couplings, int Terms = 1, int Hidden = 3)
{
    /// <summary>
    /// The largest magnitude of a parameter: b, h and δ, of which the parameters are logarithms, lie between 1/4.5 and 4.5. A narrower
    /// term would fit single samples.
    /// </summary>
    public const double Bound = 1.5;

    private const double LargestLogScale = 2;

    /// <summary>P.</summary>
    public int Parameters => NetworkParameters + (Dimension * 4 * Terms);

    /// <summary>How many of them, the first, are those of networks.</summary>
    public int NetworkParameters => Couplings * ((4 * Hidden) + 2);

    /// <summary>Parameters (P) with which T(x) = x.</summary>
    public double[] Identity =>
    [
        .. Enumerable.Range(0, Couplings).SelectMany(_ => (double[])
        [
            .. Enumerable.Repeat(1.0, Hidden), .. Spread(Hidden, 1), .. new double[(2 * Hidden) + 2],
        ]),
        .. Enumerable.Range(0, Dimension).SelectMany(_ => (double[])
        [
            .. Spread(Terms, 1), .. new double[2 * Terms], .. Enumerable.Repeat(-Math.Log(Terms), Terms),
        ]),
    ];

    /// <summary>T at samples, and its derivatives.</summary>
    /// <param name="x">N×D.</param>
    /// <param name="parameters">1×P.</param>
    public FlowImage Of(Node x, Node parameters)
    {
        int taken = 0;
        Node[] columns = [.. Enumerable.Range(0, Dimension).Select(d => x.SliceColumns(d, 1))];
        for (int layer = 0; layer < Couplings; layer++)
        {
            int moved = 1 - (layer % 2);
            Node hidden = (columns[1 - moved].Multiply(Take(1, Hidden)) + Take(1, Hidden)).Tanh();
            Node outputs = hidden.Multiply(Take(Hidden, 2)) + Take(1, 2);
            Node logScale = LargestLogScale * outputs.SliceColumns(0, 1).Tanh();
            columns[moved] = (columns[moved] * logScale.Exp()) + outputs.SliceColumns(1, 1);
        }

        Node mapped = Node.ConcatenateColumns([.. columns.Select(Increasing)]);
        Node[] derivatives =
            [.. Enumerable.Range(0, Dimension).Select(d => mapped.JacobianVectorProduct((x, x.Unit(d).Expand(x.Rows, Dimension))))];
        if (Dimension == 1)
            return new(mapped, derivatives[0].Reciprocal(), derivatives[0].Log());
        (Node a, Node c) = (derivatives[0].SliceColumns(0, 1), derivatives[0].SliceColumns(1, 1));
        (Node b, Node d) = (derivatives[1].SliceColumns(0, 1), derivatives[1].SliceColumns(1, 1));
        Node determinant = (a * d) - (b * c);
        return new(mapped, Node.ConcatenateColumns(d, -b, -c, a) / determinant, determinant.Log());

        Node Take(int rows, int count)
        {
            Node part = parameters.SliceColumns(taken, rows * count).Reshape(rows, count);
            taken += rows * count;
            return part;
        }

        Node Increasing(Node column)
        {
            Node centres = Take(1, Terms), logWidths = Take(1, Terms), logGrowths = Take(1, Terms), logWeights = Take(1, Terms);
            Node u = (column.Expand(x.Rows, Terms) - centres) * (-logWidths).Exp();
            Node logFactors = (0.5 * (logGrowths.Exp() - 1) * (1 + u.Square()).Log()) + (logWidths + logWeights);
            return (u * logFactors.Exp()).SumRows();
        }
    }

    /// <summary>Numbers at equal distances from −end to end.</summary>
    private static IEnumerable<double> Spread(int count, double end)
        => Enumerable.Range(0, count).Select(k => count == 1 ? 0 : end * ((2.0 * k / (count - 1)) - 1));
}

/// <summary>What a flow makes of samples.</summary>
/// <param name="Mapped">T(x) (N×D).</param>
/// <param name="Inverse">The inverse of the Jacobian matrix of T at x (N×D², row-major).</param>
/// <param name="LogDeterminant">The logarithm of the determinant of the Jacobian matrix (N×1).</param>
internal sealed record FlowImage(Node Mapped, Node Inverse, Node LogDeterminant);
