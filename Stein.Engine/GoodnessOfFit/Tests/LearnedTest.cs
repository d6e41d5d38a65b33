using MathNet.Numerics.Distributions;
using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Optimization;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The test by a learned critic f: the mean of <c>s(x)·f(x) + tr ∇f(x)</c> over samples that f has not seen, divided by its standard error,
/// which is compared with the standard normal distribution from above (Grathwohl, Wang, Jacobsen, Duvenaud and Zemel, "Learning the Stein
/// discrepancy for training and evaluating energy-based models without sampling", ICML 2020, section 4.1; github.com/wgrathwohl/LSD). See
/// <see cref="LearnedSteinDiscrepancy"/>.
/// </summary>
/// <remarks>
/// <para>
/// As in the authors' <c>lsd_test.py</c>, f has two hidden layers of 300 units, and Adam with a learning rate of 10⁻³ and decay rates 0.9
/// and 0.999 maximises the mean minus half the mean of ‖f‖² over 80 % of the samples.
/// </para>
/// <para>
/// For the RBM the authors take 1 000 steps with all 800 training samples, drop half of the units, decay weights by 5·10⁻⁴, maximise the
/// mean over the standard deviation, take the best of ten critics by 100 of the other 200 samples, and test with 100. What that prevents
/// is that f learns the training samples by heart; so do few steps: here 50, with 100 samples each in turn. They take 160 times fewer
/// operations, and leave 200 samples for the test. The traces are exact instead of estimates by random probes.
/// </para>
/// </remarks>
/// <param name="hidden">Units of each hidden layer.</param>
/// <param name="batch">Samples per step, or all that train if they are fewer.</param>
/// <param name="penalty">λ, the weight of the mean of ‖f‖².</param>
internal sealed class LearnedTest(
    string name,
    string title,
    int hidden = 300,
    int steps = 50,
    int batch = 100,
    double penalty = 0.5,
    double learningRate = 1e-3,
    double trainingShare = 0.8) : GoodnessOfFitTest
{
    public override string Name => name;

    public override string Title => title;

    public override int MinSamples => (int)Math.Ceiling(2 / (1 - trainingShare));

    public override PreparedTest Prepare(Device device, int count, int dimension, int replicates)
    {
        int trained = TestSamples.TrainingCount(count, trainingShare), tested = count - trained, rows = Math.Min(batch, trained);
        var training = new LearnedSteinDiscrepancy(device, rows, dimension, hidden, hidden, penalty);
        var test = new LearnedSteinDiscrepancy(device, tested, dimension, hidden, hidden, penalty);
        DeviceMatrix values = device.Allocate(count, dimension), scores = device.Allocate(count, dimension);
        return (samples, seed) =>
        {
            samples.Check(count, dimension);
            device.Write(values, samples.Values);
            device.Write(scores, samples.Scores);
            training.Parameters.Initialise(seed.Stream(StreamPurpose.CriticInitialisation));
            var adam = new Adam(
                new AdamSettings(learningRate, Beta2: 0.999), training.Parameters.All, training.Gradient.All, ascend: true);
            for (int step = 0; step < steps; step++)
            {
                int first = step % (trained / rows) * rows;
                training.CriticGradient(values.RowRange(first, rows), scores.RowRange(first, rows));
                adam.Step();
            }

            foreach ((DeviceMatrix copy, DeviceMatrix original) in test.Parameters.All.Zip(training.Parameters.All))
                device.Map<Identity>(copy, original);
            (double[] products, double[] traces) = test.PerSample(values.RowRange(trained, tested), scores.RowRange(trained, tested));
            double[] terms = [.. products.Zip(traces, (product, trace) => product + trace)];
            double mean = terms.Average(), variance = terms.Sum(term => (term - mean) * (term - mean)) / (tested - 1);
            double statistic = mean / Math.Sqrt(variance / tested);
            return double.IsFinite(statistic)
                ? new(statistic, Math.Max(double.Epsilon, Normal.CDF(0, 1, -statistic)))
                : throw new ArgumentException(
                    $"A statistic of {statistic} cannot be tested: samples and scores must be finite numbers, without NaN.");
        };
    }
}
