using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>A finished run with what it measured.</summary>
/// <param name="Stored">The run.</param>
/// <param name="Points">By time, from 0.</param>
/// <param name="Ridges">By ridge.</param>
internal sealed record FinishedDescent(
    StoredRun<DaeDescentSettings> Stored, IReadOnlyList<DescentPoint> Points, IReadOnlyList<RidgePoint> Ridges)
{
    /// <summary>Whether there is a true score.</summary>
    public bool HasTruth => !Stored.Config.IsFile;

    /// <summary>The measured point with the least error at the test points; the first if there is no true score.</summary>
    public DescentPoint Best => HasTruth ? Points.MinBy(point => point.TestError)! : Points[0];

    /// <summary>Where the held-out loss stops.</summary>
    public DescentPoint Stopped => Points.Single(point => point.Time == (int)Stored.Number(DaeDescentRun.StoppingTime));

    /// <summary>The ridge with the least error at the test points; the first if there is no true score.</summary>
    public RidgePoint BestRidge => HasTruth ? Ridges.MinBy(point => point.TestError)! : Ridges[0];

    /// <summary>The ridge that the held-out loss chooses.</summary>
    public RidgePoint ChosenRidge => Ridges.Single(point => point.Ridge == Stored.Number(DaeDescentRun.HeldOutRidge));

    /// <exception cref="InvalidDataException">A file of the run is damaged.</exception>
    public static FinishedDescent Of(StoredRun<DaeDescentSettings> run)
        => new(run, Read<DescentPoint>(run, DaeDescentRun.DescentFile), Read<RidgePoint>(run, DaeDescentRun.RidgeFile));

    /// <summary>The rows of a file of a run.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static List<TRow> Read<TRow>(StoredRun run, string name)
    {
        string path = Path.Combine(run.Folder, name);
        using FileStream stream = File.OpenRead(path);
        return CsvFile.Read<TRow>(stream, path);
    }
}

/// <summary>The finished seeds of one setting of the data, the kernel and the descent.</summary>
/// <param name="Name">For files, <c>modes_N300</c>; numbered where other settings differ too.</param>
/// <param name="Settings">Of the first seed.</param>
/// <param name="Expected">Seeds of the plan.</param>
/// <param name="Runs">In the order of the plan; at least one.</param>
internal sealed record DescentCell(string Name, DaeDescentSettings Settings, int Expected, IReadOnlyList<FinishedDescent> Runs)
{
    /// <summary>Whether there is a true score.</summary>
    public bool HasTruth => !Settings.IsFile;

    /// <summary>The data and N, for people.</summary>
    public string Title => FormattableString.Invariant($"{Settings.DataName}, N = {Settings.Samples}");

    /// <summary>The cells of finished runs, in the order of the plan.</summary>
    public static IReadOnlyList<DescentCell> Of(IReadOnlyList<RunConfig> plan, IReadOnlyList<StoredRun<DaeDescentSettings>> runs)
    {
        var cells = new List<DescentCell>();
        foreach (var group in runs.GroupBy(run => run.Config with { Seed = 0 }))
        {
            DaeDescentSettings settings = group.First().Config;
            string data = settings.IsFile ? FileNames.Word(Path.GetFileNameWithoutExtension(settings.File!)) : settings.Data;
            string name = FormattableString.Invariant($"{data}_N{settings.Samples}");
            int alike = cells.Count(cell => cell.Name == name || cell.Name.StartsWith(name + "_", StringComparison.Ordinal));
            cells.Add(new(
                alike == 0 ? name : FormattableString.Invariant($"{name}_{alike + 1}"),
                settings,
                plan.Count(run => run.Config is DaeDescentSettings planned && planned with { Seed = 0 } == group.Key),
                [.. group.Select(FinishedDescent.Of)]));
        }

        return cells;
    }

    /// <summary>Over the seeds.</summary>
    public Summary Over(Func<FinishedDescent, double> value) => Summary.Of([.. Runs.Select(value)]);
}
