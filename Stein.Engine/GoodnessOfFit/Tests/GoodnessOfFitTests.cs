using Stein.Engine.Discrepancies;
using Stein.Engine.GoodnessOfFit.Slices;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>The tests by name; another one is a line here.</summary>
internal static class GoodnessOfFitTests
{
    /// <summary>All, in the order of tables.</summary>
    public static IReadOnlyList<GoodnessOfFitTest> All { get; } =
    [
        new KernelisedTest("ksd", "KSD, IMQ", "imq", MedianRule.MedianDistance),
        new KernelisedTest("ksd-rbf", "KSD, RBF", "rbf", MedianRule.TwiceMedian),
        new SplitKernelisedTest("ksd-split", "KSD, split", BandwidthCollection.OfRbm),
        new SplitKernelisedTest("ksd-split-wide", "KSD, split, wide kernels", BandwidthCollection.OfGamma),
        new SplitKernelisedTest("ksd-split-extra", "KSD, split with extra samples", BandwidthCollection.OfRbm, hasExtraSamples: true),
        new AggregatedTest("ksdagg", "KSDAgg", BandwidthCollection.OfPackage),
        new AggregatedTest("ksdagg-incomplete-1", "KSDAggInc, R = 1", BandwidthCollection.OfPackage, reach: 1),
        new AggregatedTest("ksdagg-incomplete-100", "KSDAggInc, R = 100", BandwidthCollection.OfPackage, reach: 100),
        new AggregatedTest("ksdagg-incomplete-200", "KSDAggInc, R = 200", BandwidthCollection.OfPackage, reach: 200),
        new AggregatedTest("ksd-parametric", "KSD, parametric", new BandwidthCollection.MedianPowers(0, 0), model: new(200)),
        new AggregatedTest("ksdagg-parametric", "KSDAgg, parametric", BandwidthCollection.OfRbm, model: new(200)),
        new AggregatedTest(
            "ksdagg-parametric-wide", "KSDAgg, parametric, wide kernels", BandwidthCollection.OfGamma, model: new(200)),
        new LinearKernelisedTest("linear-ksd", "KSD in linear time"),
        new MeanDiscrepancyTest("mmd", "MMD from model samples"),
        new TiltedTest("ksd-tilted", "KSD, tilted"),
        new TiltedTest("ksd-robust", "KSD, robust", contamination: 0.05),
        new FiniteSetTest("fssd-rand", "FSSD-rand", trains: false),
        new FiniteSetTest("fssd-opt", "FSSD-opt", trains: true),
        new RandomLocationTest("rfsd-l1-imq", "RΦSD, L1 IMQ"),
        new RandomFourierTest("rfsd-rff-cauchy", "RFF, Cauchy"),
        new SlicedTest("maxsksd-random", "SKSD, random g", new(SliceSource.Random)),
        new SlicedTest("maxsksd", "maxSKSD-g", new(SliceSource.Random, new())),
        new SlicedTest("maxsksd-fast", "maxSKSD-g, five times the rate", new(SliceSource.Random, FastAscent(300))),
        new SlicedTest("maxsksd-active", "maxSKSD-g, active slices", new(SliceSource.KernelSmoothed)),
        new SlicedTest(
            "maxsksd-active-ascent",
            "maxSKSD-g, active slices and ascent",
            new(SliceSource.KernelSmoothed, new() { Ascent = new(50) })),
        new SlicedTest("maxsksd-active-estimated", "maxSKSD-g, active slices by an estimator", new(SliceSource.Estimated)),
        new SlicedTest("maxsksd-pruned", "maxSKSD-rg, the 3 best active slices", new(SliceSource.KernelSmoothed, Kept: 3)),
        new SlicedTest("maxsksd-same-data", "maxSKSD-g on its training samples", new(SliceSource.Random, FastAscent(60)))
        {
            TestsTrainingSamples = true,
        },
        new LearnedSlicedTest("maxssd", "maxSSD-g", new(SliceSource.Random, FastAscent(120))),
        new LearnedSlicedTest("maxssd-rg", "maxSSD-rg", new(SliceSource.Random, FastAscent(120)))
        {
            Settings = new() { ClimbsScoreDirections = true },
        },
        new LearnedTest("lsd", "LSD"),
        new DeepKernelTest("deep-kernel", "deep kernel"),
        new DeepKernelTest("deep-kernel-deviation", "deep kernel, over its deviation")
        {
            Settings = new(Normalisation: DeepKernelNormalisation.Deviation) { Layers = CriticNormalisation.Spectral },
        },
        new DeepKernelTest("deep-kernel-unbounded", "deep kernel, over its deviation, unbounded slopes")
        {
            Settings = new(Normalisation: DeepKernelNormalisation.Deviation),
        },
        new DeepKernelTest("deep-kernel-same-data", "deep kernel on its training samples") { TestsTrainingSamples = true },
    ];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(test => test.Name)];

    /// <summary>The test with a name of <see cref="Names"/>.</summary>
    public static GoodnessOfFitTest Find(string name) => All.Single(test => test.Name == name);

    /// <summary>
    /// Five times the published rate, so that a fifth of the published 1500 epochs goes as far: on Laplace samples in D = 30 (seed 101) it
    /// has the same power in a quarter of the time. With more training samples an epoch has more steps, and fewer epochs are enough.
    /// </summary>
    private static SliceAscentSettings FastAscent(int epochs) => new() { LearningRate = 5e-3, Ascent = new(epochs) };
}
