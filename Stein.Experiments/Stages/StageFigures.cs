using Stein.Engine.Samplers;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Stages;

/// <summary>Errors over the window in which the score is wrong, and over the size of its error.</summary>
internal static class StageFigures
{
    /// <summary>The dimension that is drawn, where there are cells of it.</summary>
    private const int Drawn = 10;

    /// <summary>The distance from one panel to the next, in panels.</summary>
    private const double Spacing = 1.12;

    public static IEnumerable<Figure> Of(StageCell[] cells)
    {
        int[] dimensions = [.. cells.Where(cell => cell.IsPlain).Select(cell => cell.Config.Dimension).Distinct()];
        if (dimensions.Length == 0)
            return [];
        int dimension = dimensions.Contains(Drawn) ? Drawn : dimensions.Max();
        StageCell[] own = [.. cells.Where(cell => cell.Config.Dimension == dimension)];
        return [Windows(dimension, own), .. Sizes(dimension, own)];
    }

    /// <summary>For a slide: the window on the axis, what an error there does to weights and to detail, a panel for each sampler.</summary>
    private static Figure Windows(int dimension, StageCell[] cells)
    {
        string[] samplers = [.. NoiseLevelSampler.Names.Where(name => Plain(name).Length > 0)];
        int windows = cells[0].Config.Windows;
        double top = 1.1 * cells.Where(cell => cell.IsPlain).Max(cell => StageMeasure.All.Max(measure => Top(cell.Over(measure.Value))));
        return new(
            "stages",
            Answer(dimension, cells),
            new Axis("Noise σ of the window in which the score is wrong; sampling goes from right to left")
            {
                Ticks = Ticks.Texts(
                [
                    .. from panel in Enumerable.Range(0, samplers.Length)
                       from edge in Enumerable.Range(0, windows + 1)
                       select (X(panel, edge), EdgeText(StageTrial.Edge(edge, windows))),
                ]),
            },
            new Axis("Error of the weight; of the thin coordinate, in s.d.") { Limits = (-0.02 * top, 1.1 * top) },
            [
                .. samplers.SelectMany((sampler, panel) => (Layer[])
                [
                    new PanelFrame(sampler.Replace('-', ' '), new(X(panel, 0), X(panel, windows), 0, top)),
                    .. StageMeasure.All.Select((measure, index) => new Series(
                        $"error of the {measure.Name}",
                        SeriesStyle.Of(index),
                        [.. Plain(sampler).Select(cell => Point.Mean(X(panel, cell.Config.Window - 0.5), cell.Over(measure.Value)))])),
                    .. from cell in cells
                       where cell.Config.Size == 0 && cell.Config.Sampler == sampler
                       from measure in StageMeasure.All
                       let level = cell.Over(measure.Value).Mean
                       select new Series(
                           "without an error", SeriesStyle.Reference, [new(X(panel, 0), level), new(X(panel, windows), level)])
                       {
                           HasMarkers = false,
                           LineWidth = 1,
                       },
                ]),
            ]);

        StageCell[] Plain(string sampler)
            => [.. cells.Where(cell => cell.IsPlain && cell.Config.Sampler == sampler).OrderBy(cell => cell.Config.Window)];

        double X(int panel, double edge) => (panel * Spacing) + (edge / windows);

        static double Top(Summary value) => double.IsNaN(value.StandardError) ? value.Mean : value.Mean + value.StandardError;
    }

    /// <summary>The end of a window at a tick.</summary>
    public static string EdgeText(double sigma) => NumberText.Tick(Math.Round(sigma, sigma < 1 ? 2 : 1));

    /// <summary>Three sentences with the conditions, from the numbers.</summary>
    private static string Answer(int dimension, StageCell[] cells)
    {
        string conditions = "Errors of equal budget in one window of noise: smooth fields of half the size of the score at "
            + $"D = {dimension}; mean over the draws with one standard error.";
        StageCell[] diffusion = Of(NoiseLevelSampler.Diffusion), flow = Of(NoiseLevelSampler.Flow);
        if (diffusion.Length < 2 || flow.Length < 2)
            return conditions;
        (StageCell weight, StageCell detail) = (Worst(StageMeasure.Weight), Worst(StageMeasure.Detail));
        return $"{conditions} With the reverse diffusion an error at {weight.Config.WindowText()} spoils the weights of the modes most, by "
            + $"{Text(weight, StageMeasure.Weight)}, against {Text(diffusion[0], StageMeasure.Weight)} at the least noise. The thin "
            + $"coordinate is spoilt most at {detail.Config.WindowText()}, by {Text(detail, StageMeasure.Detail)} standard deviations, "
            + $"against {Text(diffusion[^1], StageMeasure.Detail)} at the most noise, which the diffusion forgets. The probability flow "
            + $"forgets nothing: there an error at the most noise leaves {Text(flow[^1], StageMeasure.Detail)}.";

        StageCell[] Of(string sampler)
            => [.. cells.Where(cell => cell.IsPlain && cell.Config.Sampler == sampler).OrderBy(cell => cell.Config.Window)];

        StageCell Worst(StageMeasure measure) => diffusion.MaxBy(cell => cell.Over(measure.Value).Mean)!;

        static string Text(StageCell cell, StageMeasure measure) => cell.Over(measure.Value).Text(3);
    }

    /// <summary>How an error grows with the size of the score's.</summary>
    private static IEnumerable<Figure> Sizes(int dimension, StageCell[] cells)
    {
        StageCell[] own =
            [.. cells.Where(cell => cell.Config is { Error: StageError.Field, Sampler: NoiseLevelSampler.Diffusion, Size: > 0 })];
        return own.Length == 0 ? [] : StageMeasure.All.Select(measure => new Figure(
            $"sizes_{measure.Name}",
            $"Error of the {measure.Name} against the size of the score's error in one window, reverse diffusion at D = {dimension}; mean "
                + "over the draws with one standard error.",
            new Axis("Size ρ of the error") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
            new Axis($"Error of the {measure.Name}") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
            [
                .. own.GroupBy(cell => cell.Config.Window).OrderBy(part => part.Key).Select((part, index) => new Series(
                    part.First().Config.WindowText(),
                    SeriesStyle.Of(index),
                    [.. part.OrderBy(cell => cell.Config.Size).Select(cell => Point.Mean(cell.Config.Size, cell.Over(measure.Value)))])),
            ]));
    }
}
