using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;
using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Kernels;
using Stein.Engine.Optimization;
using Stein.Engine.Samples;

namespace Stein.Engine.Diffusion;

/// <summary>What a model is fitted by.</summary>
internal enum FitLoss
{
    /// <summary>Minus the log-likelihood.</summary>
    Likelihood,

    /// <summary>Diffusion score matching; score matching with m = 1.</summary>
    ScoreMatching,

    /// <summary>The diffusion KSD; KSD with m = 1.</summary>
    KernelDiscrepancy,
}

/// <summary>How a model is fitted.</summary>
/// <param name="Loss">What is minimised.</param>
/// <param name="Diffusion">m; the likelihood has none.</param>
internal sealed record FitSettings(FitLoss Loss, DiffusionCoefficient Diffusion)
{
    /// <summary>
    /// Whether m has the parameters of the last estimate, and is not varied with them. Score matching needs it: see
    /// <see cref="DiffusionOperator.ScoreMatching"/>.
    /// </summary>
    public bool IsFrozen { get; init; } = Loss == FitLoss.ScoreMatching;

    /// <summary>The kernel of the discrepancy, of <see cref="RadialKernels"/>.</summary>
    public string Kernel { get; init; } = "imq";

    /// <summary>h of the kernel, in units of the samples, or of the space of a flow.</summary>
    public double Bandwidth { get; init; } = 1;

    /// <summary>
    /// Whether the discrepancy has the pairs of samples with themselves. Without them it is unbiased, and falls without end as the scale
    /// shrinks to 0 about a location between samples; with them it is never negative.
    /// </summary>
    public PairStatistic Statistic { get; init; } = PairStatistic.U;

    /// <summary>Values of parameters that are known (P); NaN for those that are estimated, null for all.</summary>
    public double[]? Known { get; init; }
}

/// <summary>An estimate.</summary>
/// <param name="Parameters">θ (P).</param>
/// <param name="Loss">The loss there.</param>
internal sealed record FitResult(double[] Parameters, double Loss);

/// <summary>
/// Fits a model to N samples, by maximum likelihood or by minimum Stein discrepancies (Barp, Briol, Duncan, Girolami and Mackey, NeurIPS
/// 2019). All losses and their derivatives come from the log-density and m on a graph.
/// </summary>
/// <remarks>Not thread-safe. O(ND) for a likelihood, O(ND²) for score matching and O(N²D) for a discrepancy.</remarks>
internal sealed class ModelFit
{
    private const double Tolerance = 1e-13;
    private const int Steps = 1000;
    private const double SimplexTolerance = 1e-9;
    private const int Refreezes = 100;

    /// <summary>The change of an estimate, in scales, at which m is not frozen again.</summary>
    private const double Settled = 1e-8;

    /// <summary>Of differences, in scales: truncation and rounding are both far below a standard error.</summary>
    private const double Step = 1e-4;

    private readonly Device device;
    private readonly LocationScaleModel model;
    private readonly FitSettings settings;
    private readonly int[] free;
    private readonly DeviceMatrix[] point;
    private readonly DeviceMatrix[] last;
    private readonly Loss loss;
    private readonly Node[] gradients;
    private readonly Plan plan;

    /// <summary>Records the loss of N samples.</summary>
    /// <param name="device">Computes in double precision.</param>
    /// <param name="samples">N×D, row-major.</param>
    /// <exception cref="ArgumentException">
    /// The samples do not have the model's dimension, or score matching is asked for with an m that is not frozen or a model whose score
    /// has no derivative.
    /// </exception>
    public ModelFit(Device device, LocationScaleModel model, double[] samples, FitSettings settings)
    {
        Count = SampleMatrix.Rows(samples, model.Dimension, nameof(samples), minimum: 2);
        (this.device, this.model, this.settings) = (device, model, settings);
        if (settings.Loss == FitLoss.ScoreMatching && !model.HasScoreDerivative)
        {
            throw new ArgumentException(
                $"The score of the {model.Shape.Name} model jumps, and score matching needs its derivative. Use KSD or the likelihood.");
        }

        free = [.. Enumerable.Range(0, model.Parameters).Where(i => settings.Known is null || double.IsNaN(settings.Known[i]))];
        var graph = new Graph();
        Node x = graph.Input(Count, model.Dimension, "samples");
        Node[] parameters = [.. model.Names.Select(name => graph.Input(1, 1, name))];
        Node[] frozen = [.. model.Names.Select(name => graph.Input(1, 1, $"last {name}"))];
        Node logDensity = model.LogDensity(x, parameters), score = logDensity.Sum().Gradient(x);
        Node[] inDiffusion = settings.IsFrozen ? frozen : parameters;
        Node m = settings.Diffusion.Of(model, x, inDiffusion);
        loss = settings.Loss switch
        {
            FitLoss.Likelihood => new MeanLoss(device, -logDensity),
            FitLoss.ScoreMatching => new MeanLoss(device, DiffusionOperator.ScoreMatching(m, score, x, parameters)),
            _ => RadialKernels.Visit(settings.Kernel, Pairs(DiffusionOperator.Drift(m, score, x))),
        };
        IsSmooth = settings.Loss != FitLoss.KernelDiscrepancy || model.HasScoreDerivative;
        gradients = IsSmooth ? loss.Value.Gradient([.. free.Select(i => parameters[i])]) : [];
        plan = graph.Compile(device, [loss.Value, .. loss.Outputs, .. gradients]);
        device.Write(plan[x], samples);
        point = Bound(parameters);
        last = Bound(frozen);

        PairLossOfKernel Pairs(Node drift)
        {
            SteinInputs inputs = settings.Diffusion.Mapped(model, x, inDiffusion) is { } mapped
                ? new(mapped, drift, graph.Constant(1).Expand(Count, 1))
                : new(x, drift, m);
            return new(device, model.WithCovariates(inputs), settings);
        }

        // Bound rather than written to the plan, which lacks those that the loss does not depend on.
        DeviceMatrix[] Bound(Node[] nodes) => Array.ConvertAll(nodes, node =>
        {
            DeviceMatrix matrix = device.Allocate(1, 1);
            plan.Bind(node, matrix);
            return matrix;
        });
    }

    /// <summary>N.</summary>
    public int Count { get; }

    /// <summary>
    /// Whether the loss has derivatives: a discrepancy of a score that jumps does so too, wherever the location passes a sample.
    /// </summary>
    public bool IsSmooth { get; }

    /// <summary>Whether the loss has second derivatives, which standard errors and influences need.</summary>
    public bool HasCurvature => model.HasScoreDerivative;

    /// <summary>The loss at parameters (P), with the same in m if that is frozen, and its derivatives by the estimated ones.</summary>
    public (double Loss, double[] Gradient) At(double[] parameters) => At(parameters, parameters);

    /// <summary>
    /// Descends to a local minimum of the loss: by L-BFGS, or by the simplex method of Nelder and Mead if it is not smooth. Where m is
    /// frozen, it is frozen anew at each minimum until that moves no more: the estimate solves the equations of the gradient with m at the
    /// estimate.
    /// </summary>
    /// <param name="start">θ (P); known ones are replaced.</param>
    public FitResult Fit(double[] start)
    {
        double[] estimate = [.. start];
        for (int i = 0; i < estimate.Length; i++)
        {
            if (!free.Contains(i))
                estimate[i] = settings.Known![i];
        }

        for (int freeze = 0; freeze < Refreezes; freeze++)
        {
            double[] next = IsSmooth ? Minimise(estimate) : Search(estimate);
            double change = free.Max(i => Math.Abs(next[i] - estimate[i])) / next[^1];
            estimate = next;
            if (!(settings is { IsFrozen: true, Diffusion.HasParameters: true } && change > Settled))
                break;
        }

        return new(estimate, At(estimate).Loss);
    }

    /// <summary>
    /// The influence of each sample on the estimated parameters (N×P̂), <c>−A⁻¹ψ_n</c> with the derivative A of the gradient by the
    /// parameters and the N terms ψ of the gradient: of a U-statistic, its projections (Hoeffding 1948). Leaving a sample out moves the
    /// estimate by minus 1/N of it, to first order. Derivatives are central differences.
    /// </summary>
    /// <param name="estimate">θ (P).</param>
    /// <param name="curvatureOf">Of which samples A is; null for these.</param>
    /// <exception cref="InvalidOperationException">The loss has no second derivatives.</exception>
    public double[,] Influences(double[] estimate, ModelFit? curvatureOf = null)
        => (-Derivatives(estimate, Count, at => Terms(at, estimate)) * (curvatureOf ?? this).Curvature(estimate).Inverse().Transpose())
            .ToArray();

    /// <summary>
    /// Standard errors of an estimate (P, 0 where it is known), the sandwich <c>A⁻¹ Σ_n ψ_n ψ_nᵀ A⁻ᵀ/N²</c> (Huber, "The behavior of
    /// maximum likelihood estimates under nonstandard conditions", 1967).
    /// </summary>
    /// <exception cref="InvalidOperationException">The loss has no second derivatives.</exception>
    public double[] StandardErrors(double[] estimate)
    {
        double[,] influences = Influences(estimate);
        var errors = new double[estimate.Length];
        for (int k = 0; k < free.Length; k++)
            errors[free[k]] = Math.Sqrt(Enumerable.Range(0, Count).Sum(n => influences[n, k] * influences[n, k])) / Count;
        return errors;
    }

    /// <summary>Without derivatives, from a simplex of half a scale, with m frozen at the start.</summary>
    private double[] Search(double[] start)
    {
        MinimizationResult result = NelderMeadSimplex.Minimum(
            ObjectiveFunction.Value(some => At(Inside(some), start).Loss),
            Vector<double>.Build.Dense(Estimated(start)),
            Vector<double>.Build.Dense(free.Length, 0.5 * start[^1]),
            SimplexTolerance,
            Steps);
        return Inside(result.MinimizingPoint);

        double[] Inside(Vector<double> some) => [.. With(start, some.ToArray()).Zip(model.Bounds.Lower, Math.Max)];
    }

    /// <summary>
    /// The derivatives of the gradient by the estimated parameters (P̂×P̂); m moves with the parameters, frozen or not.
    /// </summary>
    /// <exception cref="InvalidOperationException">The loss has no second derivatives.</exception>
    public Matrix<double> Curvature(double[] estimate) => HasCurvature
        ? Derivatives(estimate, free.Length, at => At(at).Gradient)
        : throw new InvalidOperationException($"The loss of the {model.Shape.Name} model has no second derivatives.");

    /// <summary>The derivatives of K numbers by the estimated parameters (K×P̂), by central differences.</summary>
    private Matrix<double> Derivatives(double[] estimate, int count, Func<double[], double[]> numbers)
    {
        Matrix<double> derivatives = Matrix<double>.Build.Dense(count, free.Length);
        double step = Step * estimate[^1];
        for (int k = 0; k < free.Length; k++)
        {
            double[] after = numbers(Moved(k, step)), before = numbers(Moved(k, -step));
            derivatives.SetColumn(k, [.. after.Zip(before, (right, left) => (right - left) / (2 * step))]);
        }

        return derivatives;

        double[] Moved(int k, double by)
        {
            double[] moved = [.. estimate];
            moved[free[k]] += by;
            return moved;
        }
    }

    /// <summary>With m frozen at the start.</summary>
    private double[] Minimise(double[] start)
    {
        (double[] lower, double[] upper) = model.Bounds;
        (double[] minimum, _) = BoxMinimizer.Minimize(
            (some, gradient) =>
            {
                (double value, double[] slopes) = At(With(start, some), start);
                slopes.CopyTo(gradient);
                return value;
            },
            Estimated(start),
            Estimated(lower),
            Estimated(upper),
            Tolerance,
            Steps);
        return With(start, minimum);
    }

    private double[] Estimated(double[] all) => [.. free.Select(i => all[i])];

    /// <summary>All parameters, with some values of the estimated ones.</summary>
    private double[] With(double[] all, ReadOnlySpan<double> some)
    {
        double[] changed = [.. all];
        for (int k = 0; k < free.Length; k++)
            changed[free[k]] = some[k];
        return changed;
    }

    /// <summary>The same, with other parameters in m if that is frozen.</summary>
    internal (double Loss, double[] Gradient) At(double[] parameters, double[] inDiffusion)
    {
        Run(parameters, inDiffusion);
        return (device.Read(plan[loss.Value])[0], [.. gradients.Select(gradient => device.Read(plan[gradient])[0])]);
    }

    private double[] Terms(double[] parameters, double[] inDiffusion)
    {
        Run(parameters, inDiffusion);
        return loss.Terms(plan);
    }

    private void Run(double[] values, double[] lastValues)
    {
        for (int i = 0; i < values.Length; i++)
        {
            device.Write(point[i], [values[i]]);
            device.Write(last[i], [lastValues[i]]);
        }

        plan.Run();
    }

    /// <summary>A loss, and what it is the mean of.</summary>
    private abstract class Loss(Node value, params IReadOnlyList<Node> outputs)
    {
        public Node Value => value;

        /// <summary>What <see cref="Terms"/> reads.</summary>
        public IReadOnlyList<Node> Outputs => outputs;

        /// <summary>N numbers whose derivatives are the terms of the gradient.</summary>
        public abstract double[] Terms(Plan plan);
    }

    private sealed class MeanLoss(Device device, Node terms) : Loss(terms.Mean(), terms)
    {
        public override double[] Terms(Plan plan) => device.Read(plan[terms]);
    }

    private sealed class PairLoss<TKernel>(Device device, SteinInputs of, FitSettings settings) : Loss(
        of.X.DiffusionSteinDiscrepancy<TKernel>(
            of.Drift, of.M, of.X.Graph.Constant(1 / (settings.Bandwidth * settings.Bandwidth)), settings.Statistic), of.X, of.Drift, of.M)
        where TKernel : struct, IRadialKernel
    {
        private readonly DiffusionSteinDiscrepancy<TKernel> discrepancy = new(device, of.X.Rows, settings.Statistic);

        public override double[] Terms(Plan plan)
        {
            discrepancy.Bandwidth.SetExactly(settings.Bandwidth * settings.Bandwidth);
            double factor = 2 * of.X.Rows * settings.Statistic.Weight(of.X.Rows);
            return [.. discrepancy.RowSums(plan[of.X], plan[of.Drift], plan[of.M]).Select(sum => factor * sum)];
        }
    }

    private sealed record PairLossOfKernel(Device Device, SteinInputs Of, FitSettings Settings) : IRadialKernelVisitor<Loss>
    {
        public Loss Visit<TKernel>()
            where TKernel : struct, IRadialKernel => new PairLoss<TKernel>(Device, Of, Settings);
    }
}
