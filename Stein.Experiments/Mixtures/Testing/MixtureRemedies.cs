using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Kernels;

namespace Stein.Experiments.Mixtures;

/// <summary>Tests the weighted sum of the discrepancies of its views, <c>Σ_l λ_l KSD²_l</c>.</summary>
internal sealed class SumRemedy<TKernel>(MixtureTester<TKernel> tester, IReadOnlyList<MixtureView> views) : MixtureRemedy
    where TKernel : struct, IRadialKernel
{
    public override MixtureTestResult Test(double[] samples, uint trial)
    {
        tester.Begin(trial);
        if (views.Count == 1)
            tester.Set(views[0], views[0].See(samples, trial));
        for (int index = 0; views.Count > 1 && index < views.Count; index++)
            tester.Add(views[index], views[index].See(samples, trial), isFirst: index == 0);
        TestOutcome result = tester.Test();
        return new(result.Statistic, result.PValue);
    }
}

/// <summary>
/// Chooses the view with the largest ratio of signal to noise on the first half of the samples, and tests with it on the second: since
/// the halves are independent, the choice does not change the level. It costs half of the samples.
/// </summary>
internal sealed class SelectedRemedy<TKernel>(
    MixtureTester<TKernel> chooser, MixtureTester<TKernel> tester, IReadOnlyList<MixtureView> views) : MixtureRemedy
    where TKernel : struct, IRadialKernel
{
    public override MixtureTestResult Test(double[] samples, uint trial)
    {
        int middle = samples.Length / (chooser.Count + tester.Count) * chooser.Count;
        (MixtureView View, double[] Seen, double Ratio) best = (views[0], [], double.NegativeInfinity);
        foreach (MixtureView view in views)
        {
            // Noise for all samples at once: that of the two halves is independent.
            double[] seen = view.See(samples, trial);
            chooser.Set(view, seen.AsSpan(0, middle));
            double ratio = chooser.SignalToNoise();
            if (ratio > best.Ratio)
                best = (view, seen, ratio);
        }

        tester.Begin(trial);
        tester.Set(best.View, best.Seen.AsSpan(middle));
        TestOutcome result = tester.Test();
        return new(result.Statistic, result.PValue, best.View.Sigma);
    }
}

/// <summary>
/// Tests the largest of its views' statistics, each in units of the standard deviation of its replicates. All views share the bootstrap's
/// weights, so that the replicates of the largest are the largest of the replicates: all samples are used, and nothing is chosen before.
/// </summary>
internal sealed class MaximumRemedy<TKernel>(MixtureTester<TKernel> tester, IReadOnlyList<MixtureView> views) : MixtureRemedy
    where TKernel : struct, IRadialKernel
{
    private double[] largest = [];

    public override MixtureTestResult Test(double[] samples, uint trial)
    {
        tester.Begin(trial);
        (double Statistic, double Sigma) best = (double.NegativeInfinity, double.NaN);
        foreach (MixtureView view in views)
        {
            tester.Set(view, view.See(samples, trial));
            TestOutcome result = tester.Test();
            ReadOnlySpan<double> replicates = tester.Replicates;
            if (largest.Length != replicates.Length)
                largest = new double[replicates.Length];
            if (view == views[0])
                Array.Fill(largest, double.NegativeInfinity);
            double scale = 1 / Spread(replicates);
            for (int index = 0; index < largest.Length; index++)
                largest[index] = Math.Max(largest[index], replicates[index] * scale);
            if (result.Statistic * scale > best.Statistic)
                best = (result.Statistic * scale, view.Sigma);
        }

        int above = largest.Count(replicate => !(replicate < best.Statistic));
        return new(best.Statistic, (1.0 + above) / (1.0 + largest.Length), best.Sigma);
    }

    /// <summary>The root of the mean square: under the hypothesis replicates are about zero.</summary>
    private static double Spread(ReadOnlySpan<double> replicates)
    {
        double sum = 0;
        foreach (double replicate in replicates)
            sum += replicate * replicate;
        return Math.Sqrt(sum / replicates.Length);
    }
}
