using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Studies;

/// <summary>What an experiment declares; the runner owns the rest.</summary>
/// <typeparam name="TConfig">
/// A record with everything that changes a number of a run and nothing that does not, with the published values as defaults of its
/// properties. In JSON its properties are in snake_case, its enumerations in kebab-case.
/// </typeparam>
internal abstract class Experiment<TConfig> : Experiment
    where TConfig : class, new()
{
    // Few commands read the settings of all experiments, which takes longer than most of them.
    private readonly Lazy<IReadOnlyList<Setting>> settings = new(ConfigJson.Settings<TConfig>);

    public sealed override IReadOnlyList<Setting> Settings => settings.Value;

    public sealed override IReadOnlyList<RunConfig> Grid(GridScale scale, Precision precision = Precision.Single)
        => [.. Configs(scale).Select(config => Identify(config, precision))];

    public sealed override RunConfig Parse(JsonObject config, Precision precision = Precision.Single)
        => Identify(ConfigJson.Read<TConfig>(config), precision);

    /// <summary>The run of a config.</summary>
    /// <exception cref="InvalidConfigException">It cannot be run.</exception>
    public RunConfig Identify(TConfig config, Precision precision = Precision.Single)
    {
        foreach (Setting setting in Settings)
            setting.Check(config);
        Validate(config);
        (TConfig withoutIdle, JsonObject canonical) = WithoutIdle(config);
        config = Normalise(withoutIdle);
        // Plans have thousands of configs, most of which are normal as they are.
        if (!config.Equals(withoutIdle))
            canonical = ConfigJson.Write(config);
        string[] outside = [.. Settings.Where(setting => setting.IsOutsideIdentity(canonical)).Select(setting => setting.Key)];
        return new RunConfig(this, config, precision, canonical, outside, Operations(config), Describe(config), SpeedClass(config));
    }

    public sealed override ReportOutcome Report(RunStore store, ReportRequest request)
    {
        if (Compose(store, request) is not var (report, finished))
            return new ReportOutcome([], 0, request.Plan.Count, []);
        IReadOnlyList<string> files = ReportFiles.Write(report, request.Folder);
        string metrics = Path.Combine(request.Folder, "metrics.csv.gz");
        TidyCsv.Write(metrics, this, finished);
        files = [.. files, metrics, ReportProvenance.Write(request, this, finished)];
        return new ReportOutcome(files, finished.Count, request.Plan.Count, report.Comparisons)
        {
            Tables = [.. report.Sections.OfType<Table>().Select(table => table with { Rows = table.ShortRows ?? table.Rows })],
            Data = new JsonObject(report.Sections.OfType<DataTable>().Where(data => data.IsInJson).Select(
                data => KeyValuePair.Create(data.Name, (JsonNode?)data.ToJson()))),
            Deviations = report.Deviations,
        };
    }

    public sealed override ComposedReport? Compose(RunStore store, ReportRequest request)
    {
        RunConfig[] plan = [.. request.Plan.Where(run => run.Experiment == this)];
        StoredRun<TConfig>[] finished = [.. plan.Select(store.Find).OfType<StoredRun>().Select(run => new StoredRun<TConfig>(run))];
        return finished.Length == 0 ? null : new(Compose(new Results<TConfig>(plan, finished, request.Scale)), finished);
    }

    internal sealed override IRun Start(RunConfig run, Device device) => Start((TConfig)run.Config, device);

    /// <summary>The configs of a grid, in the order of the report.</summary>
    protected abstract IReadOnlyList<TConfig> Configs(GridScale scale);

    /// <summary>
    /// The config with every setting that changes nothing in it at its default, so that two configs of one number are one run. What
    /// <see cref="OnlyForAttribute"/> declares is done already.
    /// </summary>
    protected virtual TConfig Normalise(TConfig config) => config;

    /// <summary>Checks what the declarations of the config do not say, such as how two settings fit together.</summary>
    /// <exception cref="InvalidConfigException">It cannot be run; the message says which key, and what is allowed.</exception>
    protected virtual void Validate(TConfig config)
    {
    }

    /// <summary>Floating-point operations of the whole run: for the order of the runs, their shares and the estimate of time.</summary>
    protected abstract double Operations(TConfig config);

    /// <summary>The run in a few words, <c>maxsksd, D = 100, seed 60</c>.</summary>
    protected abstract string Describe(TConfig config);

    /// <summary>
    /// Runs of one class do about the same number of operations per second, which makes estimates of time better. One class unless
    /// overridden.
    /// </summary>
    protected virtual string SpeedClass(TConfig config) => "";

    /// <summary>Begins a run at iteration 0. Called by the thread that runs it; the device is the run's own, and outlives it.</summary>
    /// <exception cref="RunFailedException">It cannot be started.</exception>
    protected abstract IRun Start(TConfig config, Device device);

    /// <summary>
    /// Makes a report of the finished runs; the runner writes it, with <c>metrics.csv.gz</c> (<see cref="TidyCsv"/>) and
    /// <c>provenance.json</c>.
    /// </summary>
    protected abstract Report Compose(Results<TConfig> results);

    private (TConfig Config, JsonObject Content) WithoutIdle(TConfig config)
    {
        JsonObject content = ConfigJson.Write(config);
        Setting[] idle = [.. Settings.Where(setting => setting.IsIdle(content) && !setting.IsDefault(content))];
        if (idle.Length == 0)
            return (config, content);
        foreach (Setting setting in idle)
            content.Remove(setting.Key);
        // A setting is idle, too, whose other setting has just become idle.
        return WithoutIdle(ConfigJson.Read<TConfig>(content));
    }
}
