using Stein.Experiments.Reports;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>A number over which powers can be drawn.</summary>
/// <param name="Name">For files.</param>
/// <param name="Symbol">In tables.</param>
/// <param name="Label">Of an axis.</param>
internal sealed record GofScale(string Name, string Symbol, string Label, Func<GofSettings, double> Value)
{
    private static readonly GofScale Dimension = new("dimension", "D", "Dimension D", config => config.Dimension);
    private static readonly GofScale Samples = new("samples", "n", "Samples n", config => config.Samples);
    private static readonly GofScale Hidden = new("hidden", "hidden", "Hidden units", config => config.Hidden);

    /// <summary>The sizes of samples in a problem: D, where it has one, and N.</summary>
    public static IEnumerable<GofScale> Sizes(GofSettings config)
        => Of(config).Where(scale => scale == Dimension || scale == Samples);

    /// <summary>Those of a problem, its own difference first.</summary>
    public static GofScale[] Of(GofSettings config)
    {
        GofProblem problem = GofProblem.Of(config);
        return
        [
            .. problem.Uses.Contains(nameof(GofSettings.Difference)) ? [problem.Difference] : (GofScale[])[],
            .. problem.Uses.Contains(nameof(GofSettings.Dimension)) ? [Dimension] : (GofScale[])[],
            Samples,
            .. problem.Uses.Contains(nameof(GofSettings.Hidden)) ? [Hidden] : (GofScale[])[],
        ];
    }

    /// <summary>As in "D = 50".</summary>
    public string Text(GofSettings config) => $"{Symbol} = {NumberText.Tick(Value(config))}";
}
