using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Engine.Random;

namespace Stein.Experiments.Ica.Robust;

/// <summary>The matrix and the data of the experiment <c>ica</c>, with outliers in place of the first training points.</summary>
internal sealed class ContaminatedProblem
{
    /// <summary>The spread of a cluster of outliers as a share of the spread of the samples.</summary>
    private const double ClusterSpread = 0.01;

    private static readonly SourceDensity[] Density = [SourceDensity.Laplace];

    private readonly IcaProblem clean;
    private readonly MaximumLikelihoodIca test;

    /// <summary>Draws matrix and data; settings that differ in estimator alone give the same.</summary>
    public ContaminatedProblem(IcaLocalRobustSettings settings)
    {
        clean = new IcaProblem(new()
        {
            Dimension = settings.Dimension,
            Seed = settings.Seed,
            TrainingSamples = settings.Samples,
            TestSamples = settings.TestSamples,
        });
        int d = settings.Dimension;
        Dimension = d;
        var coordinates = new PaddedMatrix(d, settings.TestSamples);
        for (int i = 0; i < clean.Test.Length; i++)
            coordinates.Row(i % d)[i / d] = clean.Test[i];
        test = new MaximumLikelihoodIca(coordinates);
        Oracle = LogLikelihood(Truth);
        Training = Array.ConvertAll(clean.Training, value => (double)value);
        Outliers = (int)Math.Round(settings.Outliers * settings.Samples);
        Contaminate(settings);
    }

    /// <summary>D.</summary>
    public int Dimension { get; }

    /// <summary>The true unmixing matrix (D×D, row-major).</summary>
    public double[] Truth => clean.Matrices.Truth.Values;

    /// <summary>Training points, row-major (N×D), the outliers first.</summary>
    public double[] Training { get; }

    /// <summary>The number of outliers.</summary>
    public int Outliers { get; }

    /// <summary>The mean log-likelihood of the true model on the test points, which have no outliers, nats.</summary>
    public double Oracle { get; }

    /// <summary>The mean log-likelihood of the test points under a model, nats.</summary>
    /// <param name="unmixing">V (D×D, row-major).</param>
    public double LogLikelihood(double[] unmixing)
        => test.Describe(unmixing, [.. Enumerable.Repeat(Density[0], Dimension)], 0, isConverged: false).LogLikelihood;

    /// <summary>The Amari distance of V·W, in [0, 1].</summary>
    /// <param name="unmixing">V (D×D, row-major).</param>
    public double AmariDistance(double[] unmixing) => clean.AmariDistanceOf(unmixing);

    /// <summary>
    /// The number of sources that some row of V·W contains with more than twice the size of any other: those that are found.
    /// </summary>
    /// <param name="unmixing">V (D×D, row-major).</param>
    public int SourcesSeparated(double[] unmixing) => clean.SourcesSeparatedBy(unmixing);

    /// <summary>
    /// Scattered outliers are normal, with a multiple of the mean standard deviation of the coordinates; clustered ones are all near one
    /// point drawn like that.
    /// </summary>
    private void Contaminate(IcaLocalRobustSettings settings)
    {
        double scale = Enumerable.Range(0, Dimension).Average(Deviation);
        var stream = new PhiloxStream(settings.Seed, StreamPurpose.Outliers);
        double[] centre = [.. Enumerable.Range(0, Dimension).Select(_ => settings.IsClustered ? stream.NextNormal() : 0)];
        double spread = settings.IsClustered ? ClusterSpread : settings.Scale;
        for (int i = 0; i < Outliers * Dimension; i++)
            Training[i] = scale * ((settings.Scale * centre[i % Dimension]) + (spread * stream.NextNormal()));
    }

    private double Deviation(int coordinate)
    {
        double sum = 0, squares = 0;
        for (int i = coordinate; i < Training.Length; i += Dimension)
            (sum, squares) = (sum + Training[i], squares + (Training[i] * Training[i]));
        double count = Training.Length / Dimension;
        return Math.Sqrt((squares / count) - (sum / count * sum / count));
    }
}
