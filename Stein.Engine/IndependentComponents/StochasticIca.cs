using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>An ICA model of samples that were never in memory at once.</summary>
/// <param name="Unmixing">V (D×D, row-major): <c>z = V (x − Mean)</c>.</param>
/// <param name="Mean">D.</param>
/// <param name="Samples">The number of samples of a pass.</param>
/// <param name="SeparatedAfter">The number of samples after which all sources were separated; null where they never were.</param>
/// <param name="Norm">
/// ‖M‖ of <see cref="LikelihoodEquations"/>, Frobenius, over all samples, before the last step; NaN after one pass.
/// </param>
internal sealed record StreamSolution(double[] Unmixing, double[] Mean, long Samples, long? SeparatedAfter, double Norm);

/// <summary>Separates sources from a stream of samples, by steps on one batch after another.</summary>
/// <remarks>
/// <para>
/// The contrast of <see cref="SteinRotation"/> is fixed, so that its mean over a batch is an unbiased estimate of that over all samples,
/// which a squared discrepancy of a batch is not. Each batch of <see cref="BatchRows"/> samples for each source is taken for a few such
/// steps, of full length, among matrices that whiten all samples seen so far. Curvatures before the first of these steps, on samples that
/// the matrix does not know, are averaged; when all are those of sources, the second part begins.
/// </para>
/// <para>
/// There, each batch is taken for one Gauss–Newton step of <see cref="LikelihoodEquations"/> whose length is the share of the batch among
/// the samples of this part: the result is the mean of what the batches say, to first order, as good as one that is fitted to them all. In
/// each pass after that M is added up over all samples, for one full step at its end. Batches do not depend on how samples are divided into
/// blocks, and results have the same bits for any number of cores.
/// </para>
/// </remarks>
internal static class StochasticIca
{
    /// <summary>Samples per batch, for each source.</summary>
    public const int BatchRows = 20;

    private const int StepsPerBatch = 5;

    /// <summary>The weight of the newest batch in the mean of curvatures.</summary>
    private const double Newest = 0.4;

    /// <summary>How much smaller ε must have become to be changed.</summary>
    private const double Shrinkage = 0.9;

    /// <summary>Separates.</summary>
    /// <param name="blocks">N×D each, row-major, of any N; enumerated once for each pass, each time the same.</param>
    /// <param name="dimension">D.</param>
    /// <param name="density">Of all sources.</param>
    /// <param name="contrast">The contrast of the first part.</param>
    /// <param name="start">An orthogonal matrix (D×D, row-major).</param>
    /// <param name="passes">How often the samples are seen, at least once.</param>
    /// <param name="report">Is told the number of samples seen.</param>
    /// <exception cref="ArgumentException">There are too few samples, or a block is not of whole rows.</exception>
    public static StreamSolution Fit(
        IEnumerable<double[]> blocks,
        int dimension,
        SourceDensity density,
        SteinContrast contrast,
        double[] start,
        int passes = 2,
        Action<long>? report = null,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(passes, 1);
        var search = new Search(dimension, density, contrast, start, cancellation);
        for (int pass = 0; pass < passes; pass++)
        {
            search.Begin();
            foreach (double[] batch in Batches(blocks, dimension))
            {
                cancellation.ThrowIfCancellationRequested();
                search.Take(batch);
                report?.Invoke(search.Seen);
            }

            search.End();
        }

        return search.Solution;
    }

    /// <summary>
    /// Joins and divides blocks into batches of <see cref="BatchRows"/>·D rows; the last one has up to twice as many.
    /// </summary>
    private static IEnumerable<double[]> Batches(IEnumerable<double[]> blocks, int dimension)
    {
        int length = BatchRows * dimension * dimension;
        var held = new double[2 * length];
        int count = 0;
        foreach (double[] block in blocks)
        {
            if (block.Length % dimension != 0)
                throw new ArgumentException($"A block has {block.Length} numbers, which are not whole rows of {dimension}.");
            for (int first = 0; first < block.Length;)
            {
                if (count == held.Length)
                {
                    yield return held[..length];
                    held.AsSpan(length).CopyTo(held);
                    count = length;
                }

                int taken = Math.Min(block.Length - first, held.Length - count);
                block.AsSpan(first, taken).CopyTo(held.AsSpan(count));
                (first, count) = (first + taken, count + taken);
            }
        }

        if (count < length)
        {
            throw new ArgumentException(
                $"There are {count / dimension} samples; a stream of {dimension} sources needs at least {BatchRows * dimension}.");
        }

        if (count == held.Length)
        {
            yield return held[..length];
            yield return held[length..];
        }
        else
        {
            yield return held[..count];
        }
    }

    private sealed class Search(
        int dimension, SourceDensity density, SteinContrast contrast, double[] start, CancellationToken cancellation)
    {
        private readonly SourceDensity[] densities = [.. Enumerable.Repeat(density, dimension)];
        private readonly SourceContrast[] contrasts = [.. Enumerable.Repeat(contrast, dimension)];
        private readonly double unit = Math.Abs(contrast.CurvatureAt(density));
        private readonly double deviation = Math.Sqrt(SourceInformation.Of(density).Variance);
        private readonly RunningMoments running = new(dimension);
        private readonly double[] curvatures = new double[dimension];

        /// <summary>Of the first batch: it makes numbers moderate.</summary>
        private SamplePreparation? preparation;

        /// <summary>V of prepared samples.</summary>
        private double[] unmixing = start;
        private bool isFirstPass = true;
        private long? separatedAfter;
        private double norm = double.NaN;

        /// <summary>The samples of the second part, with as many as the result of the first is worth.</summary>
        private double refined;
        private double smoothing = double.PositiveInfinity;
        private SourceContrast[] terms = [];
        private SourceInformation[] information = [];

        /// <summary>The sum of M over the samples of a pass; null where there are steps on batches.</summary>
        private double[]? sum;

        public long Seen { get; private set; }

        public StreamSolution Solution
        {
            get
            {
                double[] mean = [.. preparation!.Mean];
                for (int d = 0; d < dimension; d++)
                {
                    for (int i = 0; i < dimension; i++)
                        mean[d] += preparation.Backward[(d * dimension) + i] * running.Mean[i];
                }

                return new(Product(unmixing, preparation.Forward), mean, running.Count, separatedAfter, norm);
            }
        }

        public void Begin() => sum = separatedAfter is null ? null : new double[dimension * dimension];

        public void Take(double[] batch)
        {
            preparation ??= SamplePreparation.Whiten(batch, dimension, dimension);
            PaddedMatrix samples = preparation.Apply(batch);
            if (isFirstPass)
                running.Add(samples);
            for (int d = 0; d < dimension; d++)
            {
                foreach (ref double value in samples.Row(d))
                    value -= running.Mean[d];
            }

            Seen += samples.Columns;
            var moments = new SourceMoments(samples);
            if (separatedAfter is null)
                Rotate(moments);
            else
                Refine(moments);
        }

        public void End()
        {
            isFirstPass = false;
            if (sum is null)
                return;
            double[] equations = Array.ConvertAll(sum, value => value / running.Count);
            norm = Math.Sqrt(equations.Sum(value => value * value));
            unmixing = RelativeQuasiNewton.Stepped(unmixing, SourceInformation.Step(equations, information), 1, dimension);
        }

        private void Rotate(SourceMoments moments)
        {
            if (isFirstPass)
                Orthogonalise();
            for (int step = 0; step < StepsPerBatch; step++)
            {
                SourceStatistics statistics = moments.Compute(unmixing, contrasts, hasCurvature: false, cancellation);
                if (step == 0 && AreSeparated(statistics))
                {
                    separatedAfter = Seen;
                    refined = moments.Count;
                    unmixing = Array.ConvertAll(unmixing, value => deviation * value);
                    return;
                }

                (double[] turn, double largest) = SteinRotation.Step(statistics, unit);
                unmixing = SteinRotation.Turned(unmixing, turn, Math.Min(1, SteinRotation.MaxTurn / largest));
            }
        }

        /// <summary>Whether no pair's mean curvature is below the floor.</summary>
        private bool AreSeparated(SourceStatistics statistics)
        {
            double[] own = SteinRotation.Curvatures(statistics);
            for (int i = 0; i < dimension; i++)
                curvatures[i] += Newest * ((own[i] / unit) - curvatures[i]);
            return curvatures.Max() < -SteinRotation.DefaultMinCurvature / 2;
        }

        private void Refine(SourceMoments moments)
        {
            double count = sum is null ? refined + moments.Count : running.Count;
            double next = LikelihoodEquations.Smoothing(dimension, count);
            if (next < Shrinkage * smoothing || (sum is not null && next != smoothing))
            {
                smoothing = next;
                (terms, information) = LikelihoodEquations.Terms(densities, smoothing);
            }

            double[] equations = LikelihoodEquations.Equations(
                moments.Compute(unmixing, terms, hasCurvature: false, cancellation), information);
            if (sum is not null)
            {
                for (int i = 0; i < sum.Length; i++)
                    sum[i] += moments.Count * equations[i];
                return;
            }

            refined = count;
            unmixing = RelativeQuasiNewton.Stepped(
                unmixing, SourceInformation.Step(equations, information), moments.Count / count, dimension);
        }

        /// <summary>
        /// Makes sources uncorrelated with variance 1: <c>V ← (VCVᵀ)^−½ V</c> by the iteration of Newton and Schulz, which converges while
        /// no eigenvalue of VCVᵀ is 3 or more; V is divided before.
        /// </summary>
        private void Orthogonalise()
        {
            const int MaxIterations = 60;
            const double Tolerance = 1e-12;
            double[] covariance = running.Covariance;
            double error = double.PositiveInfinity;
            for (int iteration = 0; iteration < MaxIterations && error > Tolerance; iteration++)
            {
                double[] correlation = Product(Product(unmixing, covariance), Transposed(unmixing));
                double largest = correlation.Chunk(dimension).Max(row => row.Sum(Math.Abs));
                double scale = largest < 2.9 ? 1 : 1 / largest;
                error = 0;
                for (int i = 0; i < correlation.Length; i++)
                {
                    double unit = i % (dimension + 1) == 0 ? 1 : 0;
                    error = Math.Max(error, Math.Abs(correlation[i] - unit));
                    correlation[i] = Math.Sqrt(scale) * ((1.5 * unit) - (0.5 * scale * correlation[i]));
                }

                unmixing = Product(correlation, unmixing);
            }
        }

        private double[] Transposed(double[] a)
            => [.. Enumerable.Range(0, a.Length).Select(i => a[(i % dimension * dimension) + (i / dimension)])];

        private double[] Product(double[] a, double[] b) => HostProduct.Multiply(
            PaddedMatrix.FromRows(a, dimension, dimension), PaddedMatrix.FromRows(b, dimension, dimension)).ToArray();
    }
}
