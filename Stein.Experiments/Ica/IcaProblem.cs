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
    private readonly IcaData data;
    private readonly ulong seed;
    private readonly Lazy<float[]> training;

    /// <summary>Draws matrices and data; the same settings always give the same.</summary>
    public IcaProblem(IcaSettings settings)
    {
        Dimension = settings.Dimension;
        Matrices = PaperMatrices.Draw(settings.Seed, Dimension);
        data = new IcaData(Matrices.Truth.Values, Dimension, settings.Base);
        seed = settings.EffectiveDataSeed;
        training = new(() => data.SampleTraining(seed, settings.TrainingSamples));
        Test = data.SampleTest(seed, settings.TestSamples);
        using Device device = CpuDevices.CreateDouble();
        DeviceMatrix samples = device.Allocate(settings.TestSamples, Dimension);
        device.Write(samples, Test);
        Oracle = new IcaLikelihood(device, samples).Evaluate(device.Upload(Dimension, Dimension, Matrices.Truth.Values), settings.Base);
    }

    public PaperMatrices Matrices { get; }

    public int Dimension { get; }

    /// <summary>Training data, row-major (N×D). Drawn when first asked for: there may be too many to hold.</summary>
    public float[] Training => training.Value;

    /// <summary>Test data, row-major (N×D).</summary>
    public float[] Test { get; }

    /// <summary>
    /// The mean log-likelihood of the true model on the test data, in nats. On the same points as every method's, so that
    /// the gap between the two is not blurred by the draw of the points; its expectation is E log p.
    /// </summary>
    public double Oracle { get; }

    /// <summary>A part of <see cref="Training"/>, drawn anew.</summary>
    /// <param name="first">The index of its first sample.</param>
    /// <param name="count">The number of its samples.</param>
    public float[] DrawTraining(long first, int count) => data.SampleTraining(seed, count, first);

    /// <summary>The Amari distance of V·W for an unmixing matrix V (D×D, row-major): 0 when all sources are separated.</summary>
    public double AmariDistanceOf(ReadOnlySpan<double> unmixing) => AmariDistance.Of(Product(unmixing));

    /// <summary>The true sources that some row of V·W has at least twice as much of as of any other: D when all are separated.</summary>
    public int SourcesSeparatedBy(ReadOnlySpan<double> unmixing)
    {
        double[,] product = Product(unmixing);
        var found = new HashSet<int>();
        for (int i = 0; i < Dimension; i++)
        {
            int[] order = [.. Enumerable.Range(0, Dimension).OrderByDescending(j => Math.Abs(product[i, j])).Take(2)];
            if (order.Length == 1 || Math.Abs(product[i, order[1]]) < 0.5 * Math.Abs(product[i, order[0]]))
                found.Add(order[0]);
        }

        return found.Count;
    }

    /// <summary>V·W.</summary>
    private double[,] Product(ReadOnlySpan<double> unmixing)
    {
        var product = new double[Dimension, Dimension];
        for (int i = 0; i < Dimension; i++)
        {
            for (int k = 0; k < Dimension; k++)
            {
                double weight = unmixing[(i * Dimension) + k];
                for (int j = 0; j < Dimension; j++)
                    product[i, j] += weight * data.Mixing[(k * Dimension) + j];
            }
        }

        return product;
    }
}
