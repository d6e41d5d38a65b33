using Stein.Engine.Graphs;
using Stein.Engine.Networks;

namespace Stein.Engine.Tests.Graphs;

/// <summary>
/// The critic of <see cref="Stein.Engine.Discrepancies.LearnedSteinDiscrepancy"/> as a graph, with weights stored likewise. With the noise
/// in the place of the scores it is also a denoising auto-encoder.
/// </summary>
internal sealed class CriticGraph
{
    private readonly double lambda;

    public CriticGraph(int count, int dimension, int hidden1, int hidden2, double lambda)
    {
        this.lambda = lambda;
        Samples = Graph.Input(count, dimension, "samples");
        Scores = Graph.Input(count, dimension, "scores");
        Node w1 = Graph.Parameter(dimension, hidden1, "W₁"), b1 = Graph.Parameter(1, hidden1, "b₁");
        Node w2 = Graph.Parameter(hidden1, hidden2, "W₂"), b2 = Graph.Parameter(1, hidden2, "b₂");
        Node w3 = Graph.Parameter(hidden2, dimension, "W₃"), b3 = Graph.Parameter(1, dimension, "b₃");
        Node u1 = Samples.Multiply(w1) + b1;
        Node u2 = u1.Swish().Multiply(w2) + b2;
        Output = u2.Swish().Multiply(w3) + b3;
        Node mask = w2 * w1.Multiply(w3, transposeLeft: true, transposeRight: true);
        Traces = (Slope(u2) * Slope(u1).Multiply(mask)).SumRows();
        Penalty = Output.Square().SumRows().Mean();

        static Node Slope(Node u) => u.Swish().Sum().Gradient(u);
    }

    public Graph Graph { get; } = new();

    public Node Samples { get; }

    public Node Scores { get; }

    public IReadOnlyList<Node> Parameters => Graph.Parameters;

    public Node Output { get; }

    /// <summary>The traces of the Jacobian matrices by the closed formula.</summary>
    public Node Traces { get; }

    public Node Penalty { get; }

    public Node Value(Node traces) => ((Scores * Output).SumRows() + traces).Mean();

    public Node Objective(Node traces) => Value(traces) - (lambda * Penalty);

    public void Bind(Plan plan, NetworkParameters parameters)
    {
        for (int i = 0; i < Parameters.Count; i++)
            plan.Bind(Parameters[i], parameters.All[i]);
    }
}
