using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;
using Stein.Engine.Devices;
using Stein.Engine.Random;

namespace Stein.Engine.LinearAlgebra;

/// <summary>The largest eigenvalues of a symmetric positive semi-definite matrix A (N×N) and their eigenvectors.</summary>
/// <remarks>
/// <para>
/// As few eigenvalues are computed as add up to a given share of the trace, and no more than a given number. Up to order
/// <see cref="WholeOrder"/>, and if about a third or more of all may be needed, MathNet decomposes the whole matrix. Otherwise the
/// method is subspace iteration with Rayleigh–Ritz (Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review
/// 2011, section 4.5): products with A on the device, orthonormalisation by Cholesky factorisation and the small eigenproblem in
/// double precision on the host. On a device of single precision it ends when the sum of the eigenvalues changes by a relative
/// <see cref="Tolerance"/> or less. In double precision it ends when every eigenvector that is used has a residual of
/// <see cref="MaxResidual"/> times the smallest eigenvalue used, or as small as rounding allows, and at the latest after
/// <see cref="MaxIterationsInDouble"/> iterations.
/// </para>
/// <para>
/// The eigenvectors of clustered eigenvalues are poorly determined individually, whatever the method, but the space that they span is
/// well determined, and that is what the results depend on.
/// </para>
/// </remarks>
internal sealed class TruncatedEigendecomposition
{
    /// <summary>The order up to which the whole matrix is decomposed, in a twentieth of a second.</summary>
    public const int WholeOrder = 300;

    /// <summary>The relative change of the sum of eigenvalues at which the iteration ends in single precision.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>The residual of an eigenvector, relative to the smallest eigenvalue used, at which the iteration ends in double.</summary>
    public const double MaxResidual = 1e-12;

    /// <summary>The rounding error of a residual in units of the roundoff, relative to the largest eigenvalue.</summary>
    private const double ResidualRounding = 64;

    private const int MaxIterations = 32;
    private const int MaxIterationsInDouble = 1024;

    /// <summary>The squared length of a direction, relative to the longest, below which it is regarded as rounding.</summary>
    private const double MinShare = 1e-12;

    /// <summary>
    /// The iteration after which the eigenvalues are first computed. The number doubles each time, since computing them costs more than
    /// an iteration.
    /// </summary>
    private const int FirstLook = 2;

    private TruncatedEigendecomposition(double[] values, PaddedMatrix rows) => (Values, Rows) = (values, rows);

    static TruncatedEigendecomposition() => Control.UseSingleThread();

    /// <summary>The eigenvalues (J) in descending order.</summary>
    public double[] Values { get; }

    /// <summary>The orthonormal eigenvectors (J×N), one per row.</summary>
    public PaddedMatrix Rows { get; }

    /// <summary>Computes the leading eigenvalues and eigenvectors.</summary>
    /// <param name="matrix">A (N×N).</param>
    /// <param name="share">The share of the trace that the eigenvalues must add up to, above 0 and at most 1.</param>
    /// <param name="maxCount">The maximum number of eigenvalues, at least 1.</param>
    public static TruncatedEigendecomposition Compute(DeviceMatrix matrix, double share, int maxCount)
    {
        int order = matrix.Rows;
        maxCount = Math.Min(maxCount, order);
        int width = maxCount + (maxCount / 2) + 10;
        if (order <= WholeOrder || width > order / 2)
            return Whole(matrix, share, maxCount);
        var rows = new PaddedMatrix(width, order);
        var stream = new PhiloxStream(0, StreamPurpose.Eigenvectors);
        for (int row = 0; row < width; row++)
        {
            foreach (ref double value in rows.Row(row))
                value = stream.NextNormal();
        }

        return Subspace(matrix, share * Trace(matrix), maxCount, rows);
    }

    private static TruncatedEigendecomposition Whole(DeviceMatrix matrix, double share, int maxCount)
    {
        int order = matrix.Rows;
        double[] entries = matrix.Device.Read(matrix);
        (double[] values, Matrix<double> vectors) = Decompose(new DenseMatrix(order, order, entries));
        double trace = 0;
        for (int i = 0; i < order; i++)
            trace += entries[(i * order) + i];
        int count = Count(values, share * trace, maxCount);
        return new(values[..count], Leading(vectors, count));
    }

    /// <param name="matrix">A (N×N).</param>
    /// <param name="targetSum">The sum that the eigenvalues must reach.</param>
    /// <param name="maxCount">The maximum number of eigenvalues.</param>
    /// <param name="rows">The initial vectors (W×N), W at least 1; overwritten.</param>
    private static TruncatedEigendecomposition Subspace(DeviceMatrix matrix, double targetSum, int maxCount, PaddedMatrix rows)
    {
        Device device = matrix.Device;
        (int width, int order) = (rows.Rows, rows.Columns);
        DeviceMatrix basis = device.Allocate(width, order);
        DeviceMatrix product = device.Allocate(width, order);

        // Allocated once for all iterations, because arrays of this size are expensive to allocate and to collect.
        var flat = new double[width * order];
        PaddedMatrix images = new(width, order), transposed = new(order, width), small = new(width, width);
        double last = 0;
        int look = FirstLook;
        for (int iteration = 1; ; iteration++)
        {
            // A single orthonormalisation loses precision if rows are nearly dependent, which affects only the eigenvalues.
            bool isLook = iteration == look;
            if (!Orthonormalise() || (isLook && !Orthonormalise()))
                return Subspace(matrix, targetSum, maxCount, Independent(rows));
            rows.CopyTo(flat);
            device.Write(basis, flat);
            device.Multiply(product, basis, matrix);
            device.Read(product, flat);
            images.Set(flat);
            if (isLook)
            {
                HostProduct.MultiplyRightTransposed(rows, images, transposed, small);
                (double[] values, Matrix<double> vectors) = Decompose(new DenseMatrix(width, width, small.ToArray()));
                int count = Count(values, targetSum, maxCount);
                double sum = values.Take(count).Sum();
                PaddedMatrix leading = Leading(vectors, count);
                if (device.IsSinglePrecision && (Math.Abs(sum - last) <= Tolerance * sum || iteration >= MaxIterations))
                    return new(values[..count], HostProduct.Multiply(leading, rows));
                if (!device.IsSinglePrecision)
                {
                    PaddedMatrix found = HostProduct.Multiply(leading, rows);
                    if (iteration >= MaxIterationsInDouble
                        || HaveConverged(values.AsSpan(0, count), found, HostProduct.Multiply(leading, images), device.UnitRoundoff))
                    {
                        return new(values[..count], found);
                    }
                }

                last = sum;
                look *= 2;
            }

            (rows, images) = (images, rows);
        }

        // Replaces the rows by orthonormal ones with the same span; returns false if they are dependent.
        bool Orthonormalise()
        {
            HostProduct.MultiplyRightTransposed(rows, rows, transposed, small);
            if (CholeskyFactor.TryFactor(small) is not { } factor)
                return false;
            factor.SolveLower(rows);
            return true;
        }
    }

    /// <summary>Whether all <c>‖Av_j − λ_j v_j‖</c> are small enough.</summary>
    /// <param name="values">λ in descending order (J).</param>
    /// <param name="vectors">v, orthonormal (J×N).</param>
    /// <param name="images">Av (J×N).</param>
    private static bool HaveConverged(ReadOnlySpan<double> values, PaddedMatrix vectors, PaddedMatrix images, double unitRoundoff)
    {
        double allowed = Math.Max(MaxResidual * values[^1], ResidualRounding * unitRoundoff * values[0]);
        for (int j = 0; j < values.Length; j++)
        {
            Span<double> vector = vectors.Row(j);
            Span<double> image = images.Row(j);
            double square = 0;
            for (int i = 0; i < vector.Length; i++)
            {
                double difference = image[i] - (values[j] * vector[i]);
                square += difference * difference;
            }

            if (!(square <= allowed * allowed))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Replaces dependent rows by fewer, orthonormal ones with the same span. Rows become dependent if the rank of A is smaller than their
    /// number, as in single precision for the Gram matrix of many samples in a few dimensions.
    /// </summary>
    private static PaddedMatrix Independent(PaddedMatrix rows)
    {
        var products = new PaddedMatrix(rows.Rows, rows.Rows);
        HostProduct.MultiplyRightTransposed(rows, rows, new PaddedMatrix(rows.Columns, rows.Rows), products);
        (double[] values, Matrix<double> vectors) = Decompose(new DenseMatrix(rows.Rows, rows.Rows, products.ToArray()));

        // Always fewer rows than before, so that the recursion ends.
        int count = Math.Max(1, values.SkipLast(1).Count(value => value > MinShare * values[0]));
        PaddedMatrix combinations = Leading(vectors, count);
        for (int j = 0; j < count; j++)
        {
            double factor = 1 / Math.Sqrt(values[j]);
            foreach (ref double value in combinations.Row(j))
                value *= factor;
        }

        return HostProduct.Multiply(combinations, rows);
    }

    /// <summary>All eigenvalues in descending order and the eigenvectors as columns. The matrix is symmetrised first.</summary>
    private static (double[] Values, Matrix<double> Vectors) Decompose(Matrix<double> matrix)
    {
        Evd<double> decomposition = ((matrix + matrix.Transpose()) * 0.5).Evd(Symmetricity.Symmetric);
        double[] values = [.. decomposition.EigenValues.Select(value => value.Real).Reverse()];
        Matrix<double> vectors = decomposition.EigenVectors;
        return (values, Matrix<double>.Build.DenseOfColumnArrays(
            Enumerable.Range(1, values.Length).Select(back => vectors.Column(values.Length - back).AsArray())));
    }

    private static int Count(double[] values, double targetSum, int maxCount)
    {
        double sum = values[0];
        int count = 1;
        while (sum < targetSum && count < Math.Min(maxCount, values.Length) && values[count] > 0)
            sum += values[count++];
        return count;
    }

    /// <summary>Returns the first columns as rows.</summary>
    private static PaddedMatrix Leading(Matrix<double> vectors, int count)
    {
        var rows = new PaddedMatrix(count, vectors.RowCount);
        for (int j = 0; j < count; j++)
        {
            for (int i = 0; i < vectors.RowCount; i++)
                rows.Row(j)[i] = vectors[i, j];
        }

        return rows;
    }

    private static double Trace(DeviceMatrix matrix)
    {
        var row = new double[matrix.Columns];
        double trace = 0;
        for (int i = 0; i < matrix.Rows; i++)
        {
            matrix.Device.Read(matrix.RowRange(i, 1), row);
            trace += row[i];
        }

        return trace;
    }
}
