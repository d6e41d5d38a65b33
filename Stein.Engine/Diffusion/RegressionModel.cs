using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearRegression;
using MathNet.Numerics.Statistics;
using Stein.Engine.Graphs;
using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Diffusion;

/// <summary>
/// Linear regression, <c>y = cᵀβ + σε</c> with K covariates c for each of N samples y, and errors ε from a density in one dimension. The
/// parameters are θ = (β_1, …, β_K, σ).
/// </summary>
/// <remarks>
/// Test functions of the Stein operator of y given c may depend on c too, without which a discrepancy hardly sees the coefficients. So its
/// kernel is one of (y, c), and the operator acts along y alone: the kernel conditional Stein discrepancy (Jitkrittum, Kanagawa and
/// Schölkopf, "Testing goodness of fit of conditional density models with kernels", UAI 2020).
/// </remarks>
internal sealed class RegressionModel : LocationScaleModel
{
    private const int Reweightings = 100;

    /// <summary>A residual below this share of the largest one has no more weight than this share.</summary>
    private const double SmallestResidual = 1e-6;

    private readonly Matrix<double> covariates;

    /// <summary>A model of N samples.</summary>
    /// <param name="shape">The density of ε.</param>
    /// <param name="covariates">N×K, row-major; a column of ones is the intercept.</param>
    /// <param name="columns">K.</param>
    /// <exception cref="ArgumentException">The covariates are not rows of K finite numbers.</exception>
    public RegressionModel(LocationScaleShape shape, double[] covariates, int columns)
        : base(shape, dimension: 1)
    {
        int rows = SampleMatrix.Rows(covariates, columns, nameof(covariates), minimum: columns + 1);
        this.covariates = Matrix<double>.Build.Dense(rows, columns, (row, column) => covariates[(row * columns) + column]);
        Names = [.. Enumerable.Range(1, columns).Select(k => $"coefficient {k}"), "scale"];
    }

    public override IReadOnlyList<string> Names { get; }

    public override SteinInputs WithCovariates(SteinInputs inputs)
    {
        int size = 1 + covariates.ColumnCount;
        return new(
            Node.ConcatenateColumns([inputs.X, Covariates(inputs.X.Graph)]),
            Padded(inputs.Drift, size),
            Padded(inputs.M, size * size));

        static Node Padded(Node first, int columns)
            => Node.ConcatenateColumns([first, first.Graph.Constant(0).Expand(first.Rows, columns - first.Columns)]);
    }

    /// <summary>A draw for each row of covariates (N).</summary>
    /// <exception cref="ArgumentException">The count is not N.</exception>
    public override double[] Sample(PhiloxStream stream, IReadOnlyList<double> parameters, int count)
    {
        if (count != covariates.RowCount)
            throw new ArgumentException($"{count} samples of {covariates.RowCount} rows of covariates; each has one.", nameof(count));
        Vector<double> locations = covariates * Vector<double>.Build.Dense([.. parameters.SkipLast(1)]);
        return [.. locations.Select(location => location + (parameters[^1] * Shape.Draw(stream, dimension: 1)[0]))];
    }

    /// <summary>θ of least absolute deviations, by reweighted least squares: outliers in y move it little.</summary>
    public override double[] Start(IReadOnlyList<double> samples)
    {
        Vector<double> y = Vector<double>.Build.Dense([.. samples]), weights = Vector<double>.Build.Dense(y.Count, 1);
        Vector<double> coefficients = y, deviations = y;
        for (int i = 0; i < Reweightings; i++)
        {
            coefficients = WeightedRegression.Weighted(covariates, y, Matrix<double>.Build.DiagonalOfDiagonalVector(weights));
            deviations = (y - (covariates * coefficients)).PointwiseAbs();
            weights = 1 / deviations.PointwiseMaximum(SmallestResidual * deviations.Maximum());
        }

        return [.. coefficients, Scale(deviations.Median())];
    }

    private protected override Node Location(Node x, IReadOnlyList<Node> parameters)
        => (Covariates(x.Graph) * Node.ConcatenateColumns([.. parameters.SkipLast(1)])).SumRows();

    private Node Covariates(Graph graph)
        => graph.Constant(covariates.RowCount, covariates.ColumnCount, covariates.ToRowMajorArray(), "covariates");
}
