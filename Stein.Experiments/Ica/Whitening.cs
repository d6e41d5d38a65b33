using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.Devices;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>
/// The baseline with no separation at all: the training data are whitened, rotated at random, and each coordinate is
/// scaled to the mean absolute value of the base density. Nothing but second moments is used.
/// </summary>
internal sealed class Whitening : IcaMethod
{
    public override string Id => "whitening";

    public override string Name => "whitening";

    public override SeriesStyle Style { get; } =
        new(ScottPlot.Color.FromHex("#7F7F7F"), ScottPlot.LinePattern.Dashed, ScottPlot.MarkerShape.Eks);

    public override bool IsBaseline => true;

    protected override IReadOnlyList<string> Settings => [];

    public override double Operations(IcaSettings settings) => 0;

    public override double[] InitialUnmixing(IcaSettings settings, IcaProblem problem)
        => Unmixing(problem.Training, settings.Dimension, settings.Base, settings.EffectiveDataSeed);

    public override IcaMethodTraining? Start(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch) => null;

    /// <summary>The unmixing matrix (D×D, row-major).</summary>
    /// <param name="training">Training data (N×D, row-major).</param>
    /// <param name="density">The density whose E|z| the coordinates are scaled to: 1 for Laplace(0, 1).</param>
    public static double[] Unmixing(ReadOnlySpan<float> training, int dimension, BaseDensity density, ulong seed)
    {
        int samples = training.Length / dimension;
        Matrix<double> data = Matrix<double>.Build.Dense(samples, dimension);
        for (int n = 0; n < samples; n++)
        {
            for (int d = 0; d < dimension; d++)
                data[n, d] = training[(n * dimension) + d];
        }

        Matrix<double> covariance = data.TransposeThisAndMultiply(data) / samples;
        var eigen = covariance.Evd(Symmetricity.Symmetric);
        Vector<double> scales = eigen.EigenValues.Map(value => 1 / Math.Sqrt(value.Real));
        Matrix<double> whitening = Matrix<double>.Build.DenseOfDiagonalVector(scales) * eigen.EigenVectors.Transpose();
        Matrix<double> unmixing = RandomRotation(dimension, seed) * whitening;
        Matrix<double> sources = data * unmixing.Transpose();
        double target = MeanAbsoluteValue(density);
        for (int d = 0; d < dimension; d++)
            unmixing.SetRow(d, unmixing.Row(d) * (target * samples / sources.Column(d).L1Norm()));
        return unmixing.ToRowMajorArray();
    }

    /// <summary>E|z| of the base density: 1 for Laplace(0, 1), <c>2√ν Γ((ν+1)/2)/(√π Γ(ν/2)(ν−1))</c> for Student t, ν = 5.</summary>
    public static double MeanAbsoluteValue(BaseDensity density)
        => density == BaseDensity.Laplace
            ? 1
            : 2 * Math.Sqrt(5) * MathNet.Numerics.SpecialFunctions.Gamma(3)
                / (Math.Sqrt(Math.PI) * MathNet.Numerics.SpecialFunctions.Gamma(2.5) * 4);

    /// <summary>Uniform over the orthogonal group: the Q of a Gaussian matrix, with the signs of R's diagonal moved into it.</summary>
    private static Matrix<double> RandomRotation(int dimension, ulong seed)
    {
        var stream = new PhiloxStream(seed, StreamPurpose.Whitening);
        Matrix<double> gaussian = Matrix<double>.Build.Dense(dimension, dimension, (_, _) => stream.NextNormal());
        var factors = gaussian.QR();
        return factors.Q * Matrix<double>.Build.DenseOfDiagonalVector(factors.R.Diagonal().Map(x => x < 0 ? -1.0 : 1.0));
    }
}
