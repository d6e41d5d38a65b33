using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Models;

namespace Stein.Experiments.Ica;

/// <summary>
/// What all methods of one seed share: the true matrix, the start, the training and test data, and the log-likelihood of
/// the truth on the test data. Immutable, so that runs side by side can share it.
/// </summary>
internal sealed class IcaProblem
{
    private IcaProblem(PaperMatrices matrices, IcaData data, float[] training, float[] test, BaseDensity density)
    {
        Matrices = matrices;
        Mixing = data.Mixing.ToArray();
        Training = training;
        Test = test;
        using Device oracle = CpuDevices.CreateDouble();
        DeviceMatrix samples = oracle.Allocate(test.Length / Dimension, Dimension);
        oracle.Write(samples, test);
        DeviceMatrix truth = oracle.Upload(Dimension, Dimension, matrices.Truth.Values);
        Oracle = new IcaLikelihood(oracle, samples).Evaluate(truth, density);
    }

    public PaperMatrices Matrices { get; }

    public int Dimension => Matrices.Dimension;

    /// <summary>W = V_true⁻¹ (D×D).</summary>
    public IReadOnlyList<double> Mixing { get; }

    /// <summary>Training data, row-major (N×D).</summary>
    public float[] Training { get; }

    /// <summary>Test data, row-major (N×D).</summary>
    public float[] Test { get; }

    /// <summary>
    /// The mean log-likelihood of the true model on the test data, in nats. On the same points as every method's, so that
    /// the gap between the two is not blurred by the draw of the points; its expectation is E log p.
    /// </summary>
    public double Oracle { get; }

    /// <summary>Draws matrices and data; the same settings always give the same.</summary>
    public static IcaProblem Create(IcaSettings settings)
    {
        PaperMatrices matrices = PaperMatrices.Draw(settings.Seed, settings.Dimension);
        var data = new IcaData(matrices.Truth.Values, settings.Dimension, settings.Base);
        return new(
            matrices,
            data,
            data.SampleTraining(settings.EffectiveDataSeed, settings.TrainingSamples),
            data.SampleTest(settings.EffectiveDataSeed, settings.TestSamples),
            settings.Base);
    }

    /// <summary>The Amari distance of V·W for an unmixing matrix V (D×D, row-major): 0 when all sources are separated.</summary>
    public double AmariDistanceOf(ReadOnlySpan<double> unmixing)
    {
        int dimension = Dimension;
        var product = new double[dimension, dimension];
        for (int i = 0; i < dimension; i++)
        {
            for (int j = 0; j < dimension; j++)
            {
                double sum = 0;
                for (int k = 0; k < dimension; k++)
                    sum += unmixing[(i * dimension) + k] * Mixing[(k * dimension) + j];
                product[i, j] = sum;
            }
        }

        return AmariDistance.Of(product);
    }
}
