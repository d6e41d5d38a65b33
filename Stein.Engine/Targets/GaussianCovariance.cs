using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;
using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>
/// A covariance matrix Σ (D×D), either isotropic, <c>v I</c>, stored as one number, or full, stored with its Cholesky factor
/// <c>Σ = L Lᵀ</c>. Immutable, so that components may share it.
/// </summary>
public sealed class GaussianCovariance
{
    /// <summary>
    /// The largest difference allowed between two entries across the diagonal, relative to the largest entry; their mean is used. The
    /// rounding errors of a product such as A Aᵀ are well below this.
    /// </summary>
    public const double SymmetryTolerance = 1e-9;

    private readonly double[] factor;
    private readonly double[] values;

    // Runs are parallel, one per core, so further threads for a factorisation would only wait for one another.
    static GaussianCovariance() => Control.UseSingleThread();

    private GaussianCovariance(int dimension, double variance, double[] values, double[] factor, double logDeterminant)
    {
        (Dimension, Variance, LogDeterminant) = (dimension, variance, logDeterminant);
        (this.values, this.factor) = (values, factor);
    }

    /// <summary>The dimension D.</summary>
    public int Dimension { get; }

    /// <summary>The variance v of an isotropic covariance <c>v I</c>; NaN for a full covariance.</summary>
    public double Variance { get; }

    /// <summary>Whether the covariance is <c>v I</c>, stored as one number.</summary>
    public bool IsIsotropic => !double.IsNaN(Variance);

    /// <summary><c>log det Σ</c>.</summary>
    public double LogDeterminant { get; }

    /// <summary>Creates an isotropic covariance <c>v I</c>.</summary>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="variance">v, a positive finite number.</param>
    /// <exception cref="ArgumentOutOfRangeException">D is below 1, or v is not a positive finite number.</exception>
    public static GaussianCovariance Isotropic(int dimension, double variance)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        SampleMatrix.CheckPositive(variance, "A variance", nameof(variance));
        return new(dimension, variance, [], [], dimension * Math.Log(variance));
    }

    /// <summary>Creates a full covariance.</summary>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="values">Σ: D×D, row-major, symmetric within <see cref="SymmetryTolerance"/>, positive definite.</param>
    /// <exception cref="ArgumentOutOfRangeException">D is below 1.</exception>
    /// <exception cref="ArgumentException">Σ has another shape, or is not finite, symmetric or positive definite.</exception>
    public static GaussianCovariance Full(int dimension, ReadOnlySpan<double> values)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        return TryFull(dimension, values, out string problem)
            ?? throw new ArgumentException($"The covariance {problem}", nameof(values));
    }

    /// <summary>
    /// Creates the covariance of standard normal coordinates of which any two have correlation ρ: <c>(1 − ρ) I + ρ 1 1ᵀ</c>.
    /// </summary>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="correlation">ρ, above −1/(D − 1) and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">D is below 1.</exception>
    /// <exception cref="ArgumentException">ρ is outside its range.</exception>
    public static GaussianCovariance Equicorrelated(int dimension, double correlation)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        var values = new double[dimension * dimension];
        Array.Fill(values, correlation);
        for (int i = 0; i < dimension; i++)
            values[(i * dimension) + i] = 1;
        return Full(dimension, values);
    }

    /// <summary>Returns a copy of Σ (D×D, row-major).</summary>
    public double[] ToArray()
    {
        if (!IsIsotropic)
            return (double[])values.Clone();
        var matrix = new double[Dimension * Dimension];
        for (int i = 0; i < Dimension; i++)
            matrix[(i * Dimension) + i] = Variance;
        return matrix;
    }

    /// <summary>Returns <c>Σ + v I</c>, which is isotropic if Σ is.</summary>
    /// <param name="variance">v, finite and not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">v is negative or not finite.</exception>
    public GaussianCovariance PlusIsotropic(double variance)
    {
        if (!(variance >= 0 && double.IsFinite(variance)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(variance), variance, $"A variance of {variance} cannot be added; it must be finite and not negative.");
        }

        if (IsIsotropic)
            return Isotropic(Dimension, Variance + variance);
        double[] sum = ToArray();
        for (int i = 0; i < Dimension; i++)
            sum[(i * Dimension) + i] += variance;
        return Full(Dimension, sum);
    }

    /// <summary>Computes <c>δᵀ Σ⁻¹ δ</c> for δ (D), which is overwritten. O(D²), isotropic O(D).</summary>
    internal double SquaredLength(Span<double> difference)
    {
        double sum = 0;
        if (IsIsotropic)
        {
            foreach (double entry in difference)
                sum += entry * entry;
            return sum / Variance;
        }

        for (int row = 0; row < difference.Length; row++)
        {
            ReadOnlySpan<double> entries = factor.AsSpan(row * Dimension, row + 1);
            double rest = difference[row];
            for (int column = 0; column < row; column++)
                rest -= entries[column] * difference[column];
            rest /= entries[row];
            difference[row] = rest;
            sum += rest * rest;
        }

        return sum;
    }

    /// <summary>Multiplies a vector (D) by <c>Σ⁻¹</c> in place. O(D²), isotropic O(D).</summary>
    internal void Solve(Span<double> vector)
    {
        if (IsIsotropic)
        {
            foreach (ref double entry in vector)
                entry /= Variance;
            return;
        }

        // Forward substitution multiplies the vector by L⁻¹, backward substitution then by L⁻ᵀ.
        SquaredLength(vector);
        for (int row = Dimension - 1; row >= 0; row--)
        {
            ReadOnlySpan<double> entries = factor.AsSpan(row * Dimension, row + 1);
            double value = vector[row] / entries[row];
            vector[row] = value;
            for (int column = 0; column < row; column++)
                vector[column] -= entries[column] * value;
        }
    }

    /// <summary>Replaces standard normal ξ (D) by <c>L ξ</c>, which has covariance Σ.</summary>
    internal void Colour(Span<double> normal)
    {
        if (IsIsotropic)
        {
            double deviation = Math.Sqrt(Variance);
            foreach (ref double entry in normal)
                entry *= deviation;
            return;
        }

        // From the last row upwards, so that each row reads entries that have not yet been overwritten.
        for (int row = Dimension - 1; row >= 0; row--)
        {
            ReadOnlySpan<double> entries = factor.AsSpan(row * Dimension, row + 1);
            double sum = 0;
            for (int column = 0; column <= row; column++)
                sum += entries[column] * normal[column];
            normal[row] = sum;
        }
    }

    /// <summary>
    /// Creates a full covariance, or returns null and the problem as the rest of a sentence that begins with "The covariance".
    /// </summary>
    internal static GaussianCovariance? TryFull(int dimension, ReadOnlySpan<double> values, out string problem)
    {
        if (values.Length != (long)dimension * dimension)
        {
            problem = $"has {values.Length} numbers; in dimension {dimension} it must have {(long)dimension * dimension}, row after row.";
            return null;
        }

        double largest = 0;
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
            {
                problem = $"has the entry {value}; all must be finite.";
                return null;
            }

            largest = Math.Max(largest, Math.Abs(value));
        }

        var symmetric = new double[values.Length];
        for (int row = 0; row < dimension; row++)
        {
            for (int column = 0; column <= row; column++)
            {
                (double below, double above) = (values[(row * dimension) + column], values[(column * dimension) + row]);
                if (!(Math.Abs(below - above) <= SymmetryTolerance * largest))
                {
                    problem = $"is not symmetric: entry ({row}, {column}) is {below} and entry ({column}, {row}) is {above}; "
                        + "they must be equal.";
                    return null;
                }

                double mean = below + ((above - below) / 2);
                symmetric[(row * dimension) + column] = mean;
                symmetric[(column * dimension) + row] = mean;
            }
        }

        if (TryFactorise(dimension, symmetric) is not { } factor)
        {
            problem = $"{Describe(dimension, symmetric)} is not positive definite; all its eigenvalues must be above 0. "
                + "If only rounding made them negative, add a small number to the diagonal.";
            return null;
        }

        double logDeterminant = 0;
        for (int i = 0; i < dimension; i++)
            logDeterminant += 2 * Math.Log(factor[(i * dimension) + i]);
        problem = "";
        return new(dimension, double.NaN, symmetric, factor, logDeterminant);
    }

    /// <summary>L (D×D, row-major) of a symmetric matrix, or null if it is not positive definite.</summary>
    internal static double[]? TryFactorise(int dimension, double[] symmetric)
    {
        try
        {
            // MathNet stores matrices by columns, which makes no difference for a symmetric matrix; its factor is read by rows.
            double[] factor = new DenseMatrix(dimension, dimension, (double[])symmetric.Clone()).Cholesky().Factor.ToRowMajorArray();
            return Array.TrueForAll(factor, double.IsFinite) ? factor : null;
        }
        catch (ArgumentException)
        {
            // MathNet throws this if the matrix is not positive definite.
            return null;
        }
    }

    private static string Describe(int dimension, double[] matrix)
    {
        const int Shown = 3;
        if (dimension > Shown)
            return $"({dimension}×{dimension})";
        var rows = Enumerable.Range(0, dimension).Select(row => string.Join(", ", matrix[(row * dimension)..((row + 1) * dimension)]));
        return $"[{string.Join("; ", rows)}]";
    }
}
