using Stein.Engine.Thinning;
using Stein.Experiments.Reports;
using Stein.Experiments.Samples;

namespace Stein.Experiments.Thinning;

/// <summary>Thinned samples as tables and a figure.</summary>
/// <param name="samples">All samples.</param>
/// <param name="thinned">Those selected.</param>
/// <param name="weights">Their importance weights; null for none.</param>
/// <param name="sets">How they compare with others.</param>
internal sealed class ThinningReport(SampleTable samples, ThinnedSamples thinned, double[]? weights, IReadOnlyList<ThinnedSet> sets)
{
    /// <summary>Of more samples, that many are drawn, evenly spaced.</summary>
    private const int MaxDrawn = 20_000;

    /// <summary>Above, a figure is written as PNG alone.</summary>
    private const int MaxVectors = 5000;

    /// <summary>One row per selected sample: its row from 0, its coordinates, the KSD of the rows so far, and its weight.</summary>
    public DataTable Rows()
    {
        IReadOnlyList<string> names = samples.CoordinateNames;
        return new(
            "thinned",
            [Free("row"), .. names, Free("ksd"), .. weights is null ? Array.Empty<string>() : [Free("weight")]],
            [
                .. thinned.Rows.Select((row, place) => (IReadOnlyList<object?>)
                [
                    row,
                    .. samples.Values.AsSpan(row * samples.Columns, samples.Columns).ToArray().Cast<object?>(),
                    thinned.Discrepancies[place],
                    .. weights is null ? Array.Empty<object?>() : [weights[place]],
                ]),
            ]);

        string Free(string name) => names.Contains(name) ? Free($"{name}_") : name;
    }

    /// <summary>All files, with the figure in the plane of two coordinates; the second is null for the number of the row.</summary>
    public Report Compose(int first, int? second) => new(
    [
        Rows(),
        DataTable.Create(
            "sets",
            sets,
            new("set", set => set.Name),
            new("points", set => set.Points),
            new("ksd", set => set.Ksd),
            new("ksd_min", set => set.KsdRange?.Min),
            new("ksd_max", set => set.KsdRange?.Max),
            new("mmd", set => set.Mmd),
            new("mmd_min", set => set.MmdRange?.Min),
            new("mmd_max", set => set.MmdRange?.Max)),
        Plane(first, second),
    ]);

    private Figure Plane(int first, int? second)
    {
        int[] drawn = samples.Rows <= MaxDrawn
            ? [.. Enumerable.Range(0, samples.Rows)]
            : ThinningComparison.EveryKth(samples.Rows, MaxDrawn);
        IReadOnlyList<string> names = samples.CoordinateNames;
        SeriesStyle grey = SeriesStyle.Of(6) with { Marker = SeriesStyle.Of(0).Marker };
        string share = drawn.Length < samples.Rows ? $" ({drawn.Length} of them drawn)" : "";
        return new(
            "plane",
            $"The {samples.Rows} samples{share} and the {thinned.Rows.Count} that Stein thinning selected.",
            new Axis(second is null ? "row" : names[first]),
            new Axis(names[second ?? first]),
            [
                new Series("samples", grey, Points(drawn)) { HasLine = false, MarkerSize = 4, Opacity = 0.4 },
                new Series("thinned", SeriesStyle.Of(1), Points(thinned.Rows)) { HasLine = false, MarkerSize = 9 },
            ])
        {
            IsRasterOnly = drawn.Length + thinned.Rows.Count > MaxVectors,
        };

        Point[] Points(IReadOnlyList<int> rows)
            => [.. rows.Select(row => second is { } other ? new Point(At(row, first), At(row, other)) : new Point(row, At(row, first)))];

        double At(int row, int column) => samples.Values[(row * samples.Columns) + column];
    }
}
