using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Stein.Engine.Samples;
using Stein.Experiments.Ica;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Separation;

/// <summary>Separates the signals that are mixed in people's samples, by one method or several, and judges the models.</summary>
internal sealed class Separation
{
    private readonly SeparationSettings settings;
    private readonly int dimension;
    private readonly double[] samples;
    private readonly Action<string> begin;
    private readonly IProgress<double>? progress;
    private readonly CancellationToken cancellation;
    private readonly PaddedMatrix training;
    private readonly PaddedMatrix test;
    private readonly MaximumLikelihoodIca likelihood;

    /// <summary>The mixing matrix that is known (D×K); null where it is not.</summary>
    private readonly double[,]? truth;

    private Separation(
        double[] samples,
        int dimension,
        SeparationSettings settings,
        double[,]? truth,
        Action<string> begin,
        IProgress<double>? progress,
        CancellationToken cancellation)
    {
        (this.samples, this.dimension, this.settings, this.truth) = (samples, dimension, settings, truth);
        (this.begin, this.progress, this.cancellation) = (begin, progress, cancellation);
        int rows = samples.Length / dimension;
        (TrainingRows, TestRows) = Split(rows, settings);
        double[] chosen = SampleMatrix.Select(samples, dimension, TrainingRows);
        SamplePreparation preparation = settings.IsWhitened
            ? SamplePreparation.Whiten(chosen, dimension, settings.Components ?? dimension)
            : SamplePreparation.Standardise(chosen, dimension);
        Preparation = settings.IsCentred ? preparation : preparation with { Mean = new double[dimension] };
        training = Preparation.Apply(chosen);
        test = Preparation.Apply(SampleMatrix.Select(samples, dimension, TestRows));
        likelihood = new MaximumLikelihoodIca(training);
    }

    public SeparationSettings Settings => settings;

    /// <summary>The rows to which the models are fitted, ascending.</summary>
    public IReadOnlyList<int> TrainingRows { get; }

    /// <summary>The rows held out, ascending.</summary>
    public IReadOnlyList<int> TestRows { get; }

    public SamplePreparation Preparation { get; }

    /// <summary>One model for each method, in their order.</summary>
    public IReadOnlyList<SeparatedModel> Models { get; private set; } = [];

    private int Components => Preparation.Components;

    /// <summary>Which rows are fitted and which are held out.</summary>
    public static (int[] Training, int[] Test) Split(int rows, SeparationSettings settings)
    {
        int held = (int)Math.Round(settings.TestShare * rows);
        int[] order = [.. Enumerable.Range(0, rows)];
        new PhiloxStream(settings.Seed, StreamPurpose.HeldOut).Shuffle(order);
        return ([.. order.Skip(held).Order()], [.. order.Take(held).Order()]);
    }

    /// <summary>Separates.</summary>
    /// <param name="samples">N×D, row-major, of which the training rows have full rank, or at least that of the components.</param>
    /// <param name="truth">The true mixing matrix (D×K); null where it is not known.</param>
    /// <param name="begin">Is told what is begun.</param>
    /// <param name="progress">Is told what share of that is done.</param>
    /// <exception cref="ArgumentException">A training diverged.</exception>
    public static Separation Compute(
        double[] samples,
        int dimension,
        SeparationSettings settings,
        double[,]? truth,
        Action<string> begin,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        begin("preparing the samples");
        var separation = new Separation(samples, dimension, settings, truth, begin, progress, cancellation);
        separation.Models = [.. settings.Methods.Select(separation.Fit)];
        return separation;
    }

    /// <summary>The sources of all rows (N×K) under a model.</summary>
    public double[,] SourcesOf(SeparatedModel model)
    {
        int rows = samples.Length / dimension;
        var sources = new double[rows, Components];
        for (int i = 0; i < rows; i++)
        {
            for (int c = 0; c < Components; c++)
            {
                double sum = 0;
                for (int d = 0; d < dimension; d++)
                    sum += model.Unmixing[c, d] * (samples[(i * dimension) + d] - Preparation.Mean[d]);
                sources[i, c] = sum;
            }
        }

        return sources;
    }

    private SeparatedModel Fit(string method)
    {
        IReadOnlyList<SourceDensity> densities = settings.Densities(method);
        IcaSolution[] solutions = SeparationSettings.IsStein(method)
            ? [TrainStein(method, densities)]
            : [.. Enumerable.Range(0, settings.Starts).Select(start => FitFrom(method, densities, start))];
        IcaSolution best = solutions.MaxBy(solution => solution.LogLikelihood)!;
        SeparationStart[] starts =
        [
            .. solutions.Select((solution, start) => new SeparationStart(
                start + 1,
                solution.LogLikelihood + Preparation.LogVolume,
                solution.GradientNorm,
                solution.Iterations,
                solution.IsConverged,
                ReferenceEquals(solution, best) ? 0 : Distance(solution.Unmixing, Inverse(best.Unmixing)))),
        ];
        return Describe(method, best, starts);
    }

    private IcaSolution FitFrom(string method, IReadOnlyList<SourceDensity> densities, int start)
    {
        begin(settings.Starts == 1 ? $"fitting {method}" : $"fitting {method}, start {start + 1} of {settings.Starts}");
        double[] rotation = MaximumLikelihoodIca.RandomRotation(Components, settings.Seed, (uint)start);
        if (method == SeparationSettings.FastIca)
        {
            const double Turn = 1e-12;
            var fast = new FastIca(likelihood.Moments, rotation, Turn);
            fast.Run(settings.MaxIterations, cancellation: cancellation);
            return likelihood.FitScales(fast.Unmixing, densities, fast.Iterations, fast.IsFinished, cancellation);
        }

        if (method == SeparationSettings.Local)
            return FitLocal(rotation, densities);

        return likelihood.Fit(rotation, densities, settings.Tolerance, settings.MaxIterations, ReportNorm, cancellation);
    }

    /// <summary>From a gradient of 1 to the tolerance, by powers of ten: it falls by about as much in every step.</summary>
    private void ReportNorm(double norm)
        => progress?.Report(Math.Clamp(-Math.Log10(norm) / Math.Max(1, -Math.Log10(settings.Tolerance)), 0.01, 0.99));

    private IcaSolution FitLocal(double[] rotation, IReadOnlyList<SourceDensity> densities)
    {
        LocalSolution solution = new LocalIca(training).Fit(
            rotation,
            densities,
            SteinContrast.Default,
            settings.Tolerance,
            settings.MaxIterations,
            ReportNorm,
            cancellation);
        return likelihood.Describe(
            solution.Unmixing, solution.Densities, solution.Iterations, solution.IsConverged, cancellation);
    }

    private IcaSolution TrainStein(string method, IReadOnlyList<SourceDensity> densities)
    {
        begin($"training by {method}");
        IcaSettings stein = settings.Stein with
        {
            Method = method,
            Base = densities[0] == SourceDensity.Laplace ? BaseDensity.Laplace : BaseDensity.StudentT,
            Seed = settings.Seed,
        };
        IcaSolution start = likelihood.FitScales(
            MaximumLikelihoodIca.RandomRotation(Components, settings.Seed, 0), densities, 0, isConverged: false, cancellation);
        double[] unmixing = SteinSeparation.Train(training, stein, start.Unmixing, progress, cancellation);
        return likelihood.Describe(unmixing, start.Densities, stein.Iterations, isConverged: false, cancellation);
    }

    private SeparatedModel Describe(string method, IcaSolution solution, SeparationStart[] starts)
    {
        int k = Components;
        double[] forward = Product(solution.Unmixing, Preparation.Forward, k, k, dimension);
        double[] backward = Product(Preparation.Backward, Inverse(solution.Unmixing), dimension, k, k);
        PaddedMatrix fitted = MaximumLikelihoodIca.Apply(solution.Unmixing, training);
        PaddedMatrix held = MaximumLikelihoodIca.Apply(solution.Unmixing, test);
        double[] variances = [.. Enumerable.Range(0, k).Select(c => Variance(fitted.Row(c)))];
        double[] shares = [.. Enumerable.Range(0, k).Select(
            c => variances[c] * Enumerable.Range(0, dimension).Sum(d => Square(Scaled(d, c))) / dimension)];
        int[] order = [.. Enumerable.Range(0, k).OrderByDescending(c => shares[c])];
        double[] signs = [.. order.Select(c => Math.Sign(
            Enumerable.Range(0, dimension).Select(d => Scaled(d, c)).MaxBy(Math.Abs)))];
        var unmixing = new double[k, dimension];
        var mixing = new double[dimension, k];
        for (int place = 0; place < k; place++)
        {
            for (int d = 0; d < dimension; d++)
            {
                unmixing[place, d] = signs[place] * forward[(order[place] * dimension) + d];
                mixing[d, place] = signs[place] * backward[(d * k) + order[place]];
            }
        }

        double volume = SquareMatrix.LogDeterminant(solution.Unmixing, k).LogAbsoluteDeterminant + Preparation.LogVolume;
        bool isStein = SeparationSettings.IsStein(method);
        return new SeparatedModel
        {
            Method = method,
            Unmixing = unmixing,
            Mixing = mixing,
            Sources =
            [
                .. order.Select(c => new SeparatedSource(
                    solution.Densities[c].Name,
                    shares[c],
                    NonGaussianity(solution.Densities[c], TestRows.Count > 1 ? held.Row(c) : fitted.Row(c), variances[c]))),
            ],
            TrainingLogLikelihood = LogLikelihoods(fitted, solution.Densities, volume),
            TestLogLikelihood = LogLikelihoods(held, solution.Densities, volume),
            GradientNorm = solution.GradientNorm,
            Iterations = solution.Iterations,
            IsConverged = isStein ? null : solution.IsConverged,
            Starts = starts,
            DistanceFromTruth = truth is null ? double.NaN : DistanceFromTruth(forward, variances),
        };

        double Scaled(int d, int c) => backward[(d * k) + c] / Preparation.Deviations[d];
    }

    private static Summary LogLikelihoods(PaddedMatrix sources, IReadOnlyList<SourceDensity> densities, double volume)
    {
        var each = new double[sources.Columns];
        for (int c = 0; c < sources.Rows; c++)
        {
            for (int i = 0; i < each.Length; i++)
                each[i] += densities[c].LogDensity(sources.Row(c)[i]);
        }

        return Summary.Of(Array.ConvertAll(each, value => value + volume));
    }

    /// <summary>Against N(0, variance).</summary>
    private static Summary NonGaussianity(SourceDensity density, ReadOnlySpan<double> source, double variance)
    {
        var each = new double[source.Length];
        for (int i = 0; i < each.Length; i++)
        {
            double normal = -0.5 * (Math.Log(2 * Math.PI * variance) + (source[i] * source[i] / variance));
            each[i] = density.LogDensity(source[i]) - normal;
        }

        return Summary.Of(each);
    }

    /// <summary>The Amari distance of V A, with the sources of both scaled to variance 1.</summary>
    /// <param name="unmixing">V (K×K, row-major), of the prepared samples.</param>
    /// <param name="mixing">The inverse of the other V (K×K, row-major).</param>
    private double Distance(double[] unmixing, double[] mixing)
    {
        double[] own = Deviations(unmixing), other = Deviations(Inverse(mixing));
        double[] product = Product(unmixing, mixing, Components, Components, Components);
        return Amari((i, j) => product[(i * Components) + j] * other[j] / own[i]);

        double[] Deviations(double[] of)
        {
            PaddedMatrix sources = MaximumLikelihoodIca.Apply(of, training);
            return [.. Enumerable.Range(0, Components).Select(c => Math.Sqrt(Variance(sources.Row(c))))];
        }
    }

    private double DistanceFromTruth(double[] forward, double[] variances)
    {
        int k = Components;
        // The true sources have the scale that the samples give them.
        Matrix<double> inverse = Matrix<double>.Build.DenseOfArray(truth!).PseudoInverse();
        double[] deviations = new double[k];
        for (int c = 0; c < k; c++)
        {
            double squares = 0, sum = 0;
            foreach (int row in TrainingRows)
            {
                double source = 0;
                for (int d = 0; d < dimension; d++)
                    source += inverse[c, d] * samples[(row * dimension) + d];
                sum += source;
                squares += source * source;
            }

            double mean = sum / TrainingRows.Count;
            deviations[c] = Math.Sqrt((squares / TrainingRows.Count) - (mean * mean));
        }

        return Amari((i, j) => Enumerable.Range(0, dimension).Sum(d => forward[(i * dimension) + d] * truth![d, j])
            * deviations[j] / Math.Sqrt(variances[i]));
    }

    private double Amari(Func<int, int, double> entry)
    {
        var product = new double[Components, Components];
        for (int i = 0; i < Components; i++)
        {
            for (int j = 0; j < Components; j++)
                product[i, j] = entry(i, j);
        }

        return AmariDistance.Of(product);
    }

    private double[] Inverse(double[] matrix) => SquareMatrix.Inverse(matrix, Components);

    private static double[] Product(double[] a, double[] b, int rows, int inner, int columns)
        => HostProduct.Multiply(PaddedMatrix.FromRows(a, rows, inner), PaddedMatrix.FromRows(b, inner, columns)).ToArray();

    private static double Variance(ReadOnlySpan<double> values)
    {
        double sum = 0, squares = 0;
        foreach (double value in values)
            sum += value;
        double mean = sum / values.Length;
        foreach (double value in values)
            squares += Square(value - mean);
        return squares / values.Length;
    }

    private static double Square(double value) => value * value;
}
