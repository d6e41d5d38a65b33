using System.Text.Json.Nodes;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Studies;

/// <summary>What a report is made of: the runs that are finished, out of a plan.</summary>
/// <param name="Plan">All runs, finished or not.</param>
/// <param name="Runs">The finished ones, at least one, in the order of the plan.</param>
/// <param name="Scale">The grid that the plan is, or is part of; null for runs of the user's own.</param>
internal sealed record Results<TConfig>(IReadOnlyList<RunConfig> Plan, IReadOnlyList<StoredRun<TConfig>> Runs, GridScale? Scale)
    where TConfig : class
{
    /// <summary>Sentences for a caption, each with a blank before: whether the grid is reduced, and how many runs are missing.</summary>
    public string Remarks
        => (IsReduced ? " This is a reduced grid." : "")
            + (Runs.Count < Plan.Count ? $" {Runs.Count} of {Plan.Count} runs are finished." : "");

    /// <summary>Whether the grid is smaller than the published one.</summary>
    public bool IsReduced => Scale is GridScale.Quick or GridScale.Test;

    /// <summary>The part of plan and runs whose configs fulfil a condition; it may have no runs.</summary>
    public Results<TConfig> Where(Func<TConfig, bool> holds)
        => new([.. Plan.Where(run => holds(Config(run)))], [.. Runs.Where(run => holds(run.Config))], Scale);

    /// <summary>Parts whose configs give the same key, in the order of the runs.</summary>
    public IReadOnlyList<(TKey Key, Results<TConfig> Part)> By<TKey>(Func<TConfig, TKey> key)
    {
        ILookup<TKey, RunConfig> planned = Plan.ToLookup(run => key(Config(run)));
        return
        [
            .. Runs.GroupBy(run => key(run.Config))
                .Select(part => (part.Key, new Results<TConfig>([.. planned[part.Key]], [.. part], Scale))),
        ];
    }

    /// <summary>
    /// Parts whose runs belong in one table because they differ only in what the table varies. The files of the first have no suffix,
    /// those of the others are numbered from 2.
    /// </summary>
    /// <param name="common">The config without what the table varies.</param>
    public IReadOnlyList<(string Suffix, Results<TConfig> Part)> Protocols<TKey>(Func<TConfig, TKey> common)
        => [.. By(common).Select((part, index) => (index == 0 ? "" : $"_{index + 1}", part.Part))];

    /// <summary>
    /// What was measured of a quantity while the runs went on: a line for each row, its mean over the runs with one standard error.
    /// </summary>
    /// <param name="row">What a run's row is called.</param>
    /// <param name="quantity">What was measured.</param>
    /// <param name="isPositive">Whether means that are not positive are left out, which have no place on a logarithmic axis.</param>
    public IReadOnlyList<Series> Curves(Func<TConfig, string> row, Quantity quantity, bool isPositive = false) =>
    [
        .. By(row).Select((part, index) => new Series(
            part.Key,
            SeriesStyle.Of(index),
            [
                .. from run in part.Part.Runs
                   from metric in run.Metrics()
                   where metric.Metric == quantity.Name
                   group metric.Value by metric.Iteration into step
                   orderby step.Key
                   let summary = Summary.Of([.. step])
                   where !isPositive || summary.Mean > 0
                   select Point.Mean(step.Key, summary),
            ])
        {
            HasMarkers = false,
            Intervals = IntervalShape.Band,
        }),
    ];

    /// <summary>The conditions of the finished runs, each with its seeds, in the order of the runs.</summary>
    /// <param name="withoutSeed">The config with one value for what is repeated over.</param>
    public IReadOnlyList<Condition<TConfig>> Conditions(Func<TConfig, TConfig> withoutSeed)
        => [.. By(withoutSeed).Select(part => new Condition<TConfig>(part.Key, part.Part.Runs, part.Part.Plan.Count))];

    /// <summary>A text about a setting that all finished runs share; nothing where they do not.</summary>
    public IEnumerable<string> Shared<T>(Func<TConfig, T> setting, Func<T, string> text)
    {
        T[] values = [.. Runs.Select(run => setting(run.Config)).Distinct()];
        return values.Length == 1 ? [text(values[0])] : [];
    }

    /// <summary>The keys, other than some, of which the plan has several values, or has one in some runs only.</summary>
    public IReadOnlyList<string> Differing(params IReadOnlyList<string> except)
    {
        JsonObject[] configs = [.. Plan.Select(run => run.Canonical)];
        return
        [
            .. from key in configs.SelectMany(config => config.Select(entry => entry.Key)).Distinct()
               where !except.Contains(key)
               where configs.Select(config => $"{config[key]}").Distinct().Count() > 1
               select key,
        ];
    }

    /// <summary>The values of some keys in a run, as in <c>kernel=imq, particles=50</c>; empty where it has none.</summary>
    public static string Variant(RunConfig run, IReadOnlyList<string> keys)
    {
        JsonObject config = run.Canonical;
        return string.Join(", ", keys.Where(key => config[key] is not null).Select(key => $"{key}={config[key]}"));
    }

    /// <summary>Columns with the values of some settings, under their keys; a blank where a setting has no effect.</summary>
    public static IEnumerable<DataColumn<StoredRun<TConfig>>> SettingColumns(params IReadOnlyList<string> keys)
        => keys.Select(key => new DataColumn<StoredRun<TConfig>>(key, run => run.Setting(key)));

    /// <summary>A column with the number of runs that diverged, if any run of the table did.</summary>
    public static IEnumerable<DataColumn<TRow>> DivergedColumn<TRow>(IReadOnlyList<TRow> rows)
        where TRow : Condition<TConfig>
        => rows.Any(row => row.Diverged > 0) ? [new(StoredRun.Diverged.Name, row => row.Diverged)] : [];

    /// <summary>Columns with some numbers of the results, under their names.</summary>
    public static IEnumerable<DataColumn<StoredRun<TConfig>>> QuantityColumns(IEnumerable<Quantity> quantities)
        => quantities.Select(quantity => new DataColumn<StoredRun<TConfig>>(quantity.Name, run => run[quantity]));

    private static TConfig Config(RunConfig run) => (TConfig)run.Config;
}

/// <summary>The finished runs of one condition, which differ in the seed alone.</summary>
/// <param name="Config">The config of all runs, apart from the seed.</param>
/// <param name="Runs">At least one.</param>
/// <param name="Expected">Runs of the plan.</param>
internal record Condition<TConfig>(TConfig Config, IReadOnlyList<StoredRun<TConfig>> Runs, int Expected) : IFromRuns
    where TConfig : class
{
    public IEnumerable<string> RunIds => Runs.SelectMany(run => run.RunIds);

    /// <summary>Runs that diverged.</summary>
    public virtual int Diverged => Runs.Count(run => run.IsDiverged);

    /// <summary>Mean and spread over the seeds of a number of each run that did not diverge.</summary>
    public Summary Over(Func<StoredRun<TConfig>, double> value) => Summary.Of([.. Runs.Where(run => !run.IsDiverged).Select(value)]);

    /// <summary>Mean and spread over the seeds of a number of the results.</summary>
    public virtual Summary Over(Quantity quantity) => Over(run => run[quantity]);

    /// <summary>The text, and behind it "(3 of 5 seeds)" where some are missing, and "(1 of 3 diverged)" where some are left out.</summary>
    public string WithSeeds(string text)
        => (Runs.Count < Expected ? $"{text} ({Runs.Count} of {Expected} seeds)" : text) + DivergedNote;

    /// <summary>As in " (1 of 3 diverged)"; empty where none did.</summary>
    public string DivergedNote => Diverged == 0 ? "" : $" ({Diverged} of {Runs.Count} diverged)";
}
