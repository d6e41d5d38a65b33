using System.Globalization;
using CsvHelper;
using Stein.Engine.Devices;
using Stein.Engine.IndependentComponents;
using Stein.Engine.Kernels;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica;

/// <summary>What the experiments that train ICA models share.</summary>
internal abstract class IcaStudy : TrainingStudy<IcaSettings>
{
    /// <summary>Mean log-likelihood of the test points, nats.</summary>
    public static readonly Quantity LogLikelihood = new("test_log_likelihood");

    /// <summary>The method's own loss on the last batch.</summary>
    public static readonly Quantity Loss = new("loss");

    /// <summary>The log-likelihood of the true model on the test points, nats.</summary>
    public static readonly Quantity Oracle = new("oracle");

    /// <summary>The Amari distance of V·W_true, in [0, 1].</summary>
    public static readonly Quantity AmariDistance = new("amari_distance");

    /// <summary>True sources of which exactly one row of V has more than twice as much as of any other.</summary>
    public static readonly Quantity Separated = new("sources_separated");

    /// <summary>‖I + E[ψ(z) zᵀ]‖ (Frobenius) of the training points: 0 where the equations of the likelihood hold.</summary>
    public static readonly Quantity Equations = new("equations_norm");

    /// <summary>Iterations of the searches over all samples.</summary>
    public static readonly Quantity Searched = new("search_iterations");

    /// <summary>Whether the searches ended by themselves.</summary>
    public static readonly Quantity Converged = new("converged");

    /// <summary>The mean log-likelihood of the test points, nats, under the matrix that another rule than the config's chooses.</summary>
    public static Quantity LogLikelihoodBy(EvaluationRule rule) => new($"{LogLikelihood.Name}_{rule}".ToLowerInvariant());

    private readonly SharedProblems problems = new(settings => new IcaProblem(settings));

    protected override IcaSettings Normalise(IcaSettings config)
        => IcaMethod.Of(config).Normalise(config with { DataSeed = config.DataSeed == config.Seed ? null : config.DataSeed });

    protected override void Validate(IcaSettings config)
    {
        if (config.Batch > config.TrainingSamples)
        {
            throw InvalidConfigException.Value(
                "batch", config.Batch, $"a whole number from 2 to the {config.TrainingSamples} training samples");
        }

        IcaMethod.Of(config).Validate(config);
        if (KernelSmoothness.ProblemWith(config.Kernel, IcaMethod.Of(config).KernelDerivatives, config.Method) is { } problem)
            throw InvalidConfigException.Because("kernel", config.Kernel, problem);
    }

    /// <summary>The iterations, and a product over the test data for every point of the curve.</summary>
    protected override double Operations(IcaSettings config)
    {
        var method = IcaMethod.Of(config);
        double evaluation = 2.0 * config.TestSamples * config.Dimension * config.Dimension;
        return method is SearchMethod
            ? method.IterationsOf(config) * method.Operations(config)
            : config.Iterations * (method.Operations(config) + (evaluation / config.EvaluateEvery));
    }

    protected override string SpeedClass(IcaSettings config) => config.Method;

    protected override string Describe(IcaSettings config)
    {
        string data = config.DataSeed is { } seed ? $", data seed {seed}" : "";
        return $"{IcaRow.Of(config).Name}, D = {config.Dimension}, seed {config.Seed}{data}";
    }

    protected override int Iterations(IcaSettings config) => IcaMethod.Of(config).IterationsOf(config);

    protected override Func<int, bool> IsMeasured(IcaSettings config) => IcaMethod.Of(config).IsMeasured(config);

    /// <summary>Rules by which every result is judged in addition to that of its config.</summary>
    protected virtual IReadOnlyList<EvaluationRule> OtherRules => [];

    /// <summary>Whether results of trainings have <see cref="Separated"/> and <see cref="Equations"/>, as those of searches do.</summary>
    protected virtual bool CountsSources => false;

    /// <summary><see cref="Separated"/> and <see cref="Equations"/> of an unmixing matrix.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="unmixing">V (D×D, row-major).</param>
    /// <param name="training">Of the training points.</param>
    /// <param name="density">Of the sources.</param>
    public static IEnumerable<Metric> Separation(
        IcaProblem problem, double[] unmixing, ISourceMoments training, SourceDensity density)
    {
        int dimension = problem.Dimension;
        double[] product = training.Compute(unmixing, [.. Enumerable.Repeat(density, dimension)], hasCurvature: false).SlopeProduct;
        for (int i = 0; i < dimension; i++)
            product[i * (dimension + 1)] += 1;
        return [Separated.At(problem.SourcesSeparatedBy(unmixing)), Equations.At(Math.Sqrt(product.Sum(entry => entry * entry)))];
    }

    /// <summary>Whether a search ended at the largest number of iterations, before it had converged.</summary>
    public static bool IsCutShort(StoredRun<IcaSettings> run) => IcaMethod.Of(run.Config) is StagedMethod && run[Converged] == 0;

    /// <summary>What a cell says of searches that were cut short, with a blank before; empty if none was.</summary>
    public static string CutShortMark(int cutShort, int runs) => cutShort == 0 ? "" : $" ({cutShort} of {runs} not converged)";

    /// <summary>A sentence with a blank before, about rows with searches that were cut short; empty if there are none.</summary>
    public static string CutShortNote(IEnumerable<(string Method, int Dimension, int CutShort, int Runs)> rows)
    {
        string[] found =
        [
            .. from row in rows
               where row.CutShort > 0
               select $"{row.Method} at D = {row.Dimension}: {row.CutShort} of {row.Runs}",
        ];
        return found.Length == 0 ? ""
            : $" Searches that ended at --max-iterations, before they had converged: {string.Join("; ", found)}.";
    }

    /// <summary>V, one row per line, without a header.</summary>
    public static RunFile Matrix(string name, double[] values, int dimension) => new(name, stream =>
    {
        using var csv = CsvWriter.Create(stream, CsvFile.Format with { HasHeader = false }, leaveOpen: true);
        for (int index = 0; index < values.Length; index++)
        {
            csv.WriteField(values[index], "R", CultureInfo.InvariantCulture);
            if ((index + 1) % dimension == 0)
                csv.EndRecord();
        }
    });

    protected override ITraining Begin(IcaSettings config, Device device)
    {
        ProblemLease lease = problems.Lease(config);
        return IcaMethod.Of(config) is SearchMethod method
            ? method.Begin(device, config, lease.Problem, lease)
            : new IcaTraining(device, config, lease.Problem, lease, OtherRules) { CountsSources = CountsSources };
    }
}
