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
/// How many: the fewest whose eigenvalues sum to a share of the trace, and no more than a given number. Up to order
/// <see cref="WholeOrder"/>, and where a third or more of all are asked for, MathNet decomposes the whole matrix. Otherwise subspace
/// iteration with Rayleigh–Ritz (Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 2011, section 4.5):
/// products with A on the device, orthonormalisation by Cholesky factorisation and the small eigenproblem in double precision on the
/// host, until the sum of the eigenvalues wanted moves by less than <see cref="Tolerance"/> of itself.
/// </para>
/// <para>
/// Where eigenvalues crowd, the single vectors are not determined well, by any method; the space that they span is, and what is
/// computed here depends on that.
/// </para>
/// </remarks>
internal sealed class TruncatedEigendecomposition
{
    /// <summary>Up to which order the whole matrix is decomposed: a twentieth of a second.</summary>
    public const int WholeOrder = 300;

    /// <summary>The relative change between two subspace iterations at which they end.</summary>
    public const double Tolerance = 1e-4;

    private const int MaxIterations = 32;

    /// <summary>What the square of a direction must have of the longest's to be more than rounding.</summary>
    private const double MinShare = 1e-12;

    /// <summary>
    /// The first look at the eigenvalues; the next come after twice as many iterations, since a look costs more than one.
    /// </summary>
    private const int FirstLook = 2;

    private TruncatedEigendecomposition(double[] values, PaddedMatrix rows) => (Values, Rows) = (values, rows);

    static TruncatedEigendecomposition() => Control.UseSingleThread();

    /// <summary>The eigenvalues (J), descending.</summary>
    public double[] Values { get; }

    /// <summary>The eigenvectors (J×N), one a row, orthonormal.</summary>
    public PaddedMatrix Rows { get; }

    /// <summary>The leading part of the spectrum.</summary>
    /// <param name="matrix">A (N×N).</param>
    /// <param name="share">The share of the trace that the eigenvalues must add up to, above 0 and at most 1.</param>
    /// <param name="atMost">The largest number of eigenvalues to compute, at least 1.</param>
    public static TruncatedEigendecomposition Compute(DeviceMatrix matrix, double share, int atMost)
    {
        int order = matrix.Rows;
        atMost = Math.Min(atMost, order);
        int width = atMost + (atMost / 2) + 10;
        if (order <= WholeOrder || width > order / 2)
            return Whole(matrix, share, atMost);
        var rows = new PaddedMatrix(width, order);
        var stream = new PhiloxStream(0, StreamPurpose.Eigenvectors);
        for (int row = 0; row < width; row++)
        {
            foreach (ref double value in rows.Row(row))
                value = stream.NextNormal();
        }

        return Subspace(matrix, share * Trace(matrix), atMost, rows);
    }

    private static TruncatedEigendecomposition Whole(DeviceMatrix matrix, double share, int atMost)
    {
        int order = matrix.Rows;
        double[] entries = matrix.Device.Read(matrix);
        (double[] values, Matrix<double> vectors) = Decompose(new DenseMatrix(order, order, entries));
        double trace = 0;
        for (int i = 0; i < order; i++)
            trace += entries[(i * order) + i];
        int count = Count(values, share * trace, atMost);
        return new(values[..count], Leading(vectors, count));
    }

    /// <param name="matrix">A (N×N).</param>
    /// <param name="wanted">The sum of the eigenvalues that is enough.</param>
    /// <param name="atMost">The largest number of eigenvalues to compute.</param>
    /// <param name="rows">The vectors to start from (W×N), W at least 1; overwritten.</param>
    private static TruncatedEigendecomposition Subspace(DeviceMatrix matrix, double wanted, int atMost, PaddedMatrix rows)
    {
        Device device = matrix.Device;
        (int width, int order) = (rows.Rows, rows.Columns);
        DeviceMatrix basis = device.Allocate(width, order);
        DeviceMatrix product = device.Allocate(width, order);

        // Memory for all iterations: what is as large as this is expensive to allocate and to collect again.
        var flat = new double[width * order];
        PaddedMatrix images = new(width, order), transposed = new(order, width), small = new(width, width);
        double last = 0;
        int look = FirstLook;
        for (int iteration = 1; ; iteration++)
        {
            // Once loses digits where rows are nearly dependent, which matters to the eigenvalues alone.
            bool isLook = iteration == look;
            if (!Orthonormalise() || (isLook && !Orthonormalise()))
                return Subspace(matrix, wanted, atMost, Independent(rows));
            rows.CopyTo(flat);
            device.Write(basis, flat);
            device.Multiply(product, basis, matrix);
            device.Read(product, flat);
            images.Set(flat);
            if (isLook)
            {
                HostProduct.MultiplyRightTransposed(rows, images, transposed, small);
                (double[] values, Matrix<double> vectors) = Decompose(new DenseMatrix(width, width, small.ToArray()));
                int count = Count(values, wanted, atMost);
                double sum = values.Take(count).Sum();
                if (Math.Abs(sum - last) <= Tolerance * sum || iteration >= MaxIterations)
                    return new(values[..count], HostProduct.Multiply(Leading(vectors, count), rows));
                last = sum;
                look *= 2;
            }

            (rows, images) = (images, rows);
        }

        // Replaces the rows by orthonormal ones that span the same, unless they are dependent.
        bool Orthonormalise()
        {
            HostProduct.MultiplyRightTransposed(rows, rows, transposed, small);
            if (CholeskyFactor.TryFactor(small) is not { } factor)
                return false;
            factor.SolveLower(rows);
            return true;
        }
    }

    /// <summary>
    /// Fewer rows, orthonormal to rounding, that span the same as dependent ones: A has fewer directions than were asked for, as the Gram
    /// matrix of many samples in a few dimensions has in single precision.
    /// </summary>
    private static PaddedMatrix Independent(PaddedMatrix rows)
    {
        var products = new PaddedMatrix(rows.Rows, rows.Rows);
        HostProduct.MultiplyRightTransposed(rows, rows, new PaddedMatrix(rows.Columns, rows.Rows), products);
        (double[] values, Matrix<double> vectors) = Decompose(new DenseMatrix(rows.Rows, rows.Rows, products.ToArray()));

        // Always fewer, so that this comes to an end.
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

    /// <summary>All eigenvalues, descending, and the eigenvectors as columns. The matrix is symmetrised first.</summary>
    private static (double[] Values, Matrix<double> Vectors) Decompose(Matrix<double> matrix)
    {
        Evd<double> decomposition = ((matrix + matrix.Transpose()) * 0.5).Evd(Symmetricity.Symmetric);
        double[] values = [.. decomposition.EigenValues.Select(value => value.Real).Reverse()];
        Matrix<double> vectors = decomposition.EigenVectors;
        return (values, Matrix<double>.Build.DenseOfColumnArrays(
            Enumerable.Range(1, values.Length).Select(back => vectors.Column(values.Length - back).AsArray())));
    }

    private static int Count(double[] values, double wanted, int atMost)
    {
        double sum = values[0];
        int count = 1;
        while (sum < wanted && count < Math.Min(atMost, values.Length) && values[count] > 0)
            sum += values[count++];
        return count;
    }

    /// <summary>The first columns, one a row.</summary>
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
