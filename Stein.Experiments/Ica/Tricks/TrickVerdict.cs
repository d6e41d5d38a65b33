using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica.Tricks;

/// <summary>What a trick does to the gap, over all problems in one kind of coordinates.</summary>
/// <param name="Coordinates">See <see cref="TrickRun.Coordinates"/>.</param>
/// <param name="Name">Of the trick.</param>
/// <param name="Control">What it is compared with.</param>
/// <param name="Last">By the last iterations of both.</param>
/// <param name="Averaged">By the exponential averages of both.</param>
internal sealed record TrickVerdict(string Coordinates, string Name, string Control, PairedRatio Last, PairedRatio Averaged)
    : IFromRuns
{
    public IEnumerable<string> RunIds { get; private init; } = [];

    /// <summary>Averages of the model, which need no training of their own, and a verdict for every trick but the first.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="sets">How many sets of runs are compared so, all of which intervals should hold for at once.</param>
    public static IEnumerable<TrickVerdict> Of(IReadOnlyList<TrickRun> runs, int sets = 1)
    {
        var parts = runs.GroupBy(run => (run.Coordinates, run.Trick)).Where(part => part.Key.Trick != Trick.None).ToList();
        var baselines = runs.Where(run => run.Trick == Trick.None).GroupBy(run => run.Coordinates).ToList();
        int comparisons = sets * (parts.Count + (2 * baselines.Count));
        foreach (string coordinates in runs.Select(run => run.Coordinates).Distinct())
        {
            foreach (var part in parts.Where(part => part.Key.Coordinates == coordinates))
            {
                string control = ControlOf(part.Key.Trick);
                var pairs = Pairs(runs, part).ToList();
                yield return new(
                    coordinates,
                    part.Key.Trick,
                    control,
                    PairedRatio.Of(pairs.Select(pair => (pair.Run.Gap, pair.Control.Gap)), comparisons),
                    PairedRatio.Of(pairs.Select(pair => (pair.Run.AveragedGap, pair.Control.AveragedGap)), comparisons))
                {
                    RunIds = pairs.SelectMany(pair => (string[])[.. pair.Run.RunIds, .. pair.Control.RunIds]),
                };
            }

            foreach (var baseline in baselines.Where(part => part.Key == coordinates))
            {
                yield return Average("mean of the last iterations", baseline, run => run.MeanGap);
                yield return Average("exponential average", baseline, run => run.AveragedGap);
            }
        }

        TrickVerdict Average(string name, IGrouping<string, TrickRun> baseline, Func<TrickRun, double> gap) => new(
            baseline.Key,
            name,
            Trick.None,
            PairedRatio.Of(baseline.Select(run => (gap(run), run.Gap)), comparisons),
            PairedRatio.Of(baseline.Select(run => (gap(run), run.AveragedGap)), comparisons))
        {
            RunIds = baseline.SelectMany(run => run.RunIds),
        };
    }

    /// <summary>The gaps of runs minus those of their controls, nats.</summary>
    public static Summary Differences(IEnumerable<TrickRun> all, IEnumerable<TrickRun> runs)
        => Summary.Of([.. Pairs(all, runs).Select(pair => pair.Run.Gap - pair.Control.Gap)]);

    private static string ControlOf(string trick) => Trick.All.FirstOrDefault(known => known.Name == trick)?.Control ?? Trick.None;

    private static IEnumerable<(TrickRun Run, TrickRun Control)> Pairs(IEnumerable<TrickRun> all, IEnumerable<TrickRun> runs)
        => from run in runs
           join control in all on (run.Problem, ControlOf(run.Trick)) equals (control.Problem, control.Trick)
           select (run, control);
}
