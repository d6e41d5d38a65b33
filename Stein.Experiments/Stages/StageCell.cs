using MathNet.Numerics.LinearRegression;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Stages;

/// <summary>The draws of one config, and the folder of the run.</summary>
internal sealed record StageCell(ScoreStagesSettings Config, IReadOnlyList<StageDraw> Draws, string Folder) : IFromRuns
{
    /// <summary>The size that all kinds of errors have.</summary>
    public const double PlainSize = 0.5;

    public IEnumerable<string> RunIds { get; init; } = [];

    /// <summary>Whether the error is a field of the size that all kinds have.</summary>
    public bool IsPlain => Config is { Error: StageError.Field, Size: PlainSize };

    public Summary Over(Func<StageDraw, double> value) => Summary.Of([.. Draws.Select(value)]);

    /// <summary>Over pairs with the draws of another cell, which have the same noise.</summary>
    public Summary Beside(StageCell other, Func<StageDraw, StageDraw, double> value) => Summary.Of([.. Draws.Zip(other.Draws, value)]);
}

/// <summary>What an error of the score may spoil.</summary>
/// <param name="Name">In tables and legends.</param>
/// <param name="Value">How far a draw is off.</param>
/// <param name="SquaredEffect">How far off, squared, a draw is because of the error, beside the same draw without one.</param>
internal sealed record StageMeasure(string Name, Func<StageDraw, double> Value, Func<StageDraw, StageDraw, double> SquaredEffect)
{
    public static readonly StageMeasure Weight = new(
        "weight", draw => Math.Abs(draw.WeightError), (draw, without) => Math.Pow(draw.WeightError - without.WeightError, 2));

    public static readonly StageMeasure Detail = new(
        "detail",
        draw => draw.DetailError,
        (draw, without) => (draw.DetailError * draw.DetailError) - (without.DetailError * without.DetailError));

    public static IReadOnlyList<StageMeasure> All { get; } = [Weight, Detail];
}

/// <summary>The windows of one sampler, error and dimension, in the order of the harm that an error does there.</summary>
/// <param name="Measure">What is harmed.</param>
/// <param name="Cells">A cell for each window, the most harmful first.</param>
/// <param name="Comparisons">Differences of neighbours in all orders.</param>
internal sealed record StageOrder(StageMeasure Measure, IReadOnlyList<StageCell> Cells, int Comparisons) : IFromRuns
{
    public IEnumerable<string> RunIds => Cells.SelectMany(cell => cell.RunIds);

    public IEnumerable<StageDifference> Differences
        => Cells.Zip(Cells.Skip(1), (larger, smaller) => new StageDifference(Measure, larger, smaller, Comparisons));

    /// <summary>As in "4 > 5 > 3 ≈ 2 ≈ 1".</summary>
    public string Text => string.Concat(
        [$"{Cells[0].Config.Window}", .. Differences.Select(d => $" {(d.Values.Mean > d.Half ? ">" : "≈")} {d.Smaller.Config.Window}")]);

    /// <summary>The orders of all cells with errors of one size, that which all kinds have.</summary>
    public static StageOrder[] Of(IEnumerable<StageCell> cells)
    {
        IGrouping<ScoreStagesSettings, StageCell>[] rows =
        [
            .. cells.Where(cell => cell.Config.Size == StageCell.PlainSize).GroupBy(cell => cell.Config with { Window = 1 })
                .Where(row => row.Count() > 1),
        ];
        int comparisons = StageMeasure.All.Count * rows.Sum(row => row.Count() - 1);
        return
        [
            .. from measure in StageMeasure.All
               from row in rows
               select new StageOrder(measure, [.. row.OrderByDescending(cell => cell.Over(measure.Value).Mean)], comparisons),
        ];
    }
}

/// <summary>By how much an error in one window does more harm than in another, in the same draws.</summary>
internal sealed record StageDifference(StageMeasure Measure, StageCell Larger, StageCell Smaller, int Comparisons)
{
    public Summary Values => Larger.Beside(Smaller, (larger, smaller) => Measure.Value(larger) - Measure.Value(smaller));

    /// <summary>Half the interval for all comparisons at once.</summary>
    public double Half => Values.HalfInterval(Comparisons);
}

/// <summary>The exponent of an effect over the size of the error.</summary>
/// <param name="Measure">On what the effect is.</param>
/// <param name="Config">Of the cells, apart from their size.</param>
/// <param name="Leaves">The exponents of the jackknife; empty where an effect cannot be told from none.</param>
internal sealed record StageExponent(StageMeasure Measure, ScoreStagesSettings Config, IReadOnlyList<double> Leaves) : IFromRuns
{
    /// <summary>The largest size that is fitted; larger effects are limited by the weights themselves.</summary>
    private const double LargestSize = 0.5;

    public IEnumerable<string> RunIds { get; private init; } = [];

    public double Value => Leaves.Count == 0 ? double.NaN : Leaves[0];

    /// <summary>
    /// Half the interval of the jackknife: the exponents without one draw spread (n − 1)/√n times less than those of single draws.
    /// </summary>
    public double Half => Leaves.Count < 3 ? double.NaN : (Leaves.Count - 2) * Summary.Of([.. Leaves.Skip(1)]).HalfInterval();

    public string Text => double.IsNaN(Half) ? NumberText.Fixed(Value) : $"{NumberText.Fixed(Value)} ± {NumberText.Fixed(Half)}";

    /// <summary>The exponents of all samplers, dimensions and windows of which there are several sizes.</summary>
    public static IReadOnlyList<StageExponent> Of(IReadOnlyList<StageCell> cells) =>
    [
        .. from measure in StageMeasure.All
           from part in cells
               .Where(cell => cell.Config is { Error: StageError.Field, Size: > 0 and <= LargestSize })
               .GroupBy(cell => cell.Config with { Size = 0 })
           let without = cells.FirstOrDefault(cell => cell.Config == part.Key with { Window = 1 })
           where without is not null && part.Count() > 1
           select new StageExponent(measure, part.Key, Fit(measure, [.. part], without))
           {
               RunIds = part.Append(without).SelectMany(cell => cell.RunIds),
           },
    ];

    /// <summary>The exponent of all draws, then those without each.</summary>
    private static IReadOnlyList<double> Fit(StageMeasure measure, StageCell[] cells, StageCell without)
    {
        double[][] effects = [.. cells.Select(cell => cell.Draws.Zip(without.Draws, measure.SquaredEffect).ToArray())];
        if (effects.Select(values => Summary.Of(values)).Any(effect => !(effect.Mean > 2 * effect.StandardError)))
            return [];
        double[] sizes = [.. cells.Select(cell => Math.Log(cell.Config.Size))];
        return [.. Enumerable.Range(-1, effects[0].Length + 1).Select(omitted => SimpleRegression.Fit(
            sizes, [.. effects.Select(values => 0.5 * Math.Log(values.Where((_, draw) => draw != omitted).Average()))]).B)];
    }
}
