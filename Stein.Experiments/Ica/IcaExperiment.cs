using Stein.Engine.Devices;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>The ICA table: models trained with KSD, LSD and maxSKSD, at D = 10 to 200.</summary>
internal sealed class IcaExperiment : Experiment<IcaSettings>
{
    private static readonly IcaSettings Paper = new();

    private readonly SharedProblems problems = new();

    public override string Name => "ica";

    public override string Title => "Test log-likelihood of ICA models trained with Stein discrepancies";

    public override string Source => "Gong, Li and Hernández-Lobato, Sliced Kernelized Stein Discrepancy, ICLR 2021; the ICA table";

    public override int ProtocolVersion => 1;

    protected override IReadOnlyList<IcaSettings> Configs(GridScale scale) => IcaGrid.Of(scale).Configs();

    /// <summary>
    /// Settings of another method, and those that say what holds anyway, are left at their defaults, so that they make no other run.
    /// </summary>
    protected override IcaSettings Normalise(IcaSettings config)
    {
        bool isLsd = config.Method == "lsd";
        bool usesKernel = IcaMethod.UsesKernel(config.Method);
        bool isTrained = config.Method != "whitening";
        return config with
        {
            DataSeed = config.DataSeed == config.Seed ? null : config.DataSeed,
            Kernel = usesKernel ? config.Kernel : Paper.Kernel,
            Statistic = usesKernel && config.Statistic != IcaProtocol.DefaultStatistic(config.Method) ? config.Statistic : null,
            Hidden = isLsd ? config.Hidden : Paper.Hidden,
            Lambda = isLsd ? config.Lambda : Paper.Lambda,
            Probes = isLsd ? config.Probes : Paper.Probes,
            Iterations = isTrained ? config.Iterations : Paper.Iterations,
            Batch = isTrained ? config.Batch : Paper.Batch,
            LearningRate = isTrained ? config.LearningRate : Paper.LearningRate,
            EvaluateEvery = isTrained ? config.EvaluateEvery : Paper.EvaluateEvery,
        };
    }

    protected override void Validate(IcaSettings config)
    {
        try
        {
            config.Validate();
        }
        catch (InvalidSettingException exception)
        {
            throw new InvalidConfigException(exception.Message, exception);
        }
    }

    protected override double Operations(IcaSettings config) => IcaOperations.OfRun(config);

    protected override string SpeedClass(IcaSettings config) => config.Method;

    protected override string Describe(IcaSettings config)
    {
        string data = config.DataSeed is { } seed ? $", data seed {seed}" : "";
        return $"{IcaMethod.Find(config.RowId).Name}, D = {config.Dimension}, seed {config.Seed}{data}";
    }

    protected override IRun Start(IcaSettings config, Device device) => new IcaTrainingRun(device, config, problems.Lease(config));

    protected override ReportOutcome WriteReport(ReportRequest request, IReadOnlyList<StoredRun<IcaSettings>> runs)
    {
        var results = new IcaStoredRuns(request.Plan, runs);
        if (runs.Count == 0)
            return new ReportOutcome([], 0, request.Plan.Count, []) { Deviations = results.Deviations };
        IReadOnlyList<string> files = IcaReport.Write(
            request.Folder, results.Runs, results.Curves(), results.ComparePaper, results.SeedsExpected, results.Deviations);
        if (request.Scale is null)
            files = [.. files, .. runs.Select(run => IcaStoredRuns.CopyUnmixing(run, request.Folder))];
        return new ReportOutcome(files, runs.Count, request.Plan.Count, results.Comparisons())
        {
            Tables = IcaReportTables.Of(results),
            Data = results.Data(),
            Deviations = results.Deviations,
        };
    }
}
