using System.Globalization;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>The runs of one problem: alike in all but σ, the seed and the repetitions.</summary>
/// <param name="Name">The data, and what of kernel, bandwidth and sample sizes differs between the runs of the report.</param>
/// <param name="FileName">The name as part of a file's.</param>
/// <param name="Runs">One or more.</param>
internal sealed record DaeIdentityProblem(string Name, string FileName, IReadOnlyList<StoredRun<DaeIdentitySettings>> Runs)
{
    /// <summary>The problems of some runs, in the order of the runs.</summary>
    public static IReadOnlyList<DaeIdentityProblem> Of(IReadOnlyList<StoredRun<DaeIdentitySettings>> runs)
    {
        Func<DaeIdentitySettings, string>[] differing =
        [
            .. ((Func<DaeIdentitySettings, string>[])
                [
                    config => config.Kernel,
                    config => string.Create(CultureInfo.InvariantCulture, $"h² = {config.EffectiveSquaredBandwidth}"),
                    config => string.Create(CultureInfo.InvariantCulture, $"N = {config.Samples}"),
                ]).Where(Differs),
        ];
        return
        [
            .. from run in runs
               group run by NameOf(run.Config) into problem
               select new DaeIdentityProblem(problem.Key, FileNames.Word(problem.Key), [.. problem]),
        ];

        // The default of h² depends on the dimension, which the name of the data says.
        bool Differs(Func<DaeIdentitySettings, string> text)
            => runs.GroupBy(run => run.Config.Dimension).Any(alike => alike.DistinctBy(run => text(run.Config)).Count() > 1);

        string NameOf(DaeIdentitySettings config) => string.Join(", ", [config.DataName, .. differing.Select(text => text(config))]);
    }

    /// <summary>A row a run.</summary>
    public IEnumerable<DaeIdentityErrorRow> Errors() => Runs.Select(run => DaeIdentityErrorRow.Of(Name, run));

    /// <summary>How the error falls.</summary>
    public DaeIdentitySlopeRow Slope() => DaeIdentitySlopeRow.Of(Name, Runs);

    /// <summary>A row for each σ and size of the repetitions, where there are any; σ falls.</summary>
    /// <exception cref="InvalidDataException">The repetitions of a run cannot be read.</exception>
    public IEnumerable<DaeIdentityExactRow> Exact() =>
        from run in Runs
        where run.Config.Repetitions > 0
        group run by (run.Config.Sigma, run.Config.RepetitionSamples) into cell
        orderby cell.Key.Sigma descending, cell.Key.RepetitionSamples
        select DaeIdentityExactRow.Of(Name, cell.Key.Sigma, cell.Key.RepetitionSamples, [.. Longest(cell).SelectMany(Trials)]);

    /// <summary>A run of each seed: a shorter one of that seed has some of its repetitions, and no other.</summary>
    private static IEnumerable<StoredRun<DaeIdentitySettings>> Longest(IEnumerable<StoredRun<DaeIdentitySettings>> runs)
        => runs.OrderByDescending(run => run.Config.Repetitions).DistinctBy(run => run.Config.Seed).OrderBy(run => run.Config.Seed);

    private static List<DaeIdentityTrial> Trials(StoredRun<DaeIdentitySettings> run)
    {
        string path = Path.Combine(run.Folder, DaeIdentityRun.RepetitionsFile);
        using FileStream stream = File.OpenRead(path);
        return CsvFile.Read<DaeIdentityTrial>(stream, path);
    }
}
