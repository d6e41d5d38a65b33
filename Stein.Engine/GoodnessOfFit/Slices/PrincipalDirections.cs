using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>The second moment <c>(1/N) Σ_n v_n v_nᵀ</c> (D×D) of N vectors and its eigenvectors, the largest eigenvalue first.</summary>
/// <param name="Moment">D×D, row-major.</param>
/// <param name="Values">The eigenvalues in descending order (D).</param>
/// <param name="Rows">The eigenvectors, one after the other (D×D), unit vectors of arbitrary sign.</param>
internal sealed record PrincipalDirections(double[] Moment, double[] Values, double[] Rows)
{
    // Tests are parallel, one per core, so further threads for a decomposition would only wait for one another.
    static PrincipalDirections() => Control.UseSingleThread();

    /// <summary>The first eigenvector (D).</summary>
    public double[] First => Rows[..Values.Length];

    /// <param name="vectors">N×D.</param>
    public static PrincipalDirections Of(PaddedMatrix vectors)
    {
        int dimension = vectors.Columns;
        double[] moment = HostProduct.MultiplyLeftTransposed(vectors, vectors).ToArray();
        foreach (ref double entry in moment.AsSpan())
            entry /= vectors.Rows;
        var decomposition = new DenseMatrix(dimension, dimension, [.. moment]).Evd(Symmetricity.Symmetric);
        var values = new double[dimension];
        var rows = new double[dimension * dimension];
        for (int d = 0; d < dimension; d++)
        {
            values[d] = decomposition.EigenValues[dimension - 1 - d].Real;
            decomposition.EigenVectors.Column(dimension - 1 - d).AsArray().CopyTo(rows, d * dimension);
        }

        return new(moment, values, rows);
    }

    /// <summary>The number of eigenvalues of which the largest is less than a threshold times as large, as published.</summary>
    public int CountWithin(double threshold) => Values.Count(value => Math.Abs(Values[0] / (value + 1e-10)) < threshold);
}
