using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Targets;

namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>
/// Active slices with the score of q estimated by the Stein gradient estimator, <c>Ĝ = −(K + ηI)⁻¹⟨∇,K⟩</c>; see
/// <see cref="SteinGradientEstimator"/>.
/// </summary>
/// <remarks>
/// As published, the gradient for r is that of <c>Σ_m (s_p(x_m) − Ĝ_m)·r</c> by each sample, through all entries of K and of the inverse.
/// With <c>T = Σ_m Ĝ_m·r</c>, <c>β = (K + ηI)⁻¹1</c>, <c>γ = −Ĝr</c>, <c>a = 1/h²</c> and <c>u_nj = (x_n − x_j)·r</c>, and because
/// <c>⟨∇,K⟩_i = 2a Σ_j k_ij (x_i − x_j)</c>,
/// <para>
/// <c>∂T/∂x_n = −2a Σ_j k_nj [(β_n − β_j)(r − 2a u_nj (x_n − x_j)) + (β_n γ_j + γ_n β_j)(x_n − x_j)]</c>.
/// </para>
/// O(N³ + N²D) operations, and O(N²D) for each g.
/// </remarks>
internal sealed class EstimatedSlices : ActiveSlices
{
    private readonly IDensity model;
    private readonly double[] samples;
    private readonly GaussianPairs pairs;
    private readonly PaddedMatrix estimates;
    private readonly double[] beta;
    private readonly double inverseSquare;

    /// <param name="device">Computes the kernel.</param>
    /// <param name="samples">x: N×D, row-major, N at least 2.</param>
    /// <param name="model">p.</param>
    /// <param name="ridge">η, as published.</param>
    /// <param name="bandwidth">h; null for the published one: <c>h² = 4√(m/2)</c> with m the median of the squared distances.</param>
    /// <exception cref="ScoreEstimationException">The samples and the ridge do not determine a score.</exception>
    public EstimatedSlices(Device device, double[] samples, IDensity model, double ridge = 0.01, double? bandwidth = null)
    {
        (this.model, this.samples) = (model, samples);
        double width = bandwidth ?? Math.Sqrt(4 * Math.Sqrt(0.5) * MedianDistance.Of(samples, Dimension));
        SampleSet set = SampleSet.Create(device, samples, Dimension, width, BandwidthRule.Median);
        var solution = RidgeSolution.Solve<GaussianKernel>(set, ridge, PairStatistic.V);
        estimates = PaddedMatrix.FromRows(set.Units.PerLength(solution.Scores), set.Count, Dimension);
        double[] ones = new double[set.Count];
        Array.Fill(ones, 1);
        PaddedMatrix solved = PaddedMatrix.FromRows(ones, set.Count, 1);
        solution.Factor.Solve(solved);
        beta = solved.ToArray();
        inverseSquare = 1 / (width * width);
        pairs = new(samples, Dimension, inverseSquare);
    }

    public override int Dimension => model.Dimension;

    /// <summary>Ĝ at the samples (N×D).</summary>
    public double[] Scores => estimates.ToArray();

    public override PaddedMatrix Differences()
    {
        var scores = new double[samples.Length];
        model.Score(samples, scores);
        PaddedMatrix differences = PaddedMatrix.FromRows(scores, estimates.Rows, Dimension);
        for (int i = 0; i < differences.Rows; i++)
        {
            Span<double> row = differences.Row(i);
            ReadOnlySpan<double> estimate = estimates.Row(i);
            for (int d = 0; d < row.Length; d++)
                row[d] -= estimate[d];
        }

        return differences;
    }

    public override PaddedMatrix Gradients(ReadOnlySpan<double> r)
    {
        double twice = 2 * inverseSquare;
        double[] projected = pairs.Project(r), along = GaussianPairs.Project(estimates, r);

        // The sign of γ = −Ĝr and that of −∂T are in the weights.
        PaddedMatrix gradients = pairs.Displacements((n, j, k) => -twice * k
            * ((twice * (beta[n] - beta[j]) * (projected[n] - projected[j])) + (beta[n] * along[j]) + (along[n] * beta[j])));
        PaddedMatrix smoothed = pairs.Smooth(PaddedMatrix.FromRows(beta, beta.Length, 1));
        double[] curvatures = ExactSlices.HessianProducts(model, samples, r);
        for (int n = 0; n < gradients.Rows; n++)
        {
            double constant = twice * ((beta[n] * pairs.RowSums[n]) - smoothed.Row(n)[0]);
            Span<double> row = gradients.Row(n);
            for (int d = 0; d < row.Length; d++)
                row[d] += curvatures[(n * Dimension) + d] + (constant * r[d]);
        }

        return gradients;
    }
}
