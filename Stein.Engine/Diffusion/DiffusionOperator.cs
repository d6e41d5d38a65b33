using Stein.Engine.Graphs;

namespace Stein.Engine.Diffusion;

/// <summary>
/// The diffusion Stein operator of N samples on a graph, <c>T f = (1/p) div(p m f) = (mᵀs + div m)·f + Σ_ij m_ij ∂_i f_j</c> with the score
/// s of the model (Barp, Briol, Duncan, Girolami and Mackey, "Minimum Stein discrepancy estimators", NeurIPS 2019, section 2). The
/// diffusion coefficient m is a function of each sample: a number (N×1), the diagonal of a matrix (N×D), or a matrix (N×D², row-major).
/// With m = 1 it is the Langevin Stein operator.
/// </summary>
internal static class DiffusionOperator
{
    /// <summary>m v for each sample (N×D), or mᵀv.</summary>
    /// <param name="m">N×1, N×D or N×D².</param>
    /// <param name="v">N×D.</param>
    public static Node Times(Node m, Node v, bool isTransposed = false)
    {
        int dimension = v.Columns;
        if (!IsMatrix(m, dimension))
            return m * v;
        IEnumerable<Node> rows = Enumerable.Range(0, dimension).Select(i => m.SliceColumns(i * dimension, dimension));
        return isTransposed
            ? rows.Select((row, i) => row * v.SliceColumns(i, 1)).Aggregate((sum, next) => sum + next)
            : Node.ConcatenateColumns([.. rows.Select(row => (row * v).SumRows())]);
    }

    /// <summary>div m for each sample: <c>Σ_i ∂_i m_ij</c> (N×D).</summary>
    /// <param name="m">N×1, N×D or N×D².</param>
    /// <param name="x">The samples (N×D).</param>
    public static Node Divergence(Node m, Node x)
    {
        int dimension = x.Columns;
        if (IsMatrix(m, dimension))
        {
            return Enumerable.Range(0, dimension)
                .Select(i => Along(m.SliceColumns(i * dimension, dimension), i))
                .Aggregate((sum, next) => sum + next);
        }

        return Node.ConcatenateColumns(
            [.. Enumerable.Range(0, dimension).Select(i => Along(m.Columns == 1 ? m : m.SliceColumns(i, 1), i))]);

        // ∂_i of functions of each sample, in their shape.
        Node Along(Node functions, int i) => functions.DependsOn(x)
            ? functions.JacobianVectorProduct((x, x.Unit(i).Expand(x.Rows, dimension)))
            : x.Graph.Constant(0).Expand(x.Rows, functions.Columns);
    }

    /// <summary>The drift <c>a = mᵀs + div m</c> (N×D).</summary>
    /// <param name="m">N×1, N×D or N×D².</param>
    /// <param name="s">The score at the samples (N×D).</param>
    /// <param name="x">The samples (N×D).</param>
    public static Node Drift(Node m, Node s, Node x) => Times(m, s, isTransposed: true) + Divergence(m, x);

    /// <summary>m as a matrix for each sample (N×D²), or as it is if it is a number.</summary>
    public static Node Full(Node m, int dimension) => m.Columns == 1 || IsMatrix(m, dimension)
        ? m
        : Node.ConcatenateColumns([.. Enumerable.Range(0, dimension).Select(i => m.SliceColumns(i, 1) * m.Unit(i))]);

    /// <summary>
    /// The loss of diffusion score matching at each sample (N×1), <c>|mᵀs|² + 2 div(m mᵀs)</c>, whose mean is <c>E|mᵀ(s − ∇log q)|²</c>
    /// but for <c>E|mᵀ∇log q|²</c>, which is the same for all models (Barp et al., section 3.2). With m = 1 it is Hyvärinen's score
    /// matching (JMLR 2005).
    /// </summary>
    /// <remarks>
    /// What is left out is the same only as long as m is: of m = 1 + z²/ν with the location in z, the loss of a Student-t model does not
    /// depend on the location at all.
    /// </remarks>
    /// <param name="m">N×1, N×D or N×D².</param>
    /// <param name="s">The score at the samples (N×D).</param>
    /// <param name="x">The samples (N×D).</param>
    /// <param name="parameters">Those of the model.</param>
    /// <exception cref="ArgumentException">m depends on a parameter.</exception>
    public static Node ScoreMatching(Node m, Node s, Node x, params IEnumerable<Node> parameters)
    {
        if (parameters.FirstOrDefault(m.DependsOn) is { } parameter)
        {
            throw new ArgumentException(
                $"The diffusion coefficient depends on {parameter}. Diffusion score matching leaves out E|mᵀ∇log q|², which then is not "
                + "the same for all models, so that its minimum says nothing. Freeze m at an estimate, or minimise the diffusion KSD.");
        }

        Node matched = Times(m, s, isTransposed: true);
        return matched.Square().SumRows() + (2 * Times(m, matched).JacobianTrace(x));
    }

    /// <summary>
    /// The loss of diffusion score matching of samples with noise at each of them (N×1), <c>|mᵀ(s(x̃) + (x̃ − x)/σ²)|²</c>: no derivative
    /// of the score (Vincent, "A connection between score matching and denoising autoencoders", Neural Computation 2011, with m = 1).
    /// </summary>
    /// <param name="m">At the samples with noise: N×1, N×D or N×D².</param>
    /// <param name="s">The score at the samples with noise (N×D).</param>
    /// <param name="noisy">x̃ (N×D).</param>
    /// <param name="x">x (N×D).</param>
    /// <param name="variance">σ².</param>
    public static Node NoiseMatching(Node m, Node s, Node noisy, Node x, double variance)
        => Times(m, s + ((noisy - x) / variance), isTransposed: true).Square().SumRows();

    private static bool IsMatrix(Node m, int dimension)
        => m.Columns == 1 || m.Columns == dimension ? false
            : m.Columns == dimension * dimension ? true
            : throw new ArgumentException(
                $"m is a number, {dimension} or {dimension * dimension} numbers for each sample of {dimension} coordinates, not {m}.");
}
