using Stein.Engine.Devices;
using Stein.Engine.GoodnessOfFit;

namespace Stein.Experiments.Mixtures.Testing;

/// <summary>Tests samples.</summary>
/// <param name="samples">N×D, of the truth.</param>
/// <param name="trial">Decides which numbers are drawn for the noise and the bootstrap.</param>
/// <returns>The outcome, and the σ that was chosen; NaN if none was.</returns>
/// <exception cref="ArgumentException">The statistic is not a finite number.</exception>
internal delegate (TestOutcome Outcome, double Sigma) SampleTest(double[] samples, uint trial);

/// <summary>How the discrepancies of several views are combined into one test.</summary>
/// <param name="MinSamples">The smallest number of samples that it can test.</param>
/// <param name="Cost">
/// For a number of views, how many matrices of pair terms a test computes, and how many of them the bootstrap is applied to, both in
/// units of those of all samples.
/// </param>
/// <param name="Prepare">Creates the test of a config by some views.</param>
internal sealed record ViewRule(
    int MinSamples,
    Func<int, (double Pairs, double Bootstraps)> Cost,
    Func<Device, MixtureTestSettings, IReadOnlyList<MixtureView>, SampleTest> Prepare)
{
    /// <summary>The weighted sum of the discrepancies, <c>Σ_l λ_l KSD²_l</c>; of a single one, without its weight.</summary>
    public static readonly ViewRule Sum = new(2, views => (views, 1), PrepareSum);

    /// <summary>
    /// The view with the largest ratio of signal to noise on the first half of the samples, tested on the second: since the halves are
    /// independent, the choice does not change the level. It costs half of the samples.
    /// </summary>
    public static readonly ViewRule Selected = new(4, views => (views / 4.0, 0.25), PrepareSelected);

    /// <summary>
    /// The largest of the views' statistics, each in units of the standard deviation of its replicates. All views share the bootstrap's
    /// weights, so that the replicates of the largest are the largest of the replicates: all samples are used, and no view is chosen
    /// beforehand.
    /// </summary>
    public static readonly ViewRule Maximum = new(2, views => (views, views), PrepareMaximum);

    private static SampleTest PrepareSum(Device device, MixtureTestSettings config, IReadOnlyList<MixtureView> views)
    {
        var tester = new MixtureTester(device, config, config.Samples);
        return (samples, trial) =>
        {
            tester.Begin(trial);
            tester.Set(views[0], views[0].Transform(samples, trial), views.Count == 1 ? 1 : views[0].Weight);
            foreach (MixtureView view in views.Skip(1))
                tester.Add(view, view.Transform(samples, trial));
            return (tester.Test(), double.NaN);
        };
    }

    private static SampleTest PrepareSelected(Device device, MixtureTestSettings config, IReadOnlyList<MixtureView> views)
    {
        int half = config.Samples / 2;
        var chooser = new MixtureTester(device, config, half);
        var tester = new MixtureTester(device, config, config.Samples - half);
        return (samples, trial) =>
        {
            int middle = config.Dimension * half;
            (MixtureView View, double[] Samples, double Ratio) best = (views[0], [], double.NegativeInfinity);
            foreach (MixtureView view in views)
            {
                // Noise for all samples at once: that of the two halves is independent.
                double[] transformed = view.Transform(samples, trial);
                chooser.Set(view, transformed.AsSpan(0, middle));
                double ratio = chooser.SignalToNoise();
                if (ratio > best.Ratio)
                    best = (view, transformed, ratio);
            }

            tester.Begin(trial);
            tester.Set(best.View, best.Samples.AsSpan(middle));
            return (tester.Test(), best.View.Sigma);
        };
    }

    private static SampleTest PrepareMaximum(Device device, MixtureTestSettings config, IReadOnlyList<MixtureView> views)
    {
        var tester = new MixtureTester(device, config, config.Samples);
        return (samples, trial) =>
        {
            tester.Begin(trial);
            double[] largest = [];
            (double Statistic, double Sigma) best = (double.NegativeInfinity, double.NaN);
            foreach (MixtureView view in views)
            {
                tester.Set(view, view.Transform(samples, trial));
                TestOutcome outcome = tester.Test();

                // The root of the mean square: under the hypothesis the replicates have a mean of about zero.
                double[] replicates = tester.Replicates.ToArray();
                double scale = 1 / Math.Sqrt(replicates.Average(replicate => replicate * replicate));
                double[] scaled = Array.ConvertAll(replicates, replicate => replicate * scale);
                largest = largest.Length == 0 ? scaled : [.. largest.Zip(scaled, Math.Max)];
                if (outcome.Statistic * scale > best.Statistic)
                    best = (outcome.Statistic * scale, view.Sigma);
            }

            int above = largest.Count(replicate => !(replicate < best.Statistic));
            return (new TestOutcome(best.Statistic, (1.0 + above) / (1.0 + largest.Length)), best.Sigma);
        };
    }
}
