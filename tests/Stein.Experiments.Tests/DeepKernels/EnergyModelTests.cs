using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Random;
using Stein.Experiments.DeepKernels;
using Xunit;

namespace Stein.Experiments.Tests.DeepKernels;

public class EnergyModelTests
{
    private const int Count = 5;
    private const double Step = 1e-5;

    [Fact]
    public void The_score_is_minus_the_gradient_of_the_energy()
    {
        using Device device = DeviceCatalog.Create("double");
        (EnergyModel model, double[] points) = Create(device);
        double[] scores = device.Read(model.Scores(device.Upload(Count, 2, points)));
        for (int i = 0; i < points.Length; i++)
        {
            double slope = (Energy(i, Step) - Energy(i, -Step)) / (2 * Step);
            Assert.Equal(-slope, scores[i], 1e-8);
        }

        double Energy(int moved, double by)
        {
            double[] at = [.. points];
            at[moved] += by;
            return device.Read(model.Energies(device.Upload(Count, 2, at)))[moved / 2];
        }
    }

    /// <summary>Both gradients by differences of losses that are computed from scores alone.</summary>
    [Fact]
    public void Gradients_are_slopes_of_their_losses()
    {
        using Device device = DeviceCatalog.Create("double");
        (EnergyModel model, double[] points) = Create(device);
        DeviceMatrix at = device.Upload(Count, 2, points);
        double[] upstream = [.. Enumerable.Range(0, 2 * Count).Select(i => Math.Sin(i + 1.0))];
        model.BackPropagate(at, device.Upload(Count, 2, upstream));
        Check(() => device.Read(model.Scores(at)).Zip(upstream, (score, weight) => score * weight).Sum());
        model.MatchScores(at);
        Check(() => 0.5 * device.Read(model.Scores(at)).Sum(score => score * score) / Count + Divergence());

        void Check(Func<double> loss)
        {
            double[] gradient = [.. model.Gradient.SelectMany(device.Read)], weights = new double[model.Parameters.Count];
            model.Parameters.Read(weights);
            foreach (int i in Enumerable.Range(0, weights.Length).Where(i => i % 3 == 0))
            {
                double slope = (Loss(i, Step) - Loss(i, -Step)) / (2 * Step);
                Assert.Equal(slope, gradient[i], 1e-6);
            }

            model.Parameters.Write(weights);

            double Loss(int moved, double by)
            {
                double[] other = [.. weights];
                other[moved] += by;
                model.Parameters.Write(other);
                return loss();
            }
        }

        // The mean trace of the scores' Jacobian matrix.
        double Divergence()
        {
            const double Wide = 1e-3;
            double sum = 0;
            for (int d = 0; d < 2; d++)
            {
                double[] above = Scores(d, Wide), below = Scores(d, -Wide), farAbove = Scores(d, 2 * Wide), farBelow = Scores(d, -2 * Wide);
                for (int i = d; i < above.Length; i += 2)
                    sum += ((8 * (above[i] - below[i])) - (farAbove[i] - farBelow[i])) / (12 * Wide);
            }

            return sum / Count;
        }

        double[] Scores(int coordinate, double by) => device.Read(model.Scores(device.Upload(
            Count, 2, [.. points.Select((value, i) => i % 2 == coordinate ? value + by : value)])));
    }

    private static (EnergyModel Model, double[] Points) Create(Device device)
    {
        var model = new EnergyModel(device, Count, 2, hidden: 4);
        model.Parameters.Initialise(new PhiloxStream(3, StreamPurpose.Initialisation));
        var stream = new PhiloxStream(4, StreamPurpose.TestData);
        return (model, [.. Enumerable.Range(0, 2 * Count).Select(_ => stream.NextNormal())]);
    }
}
