using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Random;
using Stein.Engine.Samples;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;

namespace Stein.Cli.Commands;

/// <summary>A component of a mixture, and the share of the samples that are its own.</summary>
/// <param name="Component">From 1.</param>
/// <param name="Share">The mean responsibility of the component for the samples, which is its weight under the model.</param>
/// <param name="StandardError">The larger of that of the samples and that of as many samples of the model.</param>
internal sealed record KsdComponent(int Component, double Weight, double Share, double StandardError)
{
    public double Distance => (Share - Weight) / StandardError;
}

/// <summary>Samples and model with noise.</summary>
internal sealed record KsdRung(double Sigma, double Bandwidth, double Statistic, double PValue);

/// <summary>What scores do not show of a mixture: whether its components have their shares of the samples.</summary>
/// <param name="Silence">Why nothing was compared; null where something was.</param>
/// <param name="PValue">That of all noise together; NaN where nothing was compared.</param>
/// <param name="Tested">The number of samples that were tested with noise.</param>
internal sealed record KsdModes(
    string? Silence, IReadOnlyList<KsdComponent> Components, IReadOnlyList<KsdRung> Rungs, double PValue, int Tested)
{
    private const int MaxTested = 2000;

    public static KsdModes Compute(KsdRequest request, KsdSamples samples, PhaseProgress progress, CancellationToken cancellation)
    {
        if (request.Files.Target!.Density is not GaussianMixture { Components: > 1 } mixture)
            return new("The target has a single mode, so that no other can be missing.", [], [], double.NaN, 0);
        if (samples.IsTransformed)
        {
            return new(
                "The support cuts off parts of the components, so that their weights are not those of the file: nothing is said about "
                + "missing modes.",
                [],
                [],
                double.NaN,
                0);
        }

        progress.Begin("comparing the components");
        ChainRows? chains = request.IsIndependent ? null : samples.Chains;
        var responsibilities = new double[samples.Count * mixture.Components];
        mixture.Responsibilities(samples.Values, responsibilities);
        KsdComponent[] components =
        [
            .. Enumerable.Range(0, mixture.Components).Select(k =>
            {
                double[] column = [.. Enumerable.Range(0, samples.Count).Select(i => responsibilities[(i * mixture.Components) + k])];
                return Component(k, mixture.Weights[k], column, chains);
            }),
        ];

        progress.Begin("comparing samples and model with noise");
        (ChainRows testedChains, int[] rows) = samples.Chains.Thin((samples.Count + MaxTested - 1) / MaxTested);
        double[] rungs = NoiseLadder.Rungs(mixture);
        SteinView[] views = NoiseLadder.Views(
            mixture, SampleMatrix.Select(samples.Values, samples.Dimension, rows), rungs, request.Kernel, request.Seed);
        JointSteinTest test = JointSteinTest.Compute(
            views,
            request.IsIndependent ? null : testedChains,
            request.Replicates,
            new(request.Seed, StreamPurpose.Bootstrap),
            progress: progress,
            cancellation: cancellation);
        return new(
            null,
            components,
            [
                .. views.Select((view, index) => new KsdRung(
                    rungs[index], view.Kernel.Bandwidths[0], test.Views[index].Statistic, test.Views[index].PValue)),
            ],
            test.SmallestPValue,
            rows.Length);
    }

    public string Verdict(double level)
    {
        if (Silence is not null)
            return Silence;
        string test = $"With noise on both sides, p = {NumberText.Fixed(PValue, 3)}";

        // Two-sided, over all components together.
        double limit = MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 1 - (level / 2 / Components.Count));
        KsdComponent worst = Components.MaxBy(component => Math.Abs(component.Distance))!;
        if (Math.Abs(worst.Distance) > limit)
        {
            KsdComponent? missing = Components.Where(component => component.Distance < -limit && component.Share < 0.01 * component.Weight)
                .MaxBy(component => component.Weight);
            return missing is null
                ? $"Components do not have their shares: {Of(worst)}. {test}."
                : $"A mode is missing: {Of(missing)}. {test}.";
        }

        return PValue <= level
            ? $"{test}: samples and model differ on a larger scale, although every component has its share of the samples."
            : $"No mode is missing: every component has its share of the samples. {test}.";

        static string Of(KsdComponent component)
            => $"component {component.Component} has weight {component.Weight:G3} and {NumberText.Fixed(100 * component.Share, 1)} % of "
                + "the samples";
    }

    public void Print()
    {
        const int MaxShown = 10;
        if (Silence is not null)
            return;
        KsdComponent[] shown = [.. Components.OrderByDescending(component => Math.Abs(component.Distance)).Take(MaxShown)];
        Column<KsdComponent>.Print(
            shown.Length < Components.Count
                ? $"Components, the {MaxShown} of {Components.Count} farthest from their weights"
                : "Components of the target",
            [
                new("component", component => $"{component.Component}"),
                new("weight", component => $"{component.Weight:G3}"),
                new("share of samples", component => NumberText.WithError(component.Share, component.StandardError, 3)),
            ],
            shown);
        Column<KsdRung>.Print(
            "Samples and target with noise",
            [
                new("σ", rung => $"{rung.Sigma:G3}"),
                new("KSD²", rung => SignificantText.Number(rung.Statistic)),
                new("p", rung => NumberText.Fixed(rung.PValue, 4)),
            ],
            Rungs);
    }

    public object? Summary() => Silence is not null ? null : new
    {
        Components,
        Noise = Rungs.Select(rung => new { rung.Sigma, rung.Bandwidth, rung.Statistic, P = rung.PValue }),
        P = PValue,
        SamplesTested = Tested,
    };

    public IEnumerable<Section> Sections() => Silence is not null
        ? []
        :
        [
            DataTable.Create(
                "components",
                Components,
                new("component", component => component.Component),
                new("weight", component => component.Weight),
                new("share", component => component.Share),
                new("share_se", component => component.StandardError)),
            DataTable.Create(
                "noise",
                Rungs,
                new("sigma", rung => rung.Sigma),
                new("bandwidth", rung => rung.Bandwidth),
                new("statistic", rung => rung.Statistic),
                new("p", rung => rung.PValue)),
        ];

    private static KsdComponent Component(int index, double weight, double[] responsibilities, ChainRows? chains)
    {
        double mean = responsibilities.Average();
        double variance = Math.Max(
            responsibilities.Sum(value => (value - mean) * (value - mean)) / (responsibilities.Length - 1.0), weight * (1 - weight));

        // A component that no sample comes near has no autocorrelation.
        double time = chains is null || responsibilities.Max() - responsibilities.Min() < 1e-12
            ? 1
            : EffectiveSampleSizes.AutocorrelationTime(responsibilities, chains);
        return new(index + 1, weight, mean, Math.Max(double.Epsilon, Math.Sqrt(variance * time / responsibilities.Length)));
    }
}
