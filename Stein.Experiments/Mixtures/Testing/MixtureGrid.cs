using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>The cells of the mixture experiment's grids.</summary>
internal static class MixtureGrid
{
    /// <summary>Trials of a cell whose statistic is looked at, and not how often it rejects.</summary>
    public const int CurveTrials = 50;

    /// <summary>Trials under the hypothesis, where a level of 5 % is to be told from one of 6 %.</summary>
    public const int NullTrials = 2000;

    private static readonly string[] Rules = ["ladder", "selected", "maximum"];

    /// <summary>The cells of a grid, each once.</summary>
    public static IReadOnlyList<MixtureSettings> Of(GridScale scale) => scale switch
    {
        GridScale.Paper => [.. new[] { Power(), Curves(), Dimensions(), Problems(), Costs() }.SelectMany(cells => cells).Distinct()],
        GridScale.Quick =>
        [
            .. from separation in (double[])[3, 5]
               from remedy in (MixtureSettings[])[Plain, Noise(4), Temper(16), .. Rules.Select(Rule)]
               from weight in (double[])[0.5, 0.7, 1]
               select remedy with { Separation = separation, Weight = weight, Trials = 100 },
        ],
        _ =>
        [
            .. from remedy in (MixtureSettings[])[Plain, Noise(4), Temper(16), .. Rules.Select(Rule)]
               from weight in (double[])[0.5, 1]
               select remedy with { Separation = 3, Weight = weight, Samples = 24, Trials = 10, Replicates = 39 },
            new MixtureSettings { Problem = "shift", Separation = 0.5, Samples = 24, Trials = 10, Replicates = 39, Dimension = 2 },
        ],
    };

    private static MixtureSettings Plain { get; } = new();

    /// <summary>Power over separations and σ or T, for three weights of the sample; the first of them is the null.</summary>
    private static IEnumerable<MixtureSettings> Power() =>
        from separation in (double[])[1, 2, 3, 4, 5, 6, 8, 10]
        from remedy in (MixtureSettings[])
            [.. Remedies(), .. ((double[])[2, 4, 8, 16, 32]).Select(Temper), .. separation is 3 or 5 or 8 ? Jumps() : []]
        from weight in (double[])[0.5, 0.7, 1]
        select WithTrials(remedy with { Separation = separation, Weight = weight });

    /// <summary>The discrepancy itself over the weight of the sample.</summary>
    private static IEnumerable<MixtureSettings> Curves() =>
        from separation in (double[])[2, 5, 8]
        from remedy in (MixtureSettings[])[Plain, Noise(1), Noise(2), Noise(4), Noise(8), Temper(4), Temper(16)]
        from step in Enumerable.Range(0, 11)
        select remedy with { Separation = separation, Weight = step / 10.0, Trials = CurveTrials };

    /// <summary>More dimensions.</summary>
    private static IEnumerable<MixtureSettings> Dimensions() =>
        from dimension in (int[])[1, 2, 10, 50]
        from remedy in Remedies()
        from weight in (double[])[0.5, 0.7, 1]
        select WithTrials(remedy with { Dimension = dimension, Weight = weight });

    /// <summary>More modes, and modes of unequal widths.</summary>
    private static IEnumerable<MixtureSettings> Problems() =>
        from problem in (string[])["three-modes", "unequal-scales"]
        from separation in (double[])[5, 8]
        from remedy in Remedies()
        let nullWeight = MixtureProblem.ModelWeight(problem)
        from weight in (double[])[nullWeight, nullWeight + 0.2, 1]
        select WithTrials(remedy with { Problem = problem, Separation = separation, Weight = weight });

    /// <summary>What remedies cost where there is nothing to cure: one mode.</summary>
    private static IEnumerable<MixtureSettings> Costs() =>
        from problem in (string[])["shift", "scale"]
        from separation in problem == "shift" ? (double[])[0, 0.1, 0.2, 0.3] : [1, 1.1, 1.2, 1.4]
        from remedy in (MixtureSettings[])[.. Remedies(), Temper(4), Temper(16)]
        select WithTrials(remedy with { Problem = problem, Separation = separation });

    private static IEnumerable<MixtureSettings> Remedies() =>
        [Plain, .. MixtureRemedy.Ladder.Select(Noise), .. Rules.Select(Rule)];

    /// <summary>Ten times as dear as the others.</summary>
    private static IEnumerable<MixtureSettings> Jumps() => [Rule("perturb"), Rule("perturb-selected")];

    private static MixtureSettings Noise(double sigma) => new() { Remedy = "noise", Sigma = sigma };

    private static MixtureSettings Temper(double temperature) => new() { Remedy = "temper", Temperature = temperature };

    private static MixtureSettings Rule(string name) => new() { Remedy = name };

    private static MixtureSettings WithTrials(MixtureSettings settings)
        => MixtureProblem.Of(settings).IsNull ? settings with { Trials = NullTrials } : settings;
}
