using Stein.Experiments.Declarations;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>Which goodness-of-fit test for which situation, as experiment <see cref="Gof"/> found.</summary>
internal static class TestAdvice
{
    /// <summary>
    /// All, the first to try first. Their ranges are the powers over the five differences of the benchmark, in per cent: results/gof.
    /// </summary>
    public static IReadOnlyList<Topic> All { get; } =
    [
        new(
            100, 100, ["ksdagg"],
            "The first to try, for chains too: many bandwidths at once, so that none has to be right.",
            "Five times as long as ksd; from D = 50 on it hardly sees wrong tails."),
        new(
            89, 100, ["maxsksd-fast"],
            "Climbed directions: for many dimensions, or to see along which the samples differ.",
            "At D = 100 it still finds 85 to 94 %; it takes longer than ksd."),
        new(
            91, 100, ["maxsksd-active", "maxsksd-active-ascent", "maxsksd-pruned"],
            "Directions that are eigenvectors: as fast as ksd, and best if few directions differ.",
            "The more dimensions, the fewer wrong tails: at most 53 % at D = 50, 19 % at D = 100."),
        new(
            99, 100, ["maxssd", "maxssd-rg"],
            "Learned functions along directions: for many dimensions; linear in the number of samples.",
            "Rejects fewer true models than its level says, and still finds wrong tails at D = 100."),
        new(
            77, 100, ["maxsksd"],
            "Directions climbed as in the paper: for comparisons with it.",
            "maxsksd-fast is twice as fast and finds more."),
        new(
            17, 100, ["ksd", "ksd-rbf"],
            "Simple, for chains too: sees a wrong location, scale or correlation.",
            "In ten dimensions and more it hardly sees wrong tails."),
        new(
            53, 100, ["ksd-split", "ksd-split-extra", "fssd-opt"],
            "A bandwidth or five locations, trained with some of the samples; the fastest with some power.",
            "fssd-opt is linear in the number of samples."),
        new(
            50, 100, ["ksdagg-incomplete-100", "ksdagg-incomplete-200"],
            "ksdagg with the pairs of neighbours only: for more samples than pairs can be formed of.",
            "The more neighbours, the more it finds."),
        new(
            41, 100, ["rfsd-rff-cauchy"],
            "Random features of a kernel: linear in the number of samples.",
            "It needs samples of the model to know its level."),
        new(
            31, 100, ["ksd-tilted"],
            "A few outliers move it little, wherever they lie.",
            "Sees tails better than ksd, and a single thin direction worse."),
        new(
            31, 100, ["maxsksd-random"],
            "Directions that were not chosen: what choosing them is worth.",
            "Use one of the others along directions."),
        new(
            15, 100, ["ksd-parametric"],
            "ksd with replicates of the model instead of the bootstrap: where the model can be sampled.",
            "Its level is exact for any number of samples."),
        new(
            100, 100, ["ksdagg-parametric"],
            "ksdagg with replicates of the model: where the model can be sampled.",
            "Its level is exact for any number of samples."),
        new(
            16, 100, ["lsd"],
            "A network that learns any function: sees scale and correlation.",
            "Tails it hardly sees with a thousand samples."),
        new(
            10, 100, ["mmd"],
            "Samples of the model instead of its score.",
            "Finds less than ksd where one direction is too thin."),
        new(
            9, 100, ["ksd-split-wide", "ksdagg-parametric-wide"],
            "Wide kernels: for smooth differences in one dimension.",
            "They fail with ten."),
        new(
            7, 100, ["maxsksd-active-estimated"],
            "Active slices as published, with estimated scores: finds all that single coordinates show.",
            "It is blind where no coordinate differs by itself, as for correlations."),
        new(
            5, 100, ["fssd-rand"],
            "Five random locations: linear in the number of samples.",
            "Finds a large difference of the whole shape, and little else."),
        new(
            0, 98, ["rfsd-l1-imq"],
            "Ten random features that adapt to the samples: linear in their number.",
            "Finds a large difference of the whole shape, and nothing else."),
        new(
            2, 28, ["linear-ksd", "ksdagg-incomplete-1"],
            "Pairs of neighbours only: the last resort, for millions of samples.",
            "With a thousand they find next to nothing."),
        new(
            0, 0, ["ksd-robust"],
            "Its hypothesis allows one sample in twenty to come from anywhere.",
            "What is left has to be a gross difference: it found none of these."),
        new(
            100, 100, ["maxsksd-same-data"],
            "Never: it is there as a warning.",
            "Directions fitted to the tested samples reject every second model that is true."),
    ];

    /// <summary>The help's section about tests.</summary>
    /// <param name="names">Those that can be chosen.</param>
    public static HelpSection Of(IReadOnlyCollection<string> names) => new(
        "Which test for what, with the powers at D = 10 over five differences (stein gof; 1000 samples, level 5 %)",
        [
            .. from topic in All
               let offered = topic.Names.Where(names.Contains).ToArray()
               where offered.Length > 0
               select new HelpTopic($"{string.Join(", ", offered)}: {topic.Range}", [topic.First, topic.Second]),
        ]);

    /// <summary>Tests of one use.</summary>
    /// <param name="Low">Their lowest power over the differences, in whole per cent.</param>
    /// <param name="High">Their highest.</param>
    /// <param name="First">A sentence.</param>
    /// <param name="Second">Another.</param>
    public sealed record Topic(int Low, int High, IReadOnlyList<string> Names, string First, string Second)
    {
        public string Range => Low == High ? $"{Low} %" : $"{Low} to {High} %";
    }
}
