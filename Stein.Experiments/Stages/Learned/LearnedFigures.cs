using Stein.Engine.Samplers;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Stages.Learned;

/// <summary>The error of scores, and what samples lose by it, over the window in which the network has a substitute.</summary>
internal static class LearnedFigures
{
    /// <summary>The distance from one panel to the next, in panels.</summary>
    private const double Spacing = 1.12;

    public static IEnumerable<Figure> Of(string suffix, IReadOnlyList<StageHarm> harms, string conditions)
        => harms.GroupBy(harm => harm.Config.Data).SelectMany(part => Of(suffix, part, Frame(part), conditions));

    private static Figure[] Of(string suffix, IGrouping<string, StageHarm> part, Box frame, string conditions) =>
    [
        new(
            $"scores_{part.Key}{suffix}",
            $"How much larger ∫σ²E‖s − s_σ‖² d ln σ is than that of the network, over the window where something stands in for it; "
                + $"sampling goes from right to left. {conditions}",
            new Axis($"Noise σ of the window ({part.Key})") { Ticks = Windows(part.Key, 1), Limits = (0, 1) },
            new Axis("Error of the scores, nats") { Scale = Scale.Log10, Ticks = Ticks.Powers },
            [
                .. Rows(part.Where(harm => harm.Sampler == NoiseLevelSampler.Diffusion))
                    .Where(row => row.Windows.Any(harm => harm.ScoreError.Mean > 0))
                    .Select(row => new Series(
                        row.Title, row.Style, [.. row.Windows.Select(harm => Point.Mean(X(0, harm), harm.ScoreError))])),
            ]),
        new(
            $"samples_{part.Key}{suffix}",
            $"How much more samples are off as a whole ({(part.Key == StageData.Digits ? "FID*" : "sliced Wasserstein-1 distance")}) "
                + $"where something stands in for the network of one window; sampling goes from right to left. {conditions}",
            new Axis($"Noise σ of the window ({part.Key})") { Ticks = Windows(part.Key, 2) },
            new Axis($"Increase of {(part.Key == StageData.Digits ? "FID*" : "the sliced distance")}")
            {
                Limits = (frame.Bottom, frame.Top + (0.1 * (frame.Top - frame.Bottom))),
            },
            [
                .. part.GroupBy(harm => harm.Sampler).SelectMany((sampler, panel) => Rows(sampler).Select(row => new Series(
                    row.Title,
                    row.Style,
                    [.. row.Windows.Select(harm => Point.Mean(X(panel, harm), harm.Difference(StageLoss.Whole)))]))),
                .. part.Select(harm => harm.Sampler).Distinct().Select((sampler, panel) => new PanelFrame(
                    sampler.Replace('-', ' '),
                    frame with { Left = panel * Spacing, Right = (panel * Spacing) + 1 })),
            ]),
    ];

    private static IEnumerable<(string Title, SeriesStyle Style, StageHarm[] Windows)> Rows(IEnumerable<StageHarm> harms)
        => harms.GroupBy(harm => harm.Config).Select((row, index)
            => (LearnedStages.TitleOf(row.Key), SeriesStyle.Of(index), row.OrderBy(harm => harm.Window).ToArray()));

    /// <summary>The first panel, with room for all intervals.</summary>
    private static Box Frame(IEnumerable<StageHarm> harms)
    {
        Summary[] values = [.. harms.Select(harm => harm.Difference(StageLoss.Whole))];
        (double low, double high) = (values.Min(End(-1)), values.Max(End(1)));
        double margin = 0.05 * (high - low);
        return new(0, 1, low - margin, high + margin);

        static Func<Summary, double> End(int sign)
            => value => value.Mean + (double.IsNaN(value.StandardError) ? 0 : sign * value.StandardError);
    }

    private static Ticks Windows(string data, int panels) => Ticks.Texts(
    [
        .. from panel in Enumerable.Range(0, panels)
           from edge in Enumerable.Range(0, StageScores.Windows + 1)
           select ((panel * Spacing) + ((double)edge / StageScores.Windows), StageFigures.EdgeText(StageScores.Edge(data, edge))),
    ]);

    private static double X(int panel, StageHarm harm) => (panel * Spacing) + ((harm.Window - 0.5) / StageScores.Windows);
}
