using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.Estimators;
using Stein.Engine.Kernels;

namespace Stein.Engine.Tests.Estimators;

/// <summary>
/// Every score estimator with the Gaussian kernel, as its documentation states it, with whole matrices in double precision, differences of
/// the samples as they are, and none of the engine's code but the definition of the kernel.
/// </summary>
/// <param name="samples">K×D, row-major.</param>
internal sealed class PlainEstimates(double[] samples, int dimension)
{
    private int Count => samples.Length / dimension;

    /// <summary>The bandwidth by the estimator's rule.</summary>
    public double Bandwidth(BandwidthRule rule)
    {
        if (rule == BandwidthRule.Silverman)
        {
            Matrix<double> rows = Estimates.Rows(samples, dimension);
            double variance = rows.EnumerateColumns().Average(column =>
            {
                double mean = column.Average();
                return column.Sum(value => (value - mean) * (value - mean)) / (Count - 1);
            });
            return Math.Sqrt(2 * variance * Math.Pow(4 / ((dimension + 2.0) * Count), 2.0 / (dimension + 4)));
        }

        double[] distances =
        [
            .. Pairs().SelectMany(i => Pairs().Select(j => Estimates.Rho(samples, i, samples, j, dimension, 1)))
                .Where(square => square > 0).Order(),
        ];
        double median = distances[(distances.Length - 1) / 2];
        return Math.Sqrt(rule == BandwidthRule.Median ? median : 2 * median);

        IEnumerable<int> Pairs() => Enumerable.Range(0, Count);
    }

    /// <summary>The scores at points (M×D, row-major).</summary>
    public double[] Scores(string estimator, double bandwidth, double regularisation, double unitRoundoff, double[] points)
    {
        Matrix<double> result = estimator switch
        {
            "stein" => Ridge(bandwidth, regularisation, points),
            "stein-u" => Ridge(bandwidth, regularisation - 1, points),
            "stein-augmented" => Augmented(bandwidth, regularisation, points),
            "stein-parametric" => Parametric(bandwidth, regularisation, points),
            "landweber" => Iterations(bandwidth, (int)regularisation, unitRoundoff, points, isAccelerated: false),
            "nu" => Iterations(bandwidth, (int)regularisation, unitRoundoff, points, isAccelerated: true),
            "ssge" => Spectral(bandwidth, regularisation, points),
            "kef" => CurlFree(bandwidth, regularisation, points),
            "kde" => Density(regularisation * bandwidth, points),
            _ => throw new ArgumentException($"There is no plain implementation of {estimator}; write one.", nameof(estimator)),
        };
        return Estimates.Flat(result);
    }

    private Matrix<double> Gram(double[] left, double bandwidth)
        => Estimates.Gram<GaussianKernel>(left, samples, dimension, bandwidth);

    private Matrix<double> Gradients(double[] at, double bandwidth)
        => Estimates.GradientSums<GaussianKernel>(at, samples, dimension, bandwidth);

    private static Matrix<double> Identity(int order) => Matrix<double>.Build.DenseIdentity(order);

    private Matrix<double> AtSamples(double bandwidth, double ridge)
        => -(Gram(samples, bandwidth) + (ridge * Identity(Count))).LU().Solve(Gradients(samples, bandwidth));

    private Matrix<double> Ridge(double bandwidth, double ridge, double[] points)
        => ((Gram(points, bandwidth) * AtSamples(bandwidth, ridge)) + Gradients(points, bandwidth)) / -ridge;

    /// <summary>The samples and a point together, once for each point.</summary>
    private Matrix<double> Augmented(double bandwidth, double ridge, double[] points)
    {
        Matrix<double>[] rows =
        [
            .. points.Chunk(dimension).Select(point =>
                new PlainEstimates([.. samples, .. point], dimension).AtSamples(bandwidth, ridge).SubMatrix(Count, 1, 0, dimension)),
        ];
        return rows.Aggregate((upper, lower) => upper.Stack(lower));
    }

    private Matrix<double> Parametric(double bandwidth, double ridge, double[] points)
    {
        Matrix<double> gram = Gram(samples, bandwidth);
        Matrix<double> sums = Gradients(samples, bandwidth);
        Matrix<double>[] basis = Basis(samples);
        Matrix<double> lambda = basis.Select(each => each.TransposeThisAndMultiply(gram * each)).Aggregate((sum, term) => sum + term);
        Vector<double> right = basis
            .Select((each, d) => -each.TransposeThisAndMultiply(sums.Column(d))).Aggregate((sum, term) => sum + term);
        Vector<double> a = (lambda + (ridge * lambda.Trace() / Count * Identity(Count))).LU().Solve(right);
        return Matrix<double>.Build.DenseOfColumnVectors(Basis(points).Select(each => each * a));

        // Column d of the gradients of k(·, x_k), one per column.
        Matrix<double>[] Basis(double[] at) => [.. Enumerable.Range(0, dimension).Select(d => Gram(at, bandwidth).MapIndexed(
            (i, k, kernel) => -2 / (bandwidth * bandwidth) * kernel * (at[(i * dimension) + d] - samples[(k * dimension) + d])))];
    }

    private Matrix<double> Iterations(double bandwidth, int steps, double unitRoundoff, double[] points, bool isAccelerated)
    {
        Matrix<double> gram = Gram(samples, bandwidth);
        Matrix<double> sums = Gradients(samples, bandwidth);
        double largest = LargestEigenvalue(gram) * (1 + (Count * unitRoundoff));
        Matrix<double> scores = 0 * sums, before = scores, coefficients = scores, coefficientsBefore = scores;
        (double weight, double weightBefore) = (0, 0);
        for (int step = 1; step <= steps; step++)
        {
            double t = step;
            double u = isAccelerated ? (t - 1) * ((2 * t) - 3) * ((2 * t) + 1) / ((t + 1) * ((2 * t) + 3) * ((2 * t) - 1)) : 0;
            double w = isAccelerated ? 4 * ((2 * t) + 1) * t / ((t + 1) * ((2 * t) + 3)) : 1;
            Matrix<double> next = coefficients + (u * (coefficients - coefficientsBefore)) - (w / largest * scores);
            (coefficients, coefficientsBefore) = (next, coefficients);
            next = scores + (u * (scores - before)) - (w / largest * ((gram * scores) + sums));
            (scores, before) = (next, scores);
            (weight, weightBefore) = (weight + (u * (weight - weightBefore)) - (w / largest), weight);
        }

        return (Gram(points, bandwidth) * coefficients) + (weight * Gradients(points, bandwidth));
    }

    /// <summary>The bound that the estimator uses: of power iteration, until it is within a thousandth.</summary>
    private double LargestEigenvalue(Matrix<double> gram)
    {
        Vector<double> v = Vector<double>.Build.Dense(Count, 1);
        double bound = double.PositiveInfinity, lower = 0;
        for (int i = 0; i < 50 && bound > 1.001 * lower; i++)
        {
            Vector<double> image = gram * v;
            Vector<double> ratios = image.PointwiseDivide(v);
            (bound, lower) = (Math.Min(bound, ratios.Maximum()), Math.Max(lower, ratios.Minimum()));
            v = (image / image.Maximum()).PointwiseMaximum(1e-6);
        }

        return bound;
    }

    private Matrix<double> Spectral(double bandwidth, double share, double[] points)
    {
        Matrix<double> sums = Gradients(samples, bandwidth);
        var spectrum = Gram(samples, bandwidth).Evd(Symmetricity.Symmetric);
        Matrix<double> coefficients = 0 * sums;
        double held = 0;
        for (int j = Count - 1; j >= 0 && held < share * Count; j--)
        {
            double value = spectrum.EigenValues[j].Real;
            Vector<double> vector = spectrum.EigenVectors.Column(j);
            coefficients -= vector.OuterProduct(sums.TransposeThisAndMultiply(vector)) / (value * value);
            held += value;
        }

        return Gram(points, bandwidth) * coefficients;
    }

    private Matrix<double> CurlFree(double bandwidth, double ridge, double[] points)
    {
        double a = 1 / (bandwidth * bandwidth);
        Vector<double> c = (Kernel(samples) + (ridge * Identity(samples.Length))).LU().Solve(Laplacians(samples) / ridge);
        Vector<double> flat = (Kernel(points) * c) - (Laplacians(points) / ridge);
        return Estimates.Rows(flat.ToArray(), dimension);

        // Γ = φI − 2aφ ddᵀ of all pairs, since −φ′ = φ″ = φ.
        Matrix<double> Kernel(double[] at)
        {
            Matrix<double> gram = Gram(at, bandwidth);
            return Matrix<double>.Build.Dense(at.Length, samples.Length, (row, column) =>
            {
                (int i, int p) = Math.DivRem(row, dimension);
                (int j, int q) = Math.DivRem(column, dimension);
                return gram[i, j] * ((p == q ? 1 : 0) - (2 * a * Difference(at, i, j, p) * Difference(at, i, j, q)));
            });
        }

        // ∇_y Δ_x k/(2a) = φ (2(D + 2) − 4ρ)d for the Gaussian.
        Vector<double> Laplacians(double[] at)
        {
            Matrix<double> gram = Gram(at, bandwidth);
            return Vector<double>.Build.Dense(at.Length, row =>
            {
                (int i, int p) = Math.DivRem(row, dimension);
                return Enumerable.Range(0, Count).Sum(j =>
                {
                    double rho = Estimates.Rho(at, i, samples, j, dimension, bandwidth);
                    return gram[i, j] * a * ((2 * (dimension + 2)) - (4 * rho)) * Difference(at, i, j, p);
                });
            });
        }
    }

    private Matrix<double> Density(double bandwidth, double[] points)
    {
        Matrix<double> rho = Matrix<double>.Build.Dense(
            points.Length / dimension, Count, (i, k) => Estimates.Rho(points, i, samples, k, dimension, bandwidth));

        // The quotients are those of e^(min ρ − ρ), which are not all 0 far from the samples.
        Matrix<double> weights = rho.MapIndexed((i, _, each) => Math.Exp(rho.Row(i).Minimum() - each));
        return Matrix<double>.Build.Dense(points.Length / dimension, dimension, (i, d) => -2 / (bandwidth * bandwidth)
            * Enumerable.Range(0, Count).Sum(k => weights[i, k] * Difference(points, i, k, d)) / weights.Row(i).Sum());
    }

    private double Difference(double[] at, int i, int k, int d) => at[(i * dimension) + d] - samples[(k * dimension) + d];
}
