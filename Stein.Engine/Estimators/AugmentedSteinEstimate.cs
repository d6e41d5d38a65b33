using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.Estimators;

/// <summary>The estimate of <see cref="AugmentedSteinEstimator"/>, which documents the formula.</summary>
/// <remarks>
/// Let N(y) be the bracket and q(y) the denominator. Then <c>∇·ĝ = −(∇·N)/q + N·∇q/q²</c>, where <c>∇q = −2 Σ_n (Bk_y)_n J_n</c> and
/// <c>∇·N = Σ_n J_n·Ĝ_n − Σ_n (Bk_y + 1)_n Δ_y k_n − Tr(JᵀBJ)</c>. The last trace is <c>‖L⁻¹J‖²</c>, O(K²D) operations per point.
/// With weights w, sums over samples have the factors w_n, and B is <c>(KW + ηI)⁻¹</c>.
/// </remarks>
internal sealed class AugmentedSteinEstimate<TKernel>(SampleSet samples, double ridge, RidgeSolution solution)
    : ScoreEstimate(samples, ridge)
    where TKernel : struct, IRadialKernel
{
    private readonly KernelBlock<TKernel> block = new(samples);
    private readonly DeviceMatrix atSamples = samples.Device.Upload(samples.Count, samples.Dimension, solution.Scores);

    private protected override double[] ScaledScoresAtSamples() => solution.Scores;

    private protected override void ComputeScores(DeviceMatrix scores, DeviceMatrix points)
    {
        Device device = Set.Device;
        block.SetPoints(points);
        (double[] solved, double[] denominators) = SolveKernels(device.Read(block.Values()), points.Rows);
        ComputeBrackets(scores, solved);
        DeviceMatrix divisors = device.Upload(points.Rows, 1, [.. denominators.Select(denominator => -denominator)]);
        device.Map<Quotient>(scores, scores, divisors);
    }

    private protected override void ComputeDivergences(DeviceMatrix divergences, DeviceMatrix points)
    {
        Device device = Set.Device;
        int count = points.Rows;
        block.SetPoints(points);
        (double[] solved, double[] denominators) = SolveKernels(device.Read(block.Values()), count);
        DeviceMatrix brackets = device.Allocate(count, Dimension);
        ComputeBrackets(brackets, solved);
        double[] bracket = device.Read(brackets);
        double[] slopes = device.Read(block.FirstDerivatives());
        double[] traces = device.Read(block.Profile<KernelMixedTrace<TKernel>>());
        double[] positions = device.Read(points);
        var results = new double[count];
        var gradients = new PaddedMatrix(Samples, Dimension);
        for (int m = 0; m < count; m++)
        {
            ReadOnlySpan<double> position = positions.AsSpan(m * Dimension, Dimension);
            ReadOnlySpan<double> numerator = bracket.AsSpan(m * Dimension, Dimension);
            double divergence = 0, turn = 0;
            for (int n = 0; n < Samples; n++)
            {
                int pair = (m * Samples) + n;
                double slope = -2 * block.Scale * slopes[pair];
                Span<double> gradient = gradients.Row(n);
                for (int d = 0; d < Dimension; d++)
                {
                    gradient[d] = slope * (position[d] - Set.ScaledSamples[(n * Dimension) + d]);
                    divergence += gradient[d] * solution.Scores[(n * Dimension) + d];
                    turn += -2 * solved[pair] * gradient[d] * numerator[d];
                }

                divergence += (solved[pair] + 1) * traces[pair];
            }

            Set.Weights?.DivideByRoots(gradients);
            solution.Factor.SolveLower(gradients);
            for (int n = 0; n < Samples; n++)
            {
                foreach (double value in gradients.Row(n))
                    divergence -= value * value;
            }

            double q = denominators[m];
            results[m] = (-divergence / q) + (turn / (q * q));
        }

        device.Write(divergences, results);
    }

    /// <summary>Computes <c>Bk_y</c> (m×K) and <c>k(y, y) + η − k_yᵀBk_y</c> (m) from the kernels Wk_y (m×K).</summary>
    private (double[] Solved, double[] Denominators) SolveKernels(double[] kernels, int count)
    {
        var columns = new PaddedMatrix(Samples, count);
        for (int n = 0; n < Samples; n++)
        {
            Span<double> row = columns.Row(n);
            for (int m = 0; m < count; m++)
                row[m] = kernels[(m * Samples) + n];
        }

        // (KW + ηI)⁻¹k = W^(−1/2) (√W K √W + ηI)⁻¹ W^(−1/2) Wk.
        Set.Weights?.DivideByRoots(columns);
        solution.Factor.Solve(columns);
        Set.Weights?.DivideByRoots(columns);
        var solved = new double[kernels.Length];
        var denominators = new double[count];
        Array.Fill(denominators, 1 + Regularisation);
        for (int n = 0; n < Samples; n++)
        {
            ReadOnlySpan<double> row = columns.Row(n);
            for (int m = 0; m < count; m++)
            {
                int pair = (m * Samples) + n;
                solved[pair] = row[m];
                denominators[m] -= row[m] * kernels[pair];
            }
        }

        return (solved, denominators);
    }

    /// <summary><paramref name="brackets"/> (m×D) = the bracket N at the points of the block.</summary>
    private void ComputeBrackets(DeviceMatrix brackets, double[] solved)
    {
        Device device = Set.Device;
        device.Multiply(brackets, block.Values(), atSamples);
        DeviceMatrix weights = device.Upload(brackets.Rows, Samples, solved);
        device.Map<PlusOneTimes>(weights, weights, block.FirstDerivatives());
        block.AddDisplacements(brackets, weights, 2 * block.Scale);
    }
}
