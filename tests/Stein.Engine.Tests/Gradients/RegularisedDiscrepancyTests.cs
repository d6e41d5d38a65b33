using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Gradients;

/// <summary>The learned Stein discrepancy with a regularised critic, against finite differences and against the plain one.</summary>
public class RegularisedDiscrepancyTests
{
    private const int Count = 6;
    private const int Dimension = 3;
    private const int Hidden = 5;
    private const double Lambda = 0.7;
    private const double Weight = 0.4;

    private static readonly CriticRegularisation[] Every =
    [
        .. from normalisation in Enum.GetValues<CriticNormalisation>()
           from form in Enum.GetValues<GradientPenaltyForm>()
           from penalty in new[] { 0, Weight }
           from probes in new[] { false, true }
           where (penalty > 0 || form == GradientPenaltyForm.Square) && (probes || normalisation != CriticNormalisation.Layer)
           select new CriticRegularisation(normalisation, penalty, form, probes),
    ];

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Every.Length)];

    public static TheoryData<string, int> DevicesAndIndices => TestDevices.With(Enumerable.Range(0, Every.Length));

    [Theory]
    [MemberData(nameof(Indices))]
    public void By_every_weight(int index)
    {
        using Device device = CpuDevices.CreateDouble();
        Problem problem = new(device, Every[index]);
        RegularisedSteinDiscrepancy critic = problem.Critic;
        critic.CriticGradient(problem.Samples, problem.Scores);
        double[][] gradients = [.. critic.WeightGradients.Select(device.Read)];
        for (int tensor = 0; tensor < gradients.Length; tensor++)
        {
            DeviceMatrix weights = critic.Weights[tensor];
            double[] at = device.Read(weights);
            FiniteDifferences.Check(
                $"{Every[index]}, tensor {tensor}", Objective, at, gradients[tensor], magnitude: 10, largestStep: 1.0 / 64);
            device.Write(weights, at);

            double Objective(double[] values)
            {
                device.Write(weights, values);
                (double discrepancy, double penalties) = critic.Terms(problem.Samples, problem.Scores);
                return discrepancy - penalties;
            }
        }
    }

    /// <summary>Traces and products Jᵀε by differences of the output, so that nothing of the graph's derivatives is assumed.</summary>
    [Theory]
    [MemberData(nameof(Indices))]
    public void Discrepancy_and_penalties_are_what_they_say(int index)
    {
        using Device device = CpuDevices.CreateDouble();
        CriticRegularisation regularisation = Every[index];
        Problem problem = new(device, regularisation);
        double[] scores = device.Read(problem.Scores), probes = device.Read(problem.Probes), f = problem.Output();
        double[][] jacobian = [.. Enumerable.Range(0, Dimension).Select(problem.DerivativeBy)];
        double discrepancy = 0, squares = 0, penalty = 0;
        for (int n = 0; n < Count; n++)
        {
            double slopes = 0;
            for (int d = 0; d < Dimension; d++)
            {
                int at = (n * Dimension) + d;
                double product = Enumerable.Range(0, Dimension).Sum(i => jacobian[d][(n * Dimension) + i] * probes[(n * Dimension) + i]);
                discrepancy += scores[at] * f[at];
                discrepancy += regularisation.HasProbes ? product * probes[at] : jacobian[d][at];
                squares += f[at] * f[at];
                slopes += product * product;
            }

            penalty += regularisation.Form == GradientPenaltyForm.Square ? slopes : Math.Pow(Math.Sqrt(slopes / Dimension) - 1, 2);
        }

        (double value, double penalties) = problem.Critic.Terms(problem.Samples, problem.Scores);
        Assert.Equal(discrepancy / Count, value, 1e-8);
        Assert.Equal(value, problem.Critic.Value(problem.Samples, problem.Scores));
        Assert.Equal(((Lambda * squares) + (regularisation.GradientPenalty * penalty)) / Count, penalties, 1e-8);
    }

    [Theory]
    [MemberData(nameof(DevicesAndIndices))]
    public void Every_device_agrees(string name, int index)
    {
        using Device reference = CpuDevices.CreateDouble();
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        if (TestDevices.IsSlow(device) && index % 3 > 0)
            Assert.Skip("on a simulator, a third of the forms");
        Problem expected = new(reference, Every[index]), actual = new(device, Every[index]);
        for (int tensor = 0; tensor < expected.Critic.Weights.Count; tensor++)
            device.Write(actual.Critic.Weights[tensor], reference.Read(expected.Critic.Weights[tensor]));
        expected.Critic.CriticGradient(expected.Samples, expected.Scores);
        actual.Critic.CriticGradient(actual.Samples, actual.Scores);
        for (int tensor = 0; tensor < expected.Critic.Weights.Count; tensor++)
        {
            Checks.CloseInMaximum(
                $"{Every[index]}, tensor {tensor}",
                reference.Read(expected.Critic.WeightGradients[tensor]),
                device.Read(actual.Critic.WeightGradients[tensor]),
                2e-4);
        }
    }

    [Fact]
    public void Without_regularisation_it_is_the_plain_one()
    {
        using Device device = CpuDevices.CreateDouble();
        Problem problem = new(device, new CriticRegularisation());
        var plain = new LearnedSteinDiscrepancy(device, Count, Dimension, Hidden, Hidden, Lambda);
        for (int tensor = 0; tensor < plain.Parameters.All.Count; tensor++)
            device.Write(plain.Parameters.All[tensor], device.Read(problem.Critic.Weights[tensor]));
        plain.CriticGradient(problem.Samples, problem.Scores);
        problem.Critic.CriticGradient(problem.Samples, problem.Scores);
        for (int tensor = 0; tensor < plain.Parameters.All.Count; tensor++)
        {
            Checks.CloseInMaximum(
                $"tensor {tensor}",
                device.Read(plain.Gradient.All[tensor]),
                device.Read(problem.Critic.WeightGradients[tensor]),
                1e-12);
        }
    }

    /// <summary>
    /// With spectral norm no layer stretches a vector, and Swish has slopes below 1.1, so that f has slopes below 1.21 however large the
    /// weights are; a gain takes the bound away.
    /// </summary>
    [Fact]
    public void Spectral_norm_bounds_the_slopes_until_a_gain_is_trained()
    {
        using Device device = CpuDevices.CreateDouble();
        Problem bounded = new(device, new CriticRegularisation(CriticNormalisation.Spectral), scale: 100);
        Assert.InRange(LargestSlope(bounded), 0.01, 1.21);
        Problem free = new(device, new CriticRegularisation(CriticNormalisation.SpectralGain), scale: 100);
        foreach (DeviceMatrix gain in free.Critic.Weights.Where(weights => (weights.Rows, weights.Columns) == (1, 1)))
            device.Write(gain, [10.0]);
        Assert.True(LargestSlope(free) > 1.21);

        static double LargestSlope(Problem problem) => Enumerable.Range(0, Dimension)
            .Select(problem.DerivativeBy)
            .Max(column => Enumerable.Range(0, Count).Max(n => Math.Sqrt(
                column.Skip(n * Dimension).Take(Dimension).Sum(value => value * value))));
    }

    [Fact]
    public void Layer_norm_needs_probes()
    {
        using Device device = CpuDevices.CreateDouble();
        Assert.Throws<ArgumentException>(() => new RegularisedSteinDiscrepancy(
            device, Count, Dimension, Hidden, Lambda, new CriticRegularisation(CriticNormalisation.Layer)));
    }

    private sealed class Problem
    {
        private readonly Device device;

        public Problem(Device device, CriticRegularisation regularisation, double scale = 1)
        {
            this.device = device;
            Critic = new(device, Count, Dimension, Hidden, Lambda, regularisation);
            Critic.Initialise(new PhiloxStream(3, StreamPurpose.CriticInitialisation));
            var draw = new Draw(71);
            Samples = draw.NormalOn(device, Count, Dimension);
            Scores = draw.NormalOn(device, Count, Dimension);
            Probes = draw.NormalOn(device, Count, Dimension);
            Critic.SetProbes(Probes);
            if (scale == 1)
                return;
            foreach (DeviceMatrix weights in Critic.Weights.Where(weights => weights.Rows > 1))
                device.Write(weights, [.. device.Read(weights).Select(value => scale * value)]);
            for (int step = 0; step < 200; step++)
                Critic.Advance();
        }

        public RegularisedSteinDiscrepancy Critic { get; }

        public DeviceMatrix Samples { get; }

        public DeviceMatrix Scores { get; }

        public DeviceMatrix Probes { get; }

        public double[] Output()
        {
            Critic.Evaluate(Samples);
            return device.Read(Critic.Output);
        }

        /// <summary>∂f/∂x_d of each sample (N×D).</summary>
        public double[] DerivativeBy(int d)
        {
            double[] coarse = Difference(1.0 / 512), fine = Difference(1.0 / 1024);
            return [.. coarse.Zip(fine, (wide, narrow) => ((4 * narrow) - wide) / 3)];

            double[] Difference(double step) => [.. Moved(step).Zip(Moved(-step), (after, before) => (after - before) / (2 * step))];

            double[] Moved(double step)
            {
                double[] at = device.Read(Samples);
                for (int n = 0; n < Count; n++)
                    at[(n * Dimension) + d] += step;
                Critic.Evaluate(device.Upload(Count, Dimension, at));
                return device.Read(Critic.Output);
            }
        }
    }
}
