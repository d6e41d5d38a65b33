using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit.Slices;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Slices;

/// <summary>The derivatives behind active slices against difference quotients, and what the slices find.</summary>
public class ActiveSlicesTests
{
    private const int Count = 9;
    private const int Dimension = 3;

    private static readonly GaussianMixture Model
        = GaussianMixture.Isotropic(Dimension, [0.4, 0.6], [0.5, 0, 0.2, -0.5, 1, 0], [1.5, 1]);

    [Fact]
    public void The_kernel_smoothed_gradient_is_that_of_the_witness()
    {
        var draw = new Draw(301);
        double[] samples = draw.Normal(Count * Dimension), scores = draw.Normal(Count * Dimension), r = draw.Normal(Dimension);
        var slices = new KernelSmoothedSlices(samples, scores, Dimension);
        double a = 1 / ((slices.Bandwidth * slices.Bandwidth) + 1e-9);
        double[] gradients = slices.Gradients(r).ToArray();
        for (int at = 0; at < gradients.Length; at += Dimension)
        {
            FiniteDifferences.Check(
                $"sample {at / Dimension}", Witness, samples[at..(at + Dimension)], gradients[at..(at + Dimension)], magnitude: 10);
        }

        double Witness(double[] y)
        {
            double sum = 0;
            for (int i = 0; i < samples.Length; i += Dimension)
            {
                double square = 0, along = 0;
                for (int d = 0; d < Dimension; d++)
                {
                    double difference = samples[i + d] - y[d];
                    square += difference * difference;
                    along += r[d] * (scores[i + d] - (2 * a * difference));
                }

                sum += Math.Exp(-a * square) * along;
            }

            return sum;
        }
    }

    [Fact]
    public void The_estimated_gradient_passes_through_the_estimator()
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(302);
        double[] samples = draw.Normal(Count * Dimension), r = draw.Normal(Dimension);
        double[] gradients = new EstimatedSlices(device, samples, Model, 0.1, 1.7).Gradients(r).ToArray();
        FiniteDifferences.Check("all samples", Sum, samples, gradients, magnitude: 100, largestStep: 1.0 / 32);

        double Sum(double[] x)
        {
            double[] estimates = new EstimatedSlices(device, x, Model, 0.1, 1.7).Scores, scores = new double[x.Length];
            ((IDensity)Model).Score(x, scores);
            return scores.Select((score, i) => (score - estimates[i]) * r[i % Dimension]).Sum();
        }
    }
}
