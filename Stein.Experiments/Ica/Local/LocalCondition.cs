using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica.Local;

/// <summary>The runs of a method, with all its settings, on one kind of problem.</summary>
internal sealed record LocalCondition(Condition<IcaSettings> Condition)
    : Condition<IcaSettings>(Condition.Config, Condition.Runs, Condition.Expected)
{
    /// <summary>Its method, and every setting that differs from the paper's.</summary>
    public IcaRow Row { get; } = IcaRow.Of(Condition.Config, IcaExperiment.Deviations(Condition.Config, except: ["training_samples"]));

    public int Dimension => Config.Dimension;

    public int Samples => Config.TrainingSamples;

    /// <summary>Oracle minus test log-likelihood, nats.</summary>
    public Reports.Summary Gaps => Over(GapOf);

    /// <summary>The share of the seeds of which every source is separated.</summary>
    public double SeparatedShare => Runs.Average(run => run[IcaStudy.Separated] == Dimension ? 1.0 : 0);

    /// <summary>Oracle minus test log-likelihood, nats.</summary>
    public static double GapOf(StoredRun<IcaSettings> run) => run[IcaStudy.Oracle] - run[IcaStudy.LogLikelihood];

    /// <summary>The conditions of the finished runs.</summary>
    public static IEnumerable<LocalCondition> Of(Results<IcaSettings> results)
        => results.Conditions(config => config with { Seed = 0, DataSeed = null }).Select(condition => new LocalCondition(condition));
}
