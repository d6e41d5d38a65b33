using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Samples;

namespace Stein.Engine.Estimators;

/// <summary>
/// A vector-valued function in the space H^D of a radial kernel, given by its coefficients at N points,
/// <c>g(·) = Σ_n [ α_n k(x_n, ·) + A_n ∇_{x_n} k(x_n, ·) ]</c>, with α_n in R^D and A_n a D×D matrix. Computed on the host in double
/// precision; immutable.
/// </summary>
/// <remarks>
/// <para>
/// Norms and inner products follow from the coefficients by the reproducing property:
/// <c>⟨k(x,·), k(y,·)⟩ = k(x,y)</c>, <c>⟨∂_{x_i}k(x,·), k(y,·)⟩ = ∂_{x_i}k(x,y)</c>,
/// <c>⟨∂_{x_i}k(x,·), ∂_{y_j}k(y,·)⟩ = ∂_{x_i}∂_{y_j}k(x,y)</c>. With <c>d = x − y</c>, <c>a = 1/h²</c> and the profile φ at a‖d‖²:
/// </para>
/// <para><c>∇_x k = 2aφ′d</c>, <c>∇_y k = −2aφ′d</c>, <c>∂_{x_i}∂_{y_j}k = −2aφ′δ_ij − 4a²φ″d_i d_j</c>.</para>
/// <para>
/// A pair of terms therefore has the inner product
/// <c>φ α·β − 2aφ′ α·(Bd) + 2aφ′ (Ad)·β − 2aφ′ tr(AᵀB) − 4a²φ″ (Ad)·(Bd)</c>: O(D²) operations, memory for 2D numbers.
/// </para>
/// <para>
/// This code is independent of that of the kernelised Stein discrepancy, which uses only the traces of these matrices, so that
/// comparing their results checks both.
/// </para>
/// </remarks>
internal sealed class ReproducingKernelExpansion<TKernel>
    where TKernel : struct, IRadialKernel
{
    private readonly double inverseSquare;
    private readonly double[] points;
    private readonly double[] values;

    // A_n, or null if all are the same multiple of the identity.
    private readonly double[]? matrices;
    private readonly double scale;

    /// <summary>Creates an expansion whose matrices are all <c>A_n = c I</c>; they are not stored.</summary>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="squaredBandwidth">h² of <c>k = φ(‖x − y‖²/h²)</c>, positive.</param>
    /// <param name="points">x: N×D, row-major, finite, N at least 1.</param>
    /// <param name="values">α: N×D, row-major.</param>
    /// <param name="gradientScale">c, or 0 for an expansion without derivatives.</param>
    /// <exception cref="ArgumentException">An argument is invalid, or the kernel not smooth enough; the message says which.</exception>
    public ReproducingKernelExpansion(
        int dimension, double squaredBandwidth, ReadOnlySpan<double> points, ReadOnlySpan<double> values, double gradientScale)
    {
        KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernel, "an expansion in gradients of the kernel");
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        SampleMatrix.CheckPositive(squaredBandwidth, "The squared bandwidth", nameof(squaredBandwidth));
        Count = SampleMatrix.Rows(points, dimension, nameof(points), minimum: 1);
        if (values.Length != points.Length)
        {
            throw new ArgumentException(
                $"{values.Length} numbers are not the coefficients of {Count} points in dimension {dimension}; pass {points.Length}.",
                nameof(values));
        }

        (Dimension, SquaredBandwidth, inverseSquare, scale) = (dimension, squaredBandwidth, 1 / squaredBandwidth, gradientScale);
        (this.points, this.values) = (points.ToArray(), values.ToArray());
    }

    /// <summary>Creates an expansion with a matrix for each point; O(ND²) memory.</summary>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="squaredBandwidth">h² of <c>k = φ(‖x − y‖²/h²)</c>, positive.</param>
    /// <param name="points">x: N×D, row-major, finite, N at least 1.</param>
    /// <param name="values">α: N×D, row-major.</param>
    /// <param name="matrices">A: N×D×D, each row-major.</param>
    /// <exception cref="ArgumentException">An argument is invalid; the message says which.</exception>
    public ReproducingKernelExpansion(
        int dimension,
        double squaredBandwidth,
        ReadOnlySpan<double> points,
        ReadOnlySpan<double> values,
        ReadOnlySpan<double> matrices)
        : this(dimension, squaredBandwidth, points, values, gradientScale: 0)
    {
        if (matrices.Length != (long)Count * dimension * dimension)
        {
            throw new ArgumentException(
                $"{matrices.Length} numbers are not the matrices of {Count} points in dimension {dimension}; "
                + $"pass {Count}×{dimension}×{dimension} = {(long)Count * dimension * dimension}.",
                nameof(matrices));
        }

        this.matrices = matrices.ToArray();
    }

    /// <summary>The number of points N.</summary>
    public int Count { get; }

    /// <summary>The dimension D.</summary>
    public int Dimension { get; }

    /// <summary>The squared bandwidth h².</summary>
    public double SquaredBandwidth { get; }

    /// <summary>
    /// The inner product <c>⟨g, g′⟩</c> in H^D. O(NMD²) operations, O(NMD) if the matrices of both are multiples of the identity; O(D)
    /// memory.
    /// </summary>
    /// <param name="other">g′, with the same dimension and bandwidth and M points.</param>
    /// <exception cref="ArgumentException">The dimensions or bandwidths differ.</exception>
    public double InnerProduct(ReproducingKernelExpansion<TKernel> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Dimension != Dimension || !other.SquaredBandwidth.Equals(SquaredBandwidth))
        {
            throw new ArgumentException(
                $"Functions of dimension {Dimension} with h² = {SquaredBandwidth} and of dimension {other.Dimension} with "
                + $"h² = {other.SquaredBandwidth} are not in one space; both must be the same.",
                nameof(other));
        }

        var work = new double[3 * Dimension];
        double sum = 0;
        for (int n = 0; n < Count; n++)
        {
            double row = 0;
            for (int m = 0; m < other.Count; m++)
                row += Pair(n, other, m, work);
            sum += row;
        }

        return sum;
    }

    /// <summary>
    /// The squared norm. V: <c>‖g‖²</c>. U: for a mean g, whose N terms each include the factor 1/N, the sum over n ≠ m times N/(N − 1).
    /// If the terms are independent, U is unbiased for the squared norm of their expectation; it may be negative. O(N²D²/2) operations,
    /// O(D) memory.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The statistic is U and there are fewer than two terms.</exception>
    public double SquaredNorm(PairStatistic statistic = PairStatistic.V)
    {
        double weight = statistic.Weight(Count) * Count * Count;
        var work = new double[3 * Dimension];
        (double diagonal, double lower) = (0, 0);
        for (int n = 0; n < Count; n++)
        {
            double row = 0;
            for (int m = 0; m < n; m++)
                row += Pair(n, this, m, work);
            lower += row;
            if (statistic == PairStatistic.V)
                diagonal += Pair(n, this, n, work);
        }

        return weight * (diagonal + (2 * lower));
    }

    /// <summary>Evaluates <c>g(y)</c>. O(ND²).</summary>
    /// <param name="point">y (D).</param>
    /// <param name="value">Receives g(y) (D).</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public void Evaluate(ReadOnlySpan<double> point, Span<double> value)
    {
        SampleMatrix.CheckPoint(point, Dimension, nameof(point));
        SampleMatrix.CheckPoint(value, Dimension, nameof(value));
        value.Clear();
        var displacement = new double[Dimension];
        var along = new double[Dimension];
        for (int n = 0; n < Count; n++)
        {
            (double kernel, double first, _) = Profile(Row(points, n), point, displacement);
            Multiply(n, displacement, along);
            ReadOnlySpan<double> alpha = Row(values, n);
            for (int i = 0; i < value.Length; i++)
                value[i] += (kernel * alpha[i]) - (first * along[i]);
        }
    }

    /// <summary>The contribution of term n of this and term m of the other function to <see cref="InnerProduct"/>.</summary>
    private double Pair(int n, ReproducingKernelExpansion<TKernel> other, int m, Span<double> work)
    {
        int dimension = Dimension;
        Span<double> displacement = work[..dimension];
        Span<double> left = work.Slice(dimension, dimension);
        Span<double> right = work.Slice(2 * dimension, dimension);
        (double kernel, double first, double second) = Profile(Row(points, n), Row(other.points, m), displacement);
        Multiply(n, displacement, left);
        other.Multiply(m, displacement, right);
        ReadOnlySpan<double> alpha = Row(values, n);
        ReadOnlySpan<double> beta = Row(other.values, m);
        (double coefficients, double crossed, double along) = (0, 0, 0);
        for (int i = 0; i < dimension; i++)
        {
            coefficients += alpha[i] * beta[i];
            crossed += (alpha[i] * right[i]) - (left[i] * beta[i]);
            along += left[i] * right[i];
        }

        return (kernel * coefficients) + (first * (crossed + MatrixProduct(n, other, m))) - (second * along);
    }

    /// <summary><c>φ</c>, <c>−2aφ′</c> and <c>4a²φ″</c> of a pair, none of them negative; also computes x − y.</summary>
    private (double Kernel, double First, double Second) Profile(
        ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> displacement)
    {
        double squaredDistance = 0;
        for (int i = 0; i < displacement.Length; i++)
        {
            double difference = x[i] - y[i];
            displacement[i] = difference;
            squaredDistance += difference * difference;
        }

        RadialProfile<DoubleLane> profile = RadialKernel<TKernel>.At(new DoubleLane(inverseSquare * squaredDistance));
        double twice = 2 * inverseSquare;
        double first = twice * profile.Value.Value * profile.FirstRatio.Value;
        return (profile.Value.Value, first, twice * first * profile.SecondRatio.Value);
    }

    /// <summary><c>product = A_n v</c>.</summary>
    private void Multiply(int n, ReadOnlySpan<double> vector, Span<double> product)
    {
        if (matrices is null)
        {
            for (int i = 0; i < product.Length; i++)
                product[i] = scale * vector[i];
            return;
        }

        ReadOnlySpan<double> matrix = Matrix(n);
        for (int i = 0; i < product.Length; i++)
        {
            double sum = 0;
            ReadOnlySpan<double> row = matrix.Slice(i * vector.Length, vector.Length);
            for (int j = 0; j < vector.Length; j++)
                sum += row[j] * vector[j];
            product[i] = sum;
        }
    }

    /// <summary><c>tr(A_nᵀ B_m)</c>.</summary>
    private double MatrixProduct(int n, ReproducingKernelExpansion<TKernel> other, int m)
    {
        if (matrices is null)
            return scale * other.Trace(m);
        if (other.matrices is null)
            return other.scale * Trace(n);
        ReadOnlySpan<double> left = Matrix(n);
        ReadOnlySpan<double> right = other.Matrix(m);
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
            sum += left[i] * right[i];
        return sum;
    }

    private double Trace(int n)
    {
        if (matrices is null)
            return scale * Dimension;
        ReadOnlySpan<double> matrix = Matrix(n);
        double sum = 0;
        for (int i = 0; i < Dimension; i++)
            sum += matrix[(i * Dimension) + i];
        return sum;
    }

    private ReadOnlySpan<double> Row(double[] rows, int n) => rows.AsSpan(n * Dimension, Dimension);

    private ReadOnlySpan<double> Matrix(int n) => matrices.AsSpan(n * Dimension * Dimension, Dimension * Dimension);
}
