using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Experiments.Files;
using Stein.Experiments.Runs;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>A published table of powers, repeated: a run for each of its numbers, with as many tests, and a verdict.</summary>
/// <param name="name">Also of the file with the published numbers.</param>
/// <param name="example">The arguments of a command line, and what it does.</param>
internal sealed class GofPublished(string name, string title, string source, (string Arguments, string Meaning) example) : GofStudy
{
    public override string Name => name;

    public override string Title => title;

    public override string Source => source;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples => [example];

    protected override IReadOnlyList<PublishedPower> Published => field ??= [.. Read(name).Select(row => row with
    {
        Cell = (GofSettings)Identify(row.Cell).Config,
    })];

    protected override IReadOnlyList<GofSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => [.. Published.Select(power => power.Cell)],
        GridScale.Quick => Reduced(new() { Samples = 300, Trials = 5, Replicates = 199 }, cells: 3),
        _ => Reduced(new() { Samples = 60, Trials = 3, Replicates = 59 }, cells: 1),
    };

    /// <summary>A few of the cells, with all their tests that do not draw samples of the model, at the size of some settings.</summary>
    private IReadOnlyList<GofSettings> Reduced(GofSettings size, int cells) =>
    [
        .. Published.Select(power => power.Cell with { Samples = size.Samples, Trials = size.Trials, Replicates = size.Replicates })
            .Distinct()
            .GroupBy(cell => cell with { Test = "" })
            .Take(cells)
            .SelectMany(cell => cell)
            .Where(cell => !SamplesModel(cell)),
    ];

    private static IEnumerable<PublishedPower> Read(string name)
    {
        string file = $"{typeof(GofPublished).Namespace}.Published.{name}.csv";
        using Stream stream = typeof(GofPublished).Assembly.GetManifestResourceStream(file)!;
        return
        [
            .. CsvFile.Read<PublishedPowerRow>(stream, file).Select(row => new PublishedPower(
                new()
                {
                    Problem = row.Problem,
                    Test = row.Test,
                    Dimension = row.Dimension,
                    Difference = row.Difference ?? new GofSettings().Difference,
                    Hidden = row.Hidden ?? new GofSettings().Hidden,
                    ModelSeed = row.ModelSeed ?? new GofSettings().ModelSeed,
                    VariesModel = row.VariesModel ?? false,
                    Samples = row.Samples,
                    Replicates = row.Replicates,
                    Trials = row.Trials,
                },
                row.Power,
                row.Trials)),
        ];
    }
}
