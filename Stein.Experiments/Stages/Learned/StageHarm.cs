using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Stages.Learned;

/// <summary>What samples, or scores, may lose.</summary>
/// <param name="Title">In tables.</param>
/// <param name="Value">Of a draw.</param>
internal sealed record StageLoss(string Title, Func<LearnedStageDraw, double> Value)
{
    public static readonly StageLoss Weights = new("weights", draw => draw.Weights);

    public static readonly StageLoss Detail = new("detail", draw => draw.Detail);

    public static readonly StageLoss Whole = new("whole", draw => draw.Whole);

    /// <summary>Of samples.</summary>
    public static IReadOnlyList<StageLoss> OfSamples { get; } = [Weights, Detail, Whole];
}

/// <summary>The draws of all seeds of one condition, each beside that of the same seed which it is compared with.</summary>
/// <param name="Config">Of the condition, apart from the seed.</param>
/// <param name="Sampler">How the samples are drawn.</param>
/// <param name="Window">Where a substitute is; 0 for networks everywhere.</param>
/// <param name="Seeds">At least one pair.</param>
internal sealed record StageHarm(
    LearnedStagesSettings Config, string Sampler, int Window, IReadOnlyList<(LearnedStageDraw Draw, LearnedStageDraw Other)> Seeds)
    : IFromRuns
{
    public IEnumerable<string> RunIds { get; private init; } = [];

    /// <summary>How much larger the integral of the substitute's squared error is than that of the network.</summary>
    public Summary ScoreError => Summary.Of([.. Seeds.Select(seed => seed.Draw.ScoreError - seed.Draw.NetworkError)]);

    public string WindowText => Window == 0 ? "none" : StageScores.WindowText(Config.Data, Window);

    public Summary Over(StageLoss loss) => Summary.Of([.. Seeds.Select(seed => loss.Value(seed.Draw))]);

    /// <summary>How much more is lost than in the other draw.</summary>
    public Summary Difference(StageLoss loss) => Difference(loss.Value);

    public Summary Difference(Func<LearnedStageDraw, double> value)
        => Summary.Of([.. Seeds.Select(seed => value(seed.Draw) - value(seed.Other))]);

    /// <summary>Every sampler and window of runs with substitutes, beside networks everywhere.</summary>
    public static StageHarm[] OfSubstitutes(
        Results<LearnedStagesSettings> results, Func<StoredRun<LearnedStagesSettings>, IReadOnlyList<LearnedStageDraw>> draws) =>
    [
        .. from condition in results.Conditions(config => config with { Seed = 0 })
           let seeds = condition.Runs.Select(draws).ToArray()
           from draw in seeds[0]
           select new StageHarm(
               condition.Config,
               draw.Sampler,
               draw.Window,
               [.. seeds.Select(own => (Of(own, draw.Sampler, draw.Window), Of(own, draw.Sampler, 0)))])
           {
               RunIds = condition.RunIds,
           },
    ];

    /// <summary>Every sampler of runs with other shares of the steps, beside the same with equal shares.</summary>
    public static StageHarm[] OfShares(
        Results<LearnedStagesSettings> results, Func<StoredRun<LearnedStagesSettings>, IReadOnlyList<LearnedStageDraw>> draws)
    {
        Dictionary<LearnedStagesSettings, StoredRun<LearnedStagesSettings>> equal = results.Runs
            .Where(run => run.Config.Shares == LearnedStages.EqualShares)
            .ToDictionary(run => run.Config);
        return
        [
            .. from condition in results.Conditions(config => config with { Seed = 0 })
               let pairs = condition.Runs
                   .Select(run => (Run: run, Equal: equal.GetValueOrDefault(run.Config with { Shares = LearnedStages.EqualShares })))
                   .Where(pair => pair.Equal is not null)
                   .ToArray()
               where pairs.Length > 0
               let seeds = pairs.Select(pair => (Own: draws(pair.Run), Equal: draws(pair.Equal!))).ToArray()
               from draw in seeds[0].Own
               select new StageHarm(
                   condition.Config,
                   draw.Sampler,
                   0,
                   [.. seeds.Select(pair => (Of(pair.Own, draw.Sampler, 0), Of(pair.Equal, draw.Sampler, 0)))])
               {
                   RunIds = pairs.SelectMany(pair => (string[])[.. pair.Run.RunIds, .. pair.Equal!.RunIds]).Distinct(),
               },
        ];
    }

    private static LearnedStageDraw Of(IReadOnlyList<LearnedStageDraw> draws, string sampler, int window)
        => draws.First(draw => draw.Sampler == sampler && draw.Window == window);
}
