using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Discrepancies;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Stein.Experiments.Ica;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

public sealed class LocalDeepKsdTests
{
    /// <summary>
    /// Adam's first step is the rate times the sign of each entry of the relative gradient, which finite differences along
    /// V ← (I + εE) V give too. The features hardly move: their rate is too small.
    /// </summary>
    [Theory]
    [InlineData(BaseDensity.Laplace)]
    [InlineData(BaseDensity.StudentT)]
    public void The_first_step_is_down_the_gradient_by_the_model(BaseDensity density)
    {
        const int Dimension = 4, Batch = 30;
        IcaSettings settings = new()
        {
            Method = "deep-ksd-local",
            Dimension = Dimension,
            Batch = Batch,
            TrainingSamples = Batch,
            TestSamples = 20,
            FeatureUnits = 5,
            Base = density,
            InnerLearningRate = 1e-12,
        };
        var problem = new IcaProblem(settings);
        using Device device = DeviceCatalog.Create("double");
        var model = new IcaModel(device, Dimension, Batch, settings.Base);
        var method = IcaMethod.Of(settings);
        double[] start = method.InitialUnmixing(settings, problem);
        device.Write(model.Unmixing, start);
        DeviceMatrix batch = device.Upload(Batch, Dimension, [.. problem.Training.ToArray().Select(value => (double)value)]);
        method.Start(device, model, settings, batch)!.Step(batch, 0);
        Matrix<double> before = Square(start), after = Square(device.Read(model.Unmixing));
        Matrix<double> signs = (Matrix<double>.Build.DenseIdentity(Dimension) - (after * before.Inverse())) / settings.LearningRate;

        DeepSteinDiscrepancy discrepancy = new(
            device,
            Batch,
            Dimension,
            new DeepKernelSettings(settings.FeatureUnits, settings.Features, settings.Mixture, settings.Normalisation),
            z => LocalDeepKsd.Score(density, z));
        discrepancy.Initialise(new PhiloxStream(settings.EffectiveDataSeed, StreamPurpose.CriticInitialisation));
        DeviceMatrix sources = device.Allocate(Batch, Dimension);
        Move(0, 0, 0);
        discrepancy.SetUnit(sources);
        for (int i = 0; i < Dimension; i++)
        {
            for (int j = 0; j < Dimension; j++)
            {
                const double Step = 1e-4;
                double slope = (Value(i, j, Step) - Value(i, j, -Step)) / (2 * Step);

                // Adam divides by the magnitude and 1e-8, so that entries which are not near 0 give ±1.
                Assert.True(Math.Abs(slope) > 1e-5);
                Assert.Equal(Math.Sign(slope), signs[i, j], 2e-3);
            }
        }

        double Value(int i, int j, double step)
        {
            Move(i, j, step);
            return discrepancy.Value(sources);
        }

        void Move(int i, int j, double step)
        {
            Matrix<double> relative = Matrix<double>.Build.DenseIdentity(Dimension);
            relative[i, j] += step;
            DeviceMatrix moved = device.Upload(Dimension, Dimension, (relative * before).ToRowMajorArray());
            device.Multiply(sources, batch, moved, transposeRight: true);
        }

        static Matrix<double> Square(double[] values)
            => Matrix<double>.Build.Dense(Dimension, Dimension, (i, j) => values[(i * Dimension) + j]);
    }
}
