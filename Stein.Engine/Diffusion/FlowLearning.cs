using Stein.Engine.Devices;
using Stein.Engine.Graphs;
using Stein.Engine.Optimization;
using Stein.Engine.Samples;

namespace Stein.Engine.Diffusion;

/// <summary>What a flow is learned by.</summary>
internal enum FlowCriterion
{
    /// <summary>The likelihood of the samples under a flow to a standard normal density.</summary>
    Likelihood,

    /// <summary>
    /// The asymptotic variance of score matching in the space of the flow, the log-determinant of the sandwich of its estimating equations.
    /// </summary>
    Variance,
}

/// <summary>Learns flows from samples of a model with location 0 and scale 1, by L-BFGS from the identity.</summary>
internal static class FlowLearning
{
    private const double Tolerance = 1e-7;
    private const int Steps = 150;

    /// <summary>The parameters of a flow (P).</summary>
    /// <param name="device">Computes in double precision.</param>
    /// <param name="samples">N×D, row-major.</param>
    /// <exception cref="ArgumentException">The samples do not have the model's dimension.</exception>
    public static double[] Learn(Device device, LocationScaleModel model, Flow flow, double[] samples, FlowCriterion criterion)
    {
        var loss = new FlowLoss(device, model, flow, samples, criterion);
        double[] bounds = [.. Enumerable.Repeat(Flow.Bound, flow.Parameters)];
        return BoxMinimizer.Minimize(
            loss.At, flow.Identity, [.. bounds.Select(bound => -bound)], bounds, Tolerance, Steps).Point;
    }
}

/// <summary>A criterion of a flow at samples of a model with location 0 and scale 1, and its gradient.</summary>
/// <remarks>
/// With the terms ψ (N×P̂) of the gradient of score matching by the parameters and its second derivatives A, the log-determinant of the
/// sandwich <c>A⁻¹ (ψᵀψ/N) A⁻¹</c> is <c>log det(ψᵀψ/N) − 2 log det A</c>. It is bounded from below by that of the inverse Fisher
/// information, is the same for all parametrisations, and infinite where the Hessian is singular. The squared distance of the
/// networks' parameters from the identity is added: without it they fit the samples, and extrapolate badly.
/// </remarks>
internal sealed class FlowLoss
{
    private const double Shrinkage = 1;

    private readonly Device device;
    private readonly Node values;
    private readonly Node loss;
    private readonly Node gradient;
    private readonly Plan plan;

    /// <inheritdoc cref="FlowLearning.Learn"/>
    public FlowLoss(Device device, LocationScaleModel model, Flow flow, double[] samples, FlowCriterion criterion)
    {
        this.device = device;
        int count = SampleMatrix.Rows(samples, model.Dimension, nameof(samples), minimum: 2);
        var graph = new Graph();
        Node x = graph.Input(count, model.Dimension, "samples");
        values = graph.Input(1, flow.Parameters, "flow");

        // One of each for every sample, so that its derivatives are those of the sample's own term.
        Node[] parameters = [.. model.Names.Select(name => graph.Input(count, 1, name))];
        FlowImage image = flow.Of(x, values);
        loss = criterion == FlowCriterion.Likelihood
            ? ((0.5 * image.Mapped.Square().SumRows()) - image.LogDeterminant).Mean()
            : LogVariance();
        if (flow.Couplings > 0)
        {
            double[] start = flow.Identity[..flow.NetworkParameters];
            loss += Shrinkage * (values.SliceColumns(0, start.Length) - graph.Constant(1, start.Length, start)).Square().Sum();
        }

        gradient = loss.Gradient(values);
        plan = graph.Compile(device, loss, gradient);
        device.Write(plan[x], samples);
        if (criterion == FlowCriterion.Variance)
        {
            for (int k = 0; k < parameters.Length; k++)
                device.Write(plan[parameters[k]], [.. Enumerable.Repeat(k < model.Dimension ? 0.0 : 1, count)]);
        }

        Node LogVariance()
        {
            Node score = model.LogDensity(x, parameters).Sum().Gradient(x);
            Node[] terms = DiffusionOperator.ScoreMatching(image.Inverse, score, x, parameters).Sum().Gradient(parameters);
            Node[] rows = [.. terms.Select(term => Node.ConcatenateColumns(term.Sum().Gradient(parameters)).SumColumns())];
            Node all = Node.ConcatenateColumns(terms);
            return (all.Multiply(all, transposeLeft: true) / count).LogDeterminant()
                - (2 * (Node.ConcatenateRows(rows) / count).LogDeterminant());
        }
    }

    /// <summary>The criterion, and its gradient (P), at the flow's parameters (P).</summary>
    public double At(ReadOnlySpan<double> point, Span<double> slopes)
    {
        device.Write(plan[values], point);
        plan.Run();
        device.Read(plan[gradient], slopes);
        return device.Read(plan[loss])[0];
    }
}
