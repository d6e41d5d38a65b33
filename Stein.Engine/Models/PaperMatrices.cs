using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;

namespace Stein.Engine.Models;

/// <summary>
/// The two matrices of a published ICA run, exactly as drawn by the authors' script after <c>np.random.seed(seed)</c>: the true
/// unmixing matrix and the initial value of the trained one.
/// </summary>
/// <remarks>
/// Source: Gong, Li and Hernández-Lobato, "Sliced kernelized Stein discrepancy", ICLR 2021, and its code
/// (<c>ICA_generate_random_W_matrix</c>). The authors then round both to float32; here they stay float64.
/// </remarks>
/// <param name="Truth">V_true, the inverse of the mixing matrix: D×D, row-major, entries N(0, 1).</param>
/// <param name="Initial">V_init, drawn next from the same generator: D×D, row-major, entries N(0, 1/D).</param>
internal sealed record PaperMatrices(int Dimension, AcceptedMatrix Truth, AcceptedMatrix Initial)
{
    /// <summary>The smallest dimension for which the rule "condition number below D" can be met.</summary>
    public const int MinimumDimension = 2;

    /// <summary>The largest dimension whose D·D entries fit one array.</summary>
    public const int MaximumDimension = 46_340;

    // By rounding, the lower bound may exceed the condition number by a relative error of at most about D·1e−16 times that number.
    private const double RoundingAllowance = 1e-6;

    /// <summary>Draws both matrices; the same seed and dimension always give the same matrices.</summary>
    /// <param name="seed">The seed given to <c>np.random.seed</c>.</param>
    /// <param name="dimension">
    /// D, from 2 to <see cref="MaximumDimension"/>: the condition number of every 1×1 matrix is 1, never below D = 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">D is not between 2 and <see cref="MaximumDimension"/>.</exception>
    public static PaperMatrices Draw(uint seed, int dimension)
    {
        if (dimension is < MinimumDimension or > MaximumDimension)
        {
            throw new ArgumentOutOfRangeException(
                nameof(dimension),
                dimension,
                $"The matrices cannot have dimension {dimension}; it must be from {MinimumDimension} to {MaximumDimension}: "
                + "their condition number must be below the dimension, and none is below 1.");
        }

        var random = new NumpyLegacyRandom(seed);
        AcceptedMatrix truth = DrawUntilAccepted(random, dimension, 1);
        return new PaperMatrices(dimension, truth, DrawUntilAccepted(random, dimension, 1 / Math.Sqrt(dimension)));
    }

    private static AcceptedMatrix DrawUntilAccepted(NumpyLegacyRandom random, int dimension, double scale)
    {
        var matrix = new double[dimension * dimension];
        for (int attempts = 1; ; attempts++)
        {
            random.FillNormal(matrix);
            foreach (ref double entry in matrix.AsSpan())
            {
                // A division by √D would round differently from the authors' product.
                entry *= scale;
            }

            // About one candidate in thirty is accepted, and a singular value decomposition costs several times as much as the lower
            // bound. The bound therefore rejects most candidates with certainty, and the decomposition decides about the others,
            // including singular ones, for which the bound is NaN.
            if (SquareMatrix.ConditionNumberLowerBound(matrix, dimension) > dimension * (1 + RoundingAllowance))
            {
                continue;
            }

            double conditionNumber = SquareMatrix.ConditionNumber(matrix, dimension);
            if (conditionNumber < dimension)
            {
                return new AcceptedMatrix(matrix, attempts, conditionNumber);
            }
        }
    }
}
