using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Graphs;

/// <content>Stein discrepancies of these samples.</content>
public sealed partial class Node
{
    /// <summary>
    /// The kernelised Stein discrepancy (squared, 1×1) of these samples (N×D) and a model's scores at them (N×D), with
    /// <c>k = φ(‖x − y‖²/h²)</c> (Liu, Lee and Jordan, ICML 2016). The pairs need no memory. It has derivatives by samples, scores and
    /// bandwidth, but no second ones by samples or scores: for those, see <see cref="SteinDiscrepancy(Node, Node, Node, PairStatistic)"/>.
    /// </summary>
    /// <param name="scores">s (N×D).</param>
    /// <param name="inverseSquareBandwidth"><c>1/h²</c> (1×1), positive.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the kernel is not smooth enough.</exception>
    public Node SteinDiscrepancy<TKernel>(Node scores, Node inverseSquareBandwidth, PairStatistic statistic)
        where TKernel : struct, IRadialKernel
    {
        KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernelGradient, "the gradient of the kernelised Stein discrepancy");
        RequireSameShape(this, scores);
        RequireNumber(inverseSquareBandwidth);
        _ = statistic.Weight(Rows);
        Node constants = ConcatenateRows(inverseSquareBandwidth, Graph.Constant(1));
        return new PairStatisticOf<SteinPairTerm<TKernel>>(statistic).Of([this, scores, constants]);
    }

    /// <summary>
    /// The kernelised Stein discrepancy (squared, 1×1) with a deep kernel <c>k(x, y) = exp(−‖f(x) − f(y)‖²/h²)</c>, of samples x and a
    /// model's scores s at them. Every derivative exists, also by what f depends on.
    /// </summary>
    /// <remarks>
    /// <para>
    /// With <c>a = 1/h²</c>, <c>e = f(x) − f(y)</c>, J the Jacobian matrix of f, and columns J_d:
    /// <c>∇_x k = −2ak Jᵀe</c>, <c>∇_y k = 2ak J′ᵀe</c>, and
    /// </para>
    /// <para><c>u = k [s·s′ + 2a (s·J′ᵀe − s′·Jᵀe) + 2a Σ_d J_d·J′_d − 4a² Σ_d (J_d·e)(J′_d·e)]</c>.</para>
    /// <para>
    /// One forward pass through f and one product of N×M×N for each of the D coordinates: O(N²MD) operations, O(N²D) memory.
    /// </para>
    /// </remarks>
    /// <param name="features">f at each sample (N×M), each row a function of the row of x alone.</param>
    /// <param name="scores">s (N×D).</param>
    /// <param name="inverseSquareBandwidth"><c>1/h²</c> (1×1), positive.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the features do not depend on the samples.</exception>
    public Node SteinDiscrepancy(Node features, Node scores, Node inverseSquareBandwidth, PairStatistic statistic)
        => DeepDiscrepancy(features, scores, d => Unit(d).Expand(Rows, Columns), inverseSquareBandwidth, statistic);

    /// <summary>
    /// The diffusion KSD (squared, 1×1) with a deep kernel: <see cref="SteinDiscrepancy(Node, Node, Node, PairStatistic)"/> with drifts for
    /// scores and the derivatives of f along the columns of m for those along the coordinates. If f is a map and m its inverse Jacobian
    /// matrix, it is the KSD in the space of f (Gong and Li, "Interpreting diffusion score matching using normalizing flow", 2021).
    /// </summary>
    /// <param name="features">f at each sample (N×M), each row a function of the row of x alone.</param>
    /// <param name="drifts"><c>a = mᵀs + div m</c> (N×D).</param>
    /// <param name="diffusion">m (N×1, or N×D² with each matrix row-major).</param>
    /// <param name="inverseSquareBandwidth"><c>1/h²</c> (1×1), positive.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the features do not depend on the samples.</exception>
    public Node DiffusionSteinDiscrepancy(
        Node features, Node drifts, Node diffusion, Node inverseSquareBandwidth, PairStatistic statistic)
    {
        RequireDiffusion(diffusion);
        return DeepDiscrepancy(features, drifts, Direction, inverseSquareBandwidth, statistic);

        Node Direction(int d) => diffusion.Columns == 1
            ? diffusion * Unit(d)
            : ConcatenateColumns([.. Enumerable.Range(0, Columns).Select(i => diffusion.SliceColumns((i * Columns) + d, 1))]);
    }

    /// <param name="direction">The direction (N×D) that takes the place of coordinate d.</param>
    private Node DeepDiscrepancy(
        Node features, Node scores, Func<int, Node> direction, Node inverseSquareBandwidth, PairStatistic statistic)
    {
        RequireSameShape(this, scores);
        RequireNumber(inverseSquareBandwidth);
        double weight = statistic.Weight(Rows);
        Node twice = 2 * inverseSquareBandwidth;
        Node kernel = (-(inverseSquareBandwidth * Require(features).SquaredDistances(features))).Exp();
        Node drift = Graph.Constant(0), inner = Graph.Constant(0), along = Graph.Constant(0);
        for (int d = 0; d < Columns; d++)
        {
            Node column = features.JacobianVectorProduct((this, direction(d)));

            // (J′_d·e)_ij = f_i·J_d(x_j) − f_j·J_d(x_j); the same with J_d is minus its transpose.
            Node other = features.Multiply(column, transposeRight: true) - (features * column).SumRows().Transpose();
            Node own = -other.Transpose();
            drift += (scores.SliceColumns(d, 1) * other) - (scores.SliceColumns(d, 1).Transpose() * own);
            inner += column.Multiply(column, transposeRight: true);
            along += own * other;
        }

        Node rest = twice * (drift + inner - (twice * along));
        Node terms = kernel * (scores.Multiply(scores, transposeRight: true) + rest);
        if (statistic == PairStatistic.U)
            terms *= Graph.Constant(Rows, Rows, [.. Enumerable.Range(0, Rows * Rows).Select(k => k / Rows == k % Rows ? 0.0 : 1.0)]);
        return weight * terms.Sum();
    }

    /// <summary>The unit vector of a coordinate (1×D), D the columns of this.</summary>
    internal Node Unit(int coordinate)
    {
        var unit = new double[Columns];
        unit[coordinate] = 1;
        return Graph.Constant(1, Columns, unit);
    }

    private void RequireDiffusion(Node diffusion)
    {
        RequireSameGraph(this, Require(diffusion));
        if (diffusion.Rows != Rows || (diffusion.Columns != 1 && diffusion.Columns != Columns * Columns))
            throw new ArgumentException($"m is a number or a matrix for each of {this}, not {diffusion}.");
    }

    /// <summary>
    /// The diffusion KSD (squared, 1×1) of these samples (N×D); see <see cref="Discrepancies.DiffusionSteinDiscrepancy{TKernel}"/>. It has
    /// derivatives by samples, drifts, m and bandwidth, and so by all that these depend on, but no second ones by the first three.
    /// </summary>
    /// <param name="drifts"><c>a = mᵀs + div m</c> (N×D).</param>
    /// <param name="diffusion">m (N×1, or N×D² with each matrix row-major).</param>
    /// <param name="inverseSquareBandwidth"><c>1/h²</c> (1×1), positive.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the kernel is not smooth enough.</exception>
    public Node DiffusionSteinDiscrepancy<TKernel>(Node drifts, Node diffusion, Node inverseSquareBandwidth, PairStatistic statistic)
        where TKernel : struct, IRadialKernel
    {
        KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernelGradient, "the gradient of the diffusion KSD");
        RequireSameShape(this, drifts);
        RequireDiffusion(diffusion);
        RequireNumber(inverseSquareBandwidth);
        _ = statistic.Weight(Rows);
        Node[] inputs = [this, drifts, diffusion, ConcatenateRows(inverseSquareBandwidth, Graph.Constant(1))];
        return diffusion.Columns == 1
            ? new PairStatisticOf<ScalarDiffusionPairTerm<TKernel>>(statistic).Of(inputs)
            : new PairStatisticOf<MatrixDiffusionPairTerm<TKernel>>(statistic).Of(inputs);
    }

    private static void RequireNumber(Node node)
    {
        if ((Require(node).Rows, node.Columns) != (1, 1))
            throw new ArgumentException($"The inverse squared bandwidth is one number (1×1), not {node}.");
    }
}
