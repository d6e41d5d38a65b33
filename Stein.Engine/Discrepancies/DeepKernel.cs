using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// The kernel <c>k(x, y) = [(1 − ε) k_f(x, y) + ε] k_0(x, y)</c> of a graph with the trained factor <c>k_f = exp(−‖f(x) − f(y)‖²)</c> and
/// the plain one <c>k_0 = exp(−‖x − y‖²/D)</c>, for samples in units in which their median distance is √D. The features are
/// <c>f(x) = tanh(xW + b) V</c>, with W (D×H) and V (H×M).
/// </summary>
/// <remarks>
/// <para>
/// A deep kernel alone can map different points to one, and then no longer tells all distributions apart. Here the pair (x, f(x)) takes
/// the place of features, and εk_0, which is characteristic, is left however steep f becomes: k − εk_0 is positive definite, so that the
/// discrepancy is 0 only where that of k_0 is.
/// </para>
/// <para>
/// With <c>δ = x − y</c>, <c>e = f(x) − f(y)</c>, J the Jacobian matrix of f, primes for y, and <c>q = 1/D</c>, the product rule gives
/// </para>
/// <para>
/// <c>u = k_0 {[(1 − ε) k_f + ε] v + (1 − ε) k_f [2 (s − 2qδ)·J′ᵀe − 2 (s′ + 2qδ)·Jᵀe + 2 tr J′Jᵀ − 4 (Jᵀe)·(J′ᵀe)]}</c>,
/// <c>v = s·s′ + 2q (s − s′)·δ + 2 − 4q²‖δ‖²</c>.
/// </para>
/// <para>
/// The Jacobian matrices of a network with one hidden layer differ only in the slopes γ (N×H) of its units, <c>J = Vᵀ diag(γ) Wᵀ</c>. So
/// with <c>G = WᵀW</c> and <c>p = f Vᵀ</c> (N×H) the terms with J are products of matrices with N rows, such as
/// <c>J′ᵀe = W [γ′∘(p − p′)]</c> and <c>tr J′Jᵀ = γᵀ(G ∘ VVᵀ)γ′</c>, of which that of all pairs of units is the largest: O(N²(D + H²))
/// operations, for D Jacobian columns O(N²DM) without this. O(N²) memory.
/// </para>
/// </remarks>
internal sealed class DeepKernel
{
    private readonly Graph graph;
    private readonly double mixture;
    private readonly Dense hidden;
    private readonly Node output;

    /// <summary>Records the parameters of the features.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="dimension">D.</param>
    /// <param name="settings">Of the kernel.</param>
    /// <exception cref="ArgumentException">Layer normalisation, with which Jacobians are not diagonal between the layers.</exception>
    public DeepKernel(Graph graph, int dimension, DeepKernelSettings settings)
    {
        if (settings.Layers == CriticNormalisation.Layer)
            throw new ArgumentException("The features of a deep kernel cannot have layer normalisation.", nameof(settings));
        (this.graph, mixture) = (graph, settings.Mixture);
        hidden = Layer(dimension, settings.Hidden, "hidden", hasBias: true);
        output = Layer(settings.Hidden, settings.Outputs, "features", hasBias: false).Weight;

        Dense Layer(int inputs, int outputs, string name, bool hasBias)
        {
            var layer = new Dense(graph, inputs, outputs, name, hasBias: hasBias);
            return settings.Layers is CriticNormalisation.None
                ? layer
                : layer.WithSpectralNorm(hasGain: settings.Layers == CriticNormalisation.SpectralGain);
        }
    }

    /// <summary>f (N×M) of samples (N×D).</summary>
    public Node Features(Node samples) => hidden.Of(samples).Tanh().Multiply(output);

    /// <summary>k_f (N×N) of samples (N×D).</summary>
    public Node TrainedFactor(Node samples)
    {
        Node features = Features(samples);
        return (-features.SquaredDistances(features)).Exp();
    }

    /// <summary>‖J‖² (N×1, Frobenius), the squared slopes of the features at samples (N×D).</summary>
    public Node SquaredSlopes(Node samples)
    {
        Node slopes = Slopes(samples);
        return (slopes.Multiply(SlopeProducts(Gram())) * slopes).SumRows();
    }

    /// <summary>u (N×N), with its diagonal.</summary>
    /// <param name="samples">x (N×D).</param>
    /// <param name="scores">s (N×D).</param>
    public Node SteinKernel(Node samples, Node scores)
    {
        double q = 1.0 / samples.Columns;
        Node squares = samples.SquaredDistances(samples), crossed = scores.Multiply(samples, transposeRight: true);
        Node own = (scores * samples).SumRows();
        Node plain = scores.Multiply(scores, transposeRight: true)
            + (2 * q * (own + own.Transpose() - crossed - crossed.Transpose())) + 2 - (4 * q * q * squares);
        Node trained = (1 - mixture) * TrainedFactor(samples);
        return (-q * squares).Exp() * (((trained + mixture) * plain) + (trained * TrainedTerms(samples, scores, q)));
    }

    /// <summary>What k_f adds to <c>v</c>, in brackets in the formula of u.</summary>
    private Node TrainedTerms(Node samples, Node scores, double q)
    {
        (Node w, Node v) = (hidden.Weight, output);
        Node slopes = Slopes(samples), projected = samples.Multiply(w), features = Features(samples);

        // Only differences of features occur; without their mean fewer digits cancel.
        Node p = (features - features.MeanColumns().StopGradient()).Multiply(v, transposeRight: true);
        Node gram = Gram(), sloped = slopes * p;
        Node trace = slopes.Multiply(SlopeProducts(gram)).Multiply(slopes, transposeRight: true);

        // (s − 2qδ)·J′ᵀe; the term with Jᵀe is its transpose.
        Node left = scores.Multiply(w) - (2 * q * projected), right = 2 * q * (slopes * projected);
        Node drift = (left * p).Multiply(slopes, transposeRight: true) - left.Multiply(sloped, transposeRight: true)
            + p.Multiply(right, transposeRight: true) - (right * p).SumRows().Transpose();

        // (Jᵀe)·(J′ᵀe) = Σ_gh G_gh γ_g γ′_h (p_g − p′_g)(p_h − p′_h), multiplied out.
        Node moved = sloped.Multiply(gram), outer = (moved * p).Multiply(slopes, transposeRight: true);
        Node inner = outer + outer.Transpose() - moved.Multiply(sloped, transposeRight: true)
            - (Pairs(slopes, p) * gram.Reshape(1, gram.Rows * gram.Rows)).Multiply(Pairs(p, slopes), transposeRight: true);
        return (2 * (drift + drift.Transpose() + trace)) - (4 * inner);
    }

    /// <summary>γ (N×H), the slopes of the units.</summary>
    private Node Slopes(Node samples) => 1 - hidden.Of(samples).Tanh().Square();

    /// <summary>G (H×H).</summary>
    private Node Gram() => hidden.Weight.Multiply(hidden.Weight, transposeLeft: true);

    /// <summary>G ∘ VVᵀ (H×H), with which <c>tr J′Jᵀ = γᵀ(G ∘ VVᵀ)γ′</c>.</summary>
    private Node SlopeProducts(Node gram) => gram * output.Multiply(output, transposeRight: true);

    /// <summary>The products <c>a_g b_h</c> (N×H²) of all pairs of columns.</summary>
    private Node Pairs(Node first, Node second)
    {
        int units = first.Columns;
        double[] groups = new double[units * units * units], members = new double[units * units * units];
        for (int pair = 0; pair < units * units; pair++)
        {
            groups[((pair / units) * units * units) + pair] = 1;
            members[((pair % units) * units * units) + pair] = 1;
        }

        return first.Multiply(graph.Constant(units, units * units, groups))
            * second.Multiply(graph.Constant(units, units * units, members));
    }
}
