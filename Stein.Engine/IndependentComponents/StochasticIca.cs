using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>Separates sources of samples that are never in memory at once, by steps on one batch after another.</summary>
/// <remarks>
/// <para>
/// The contrast of <see cref="SteinRotation"/> is fixed, so that its mean over a batch is an unbiased estimate of that over all samples,
/// which a squared discrepancy of a batch is not. Each batch of <see cref="BatchRows"/> samples for each source is taken for a few such
/// steps, of full length, among matrices that whiten all samples seen so far. Curvatures before the first of these steps, on samples that
/// the matrix does not know, are averaged; when all are those of sources, the second part begins.
/// </para>
/// <para>
/// There, each batch is taken for one Gauss–Newton step of <see cref="LikelihoodEquations"/>, the t-th with the length 2/(t + 2): to first
/// order the result is the mean of what the batches say with weights that grow like t. So the first ones are forgotten, whose steps are too
/// large for first order, at the price of a third more variance. In each pass after that M is added up over all samples, for one full step
/// at its end, which leaves the error of a search over them all. An iteration is a batch, and results have the same bits for any number of
/// cores.
/// </para>
/// </remarks>
internal sealed class StochasticIca : UnmixingSearch
{
    /// <summary>Samples per batch, for each source.</summary>
    public const int BatchRows = 20;

    private const int StepsPerBatch = 5;

    /// <summary>The weight of the newest batch in the mean of curvatures.</summary>
    private const double Newest = 0.4;

    /// <summary>How much smaller ε must have become to be changed.</summary>
    private const double Shrinkage = 0.9;

    private readonly Func<long, int, double[]> rows;
    private readonly long count;
    private readonly int batches;
    private readonly int passes;
    private readonly int dimension;
    private readonly SourceDensity[] densities;
    private readonly SourceContrast[] contrasts;
    private readonly double unit;
    private readonly double deviation;
    private readonly RunningMoments running;
    private readonly double[] curvatures;

    /// <summary>Of the first batch: it makes numbers moderate.</summary>
    private SamplePreparation? preparation;

    /// <summary>V of prepared samples: of variance 1 until sources are separated, then of that of the density.</summary>
    private double[] unmixing;
    private double norm = double.PositiveInfinity;

    /// <summary>The samples of the second part, with as many as the result of the first is worth.</summary>
    private double refined;
    private double smoothing = double.PositiveInfinity;
    private SourceContrast[] terms = [];
    private SourceInformation[] information = [];

    /// <summary>The sum of M over the samples of a pass; null where there are steps on batches.</summary>
    private double[]? sum;

    /// <param name="rows">Gives N samples (N×D, row-major) from an index on; the same ones in each pass.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="density">Of all sources.</param>
    /// <param name="contrast">The contrast of the first part.</param>
    /// <param name="start">An orthogonal matrix (D×D, row-major).</param>
    /// <param name="passes">How often the samples are seen, at least once.</param>
    /// <exception cref="ArgumentException">There are too few samples for a batch.</exception>
    public StochasticIca(
        Func<long, int, double[]> rows, long count, SourceDensity density, SteinContrast contrast, double[] start, int passes = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(passes, 1);
        (this.rows, this.count, this.passes, unmixing) = (rows, count, passes, start);
        dimension = (int)Math.Sqrt(start.Length);
        batches = Batches(count, dimension);
        if (batches == 0)
        {
            throw new ArgumentException(
                $"There are {count} samples; a stream of {dimension} sources needs at least {BatchSize(dimension)}.");
        }

        densities = [.. Enumerable.Repeat(density, dimension)];
        contrasts = [.. Enumerable.Repeat(contrast, dimension)];
        unit = Math.Abs(contrast.CurvatureAt(density));
        deviation = density.StandardDeviation();
        running = new(dimension);
        curvatures = new double[dimension];
    }

    /// <summary>V (D×D, row-major) of the samples themselves: <c>z = V (x − Mean)</c>, of the scale of the density.</summary>
    /// <exception cref="InvalidOperationException">There was no iteration yet.</exception>
    public override double[] Unmixing => Product(
        SeparatedAfter is null ? Array.ConvertAll(unmixing, value => deviation * value) : unmixing, Preparation.Forward);

    /// <summary>The mean of the samples seen (D).</summary>
    /// <exception cref="InvalidOperationException">There was no iteration yet.</exception>
    public double[] Mean
    {
        get
        {
            double[] mean = [.. Preparation.Mean];
            for (int d = 0; d < dimension; d++)
            {
                for (int i = 0; i < dimension; i++)
                    mean[d] += Preparation.Backward[(d * dimension) + i] * running.Mean[i];
            }

            return mean;
        }
    }

    /// <summary>The number of samples seen, in all passes, when all sources were found to be separated; null while they are not.</summary>
    public long? SeparatedAfter { get; private set; }

    /// <summary>‖M‖, Frobenius, over all samples, before the last full step; infinite before the first.</summary>
    public override double Remainder => norm;

    private SamplePreparation Preparation => preparation ?? throw new InvalidOperationException("There was no iteration yet.");

    private bool IsFirstPass => Iterations < batches;

    /// <summary>The number of batches of a pass. The last batch has what is left, up to twice as many samples as the others.</summary>
    public static int Batches(long samples, int dimension) => checked((int)(samples / BatchSize(dimension)));

    private protected override void StepCore(CancellationToken cancellation)
    {
        int batch = Iterations % batches;
        if (batch == 0)
            sum = SeparatedAfter is null ? null : new double[dimension * dimension];
        Take(rows((long)batch * BatchSize(dimension), BatchLength(batch)), cancellation);
        if (batch == batches - 1 && sum is not null)
            StepFully();
        Iterations++;
        IsFinished = Iterations == (long)passes * batches;
    }

    private protected override void SaveCore(BinaryWriter writer)
    {
        Write(writer, unmixing);
        Write(writer, curvatures);
        Write(writer, [norm, refined, smoothing]);
        writer.Write(SeparatedAfter ?? -1);
        writer.Write(sum is not null);
        Write(writer, sum ?? []);
        running.Save(writer);
    }

    private protected override void RestoreCore(BinaryReader reader)
    {
        unmixing = Read(reader, unmixing.Length);
        Read(reader, dimension).CopyTo(curvatures, 0);
        (norm, refined) = (reader.ReadDouble(), reader.ReadDouble());
        double saved = reader.ReadDouble();
        if (double.IsFinite(saved))
            Smooth(saved);
        SeparatedAfter = reader.ReadInt64() is var samples && samples < 0 ? null : samples;
        sum = reader.ReadBoolean() ? Read(reader, unmixing.Length) : null;
        running.Restore(reader);
        preparation = Iterations == 0 ? null : Prepare(rows(0, BatchLength(0)));
    }

    private static int BatchSize(int dimension) => BatchRows * dimension;

    private int BatchLength(int batch)
        => BatchSize(dimension) + (batch == batches - 1 ? (int)(count % BatchSize(dimension)) : 0);

    private SamplePreparation Prepare(double[] firstBatch) => SamplePreparation.Whiten(firstBatch, dimension, dimension);

    private void Take(double[] batch, CancellationToken cancellation)
    {
        preparation ??= Prepare(batch);
        PaddedMatrix samples = preparation.Apply(batch);
        if (IsFirstPass)
            running.Add(samples);
        for (int d = 0; d < dimension; d++)
        {
            foreach (ref double value in samples.Row(d))
                value -= running.Mean[d];
        }

        var moments = new SourceMoments(samples);
        if (SeparatedAfter is null)
            Rotate(moments, cancellation);
        else
            Refine(moments, cancellation);
    }

    private void Rotate(SourceMoments moments, CancellationToken cancellation)
    {
        if (IsFirstPass)
            Orthogonalise();
        for (int step = 0; step < StepsPerBatch; step++)
        {
            SourceStatistics statistics = moments.Compute(unmixing, contrasts, hasCurvature: false, cancellation);
            if (step == 0 && AreSeparated(statistics))
            {
                SeparatedAfter = (Iterations / batches * count) + ((long)(Iterations % batches) * BatchSize(dimension)) + moments.Count;
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

    private void Refine(SourceMoments moments, CancellationToken cancellation)
    {
        double worth = sum is null ? refined + moments.Count : count;
        double next = LikelihoodEquations.Smoothing(dimension, worth);
        if (next < Shrinkage * smoothing || (sum is not null && next != smoothing))
            Smooth(next);
        double[] equations = LikelihoodEquations.Equations(
            moments.Compute(unmixing, terms, hasCurvature: false, cancellation), information);
        if (sum is not null)
        {
            for (int i = 0; i < sum.Length; i++)
                sum[i] += moments.Count * equations[i];
            return;
        }

        refined = worth;
        double length = 2 * moments.Count / (worth + moments.Count);
        unmixing = RelativeQuasiNewton.Stepped(unmixing, SourceInformation.Step(equations, information), length, dimension);
    }

    private void StepFully()
    {
        double[] equations = Array.ConvertAll(sum!, value => value / count);
        norm = Math.Sqrt(equations.Sum(value => value * value));
        unmixing = RelativeQuasiNewton.Stepped(unmixing, SourceInformation.Step(equations, information), 1, dimension);
    }

    private void Smooth(double epsilon)
    {
        smoothing = epsilon;
        (terms, information) = LikelihoodEquations.Terms(densities, smoothing);
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
