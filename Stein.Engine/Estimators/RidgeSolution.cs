using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.Estimators;

/// <summary>The factor of <c>K + ηI</c> and the estimate <c>Ĝ = −(K + ηI)⁻¹⟨∇,K⟩</c> at the samples.</summary>
/// <param name="Factor">The Cholesky factor of <c>K + ηI</c>.</param>
/// <param name="Scores">Ĝ in the scaled units (K×D, row-major).</param>
internal sealed record RidgeSolution(CholeskyFactor Factor, double[] Scores)
{
    /// <summary>Factors the matrix and solves for the estimate.</summary>
    /// <exception cref="ScoreEstimationException">The matrix is not positive definite; the message says why.</exception>
    public static RidgeSolution Solve<TKernel>(SampleSet samples, double ridge, PairStatistic statistic = PairStatistic.V)
        where TKernel : struct, IRadialKernel
    {
        var gram = new PaddedMatrix(samples.Count, samples.Count);
        DeviceMatrix sums = new SampleGram<TKernel>(samples).GradientSums(gram);
        samples.Weights?.Symmetrise(gram);
        for (int i = 0; i < samples.Count; i++)
            gram.Row(i)[i] += ridge;
        CholeskyFactor factor = CholeskyFactor.TryFactor(gram) ?? throw Problem(samples, ridge, statistic);
        PaddedMatrix scores = PaddedMatrix.FromRows(samples.Device.Read(sums), samples.Count, samples.Dimension);
        samples.Weights?.MultiplyByRoots(scores);
        factor.Solve(scores);
        samples.Weights?.DivideByRoots(scores);
        double[] negated = scores.ToArray();
        for (int i = 0; i < negated.Length; i++)
            negated[i] = -negated[i];
        return new(factor, negated);
    }

    private static ScoreEstimationException Problem(SampleSet samples, double ridge, PairStatistic statistic)
    {
        double rounding = samples.Count * samples.Device.UnitRoundoff;
        if (statistic == PairStatistic.U && ridge < -rounding)
        {
            return new(
                $"The U-statistic has no minimum at ridge {ridge + 1:G6}: the ridge must be above 1 minus the smallest eigenvalue of the "
                + "Gram matrix. A ridge above 1 always is.");
        }

        if (samples.FindDuplicates() is { } pair && ridge <= rounding)
        {
            return new(
                $"Samples {pair.First} and {pair.Second} are the same, and at ridge {ridge} the Gram matrix has no inverse. "
                + "Remove the duplicates or use a larger ridge.");
        }

        return new(
            $"At bandwidth {samples.Bandwidth:G6} the Gram matrix plus the ridge is not positive definite, because it is rounded by about "
            + $"{rounding:E0}, which is not small against {(statistic == PairStatistic.U ? "the ridge minus 1" : "the ridge")}, "
            + $"{ridge:G6}. Use a larger ridge or a smaller bandwidth"
            + (samples.Device.IsSinglePrecision ? ", or compute in double precision on the device simd-double." : "."));
    }
}
