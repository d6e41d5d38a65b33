using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.IndependentComponents;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica;

/// <summary>A run in progress: a model, the method that trains it and the batches, on one device.</summary>
internal sealed class IcaTraining : ITraining, IStateful, IDisposable
{
    /// <summary>The trained unmixing matrix V.</summary>
    public const string UnmixingFile = "unmixing.csv";

    /// <summary>
    /// V is checked after this many iterations, and whenever it is measured. A check makes the device finish everything that was started,
    /// so checking at every iteration would be slow.
    /// </summary>
    private const int CheckEvery = 100;

    private readonly Device device;
    private readonly IcaSettings settings;
    private readonly IcaProblem problem;
    private readonly IDisposable? lease;
    private readonly IcaModel model;
    private readonly IcaMethodTraining? method;

    /// <summary>By the rule of the config first, then by the others.</summary>
    private readonly EvaluatedIterate[] iterates;

    private readonly Func<double> loss;
    private readonly IcaLikelihood likelihood;
    private readonly EpochBatches batches;
    private readonly DeviceMatrix training;
    private readonly DeviceMatrix batch;
    private readonly DeviceMatrix rowSums;
    private readonly double[] rowSumValues;
    private readonly int[] indices;
    private readonly double initialLogLikelihood;
    private int lastFinite;
    private Measurement? last;
    private string? warning;

    /// <summary>Uploads the data and sets the model to its start.</summary>
    /// <param name="device">The run's own.</param>
    /// <param name="settings">A valid config.</param>
    /// <param name="problem">The problem of the config.</param>
    /// <param name="lease">Is disposed of with the training.</param>
    /// <param name="otherRules">Rules by which the result is judged in addition to that of the config.</param>
    public IcaTraining(
        Device device,
        IcaSettings settings,
        IcaProblem problem,
        IDisposable? lease = null,
        params IReadOnlyList<EvaluationRule> otherRules)
    {
        (this.device, this.settings, this.problem, this.lease) = (device, settings, problem, lease);
        int dimension = settings.Dimension;
        training = device.Allocate(settings.TrainingSamples, dimension);
        device.Write(training, problem.Training);
        DeviceMatrix test = device.Allocate(settings.TestSamples, dimension);
        device.Write(test, problem.Test);
        likelihood = new IcaLikelihood(device, test);
        batches = new EpochBatches(settings.EffectiveDataSeed, settings.TrainingSamples, settings.Batch, settings.BatchOrder);
        batch = device.Allocate(settings.Batch, dimension);
        indices = new int[settings.Batch];
        rowSums = device.Allocate(dimension, 1);
        rowSumValues = new double[dimension];
        model = new IcaModel(device, dimension, settings.Batch, settings.Base);
        var chosen = IcaMethod.Of(settings);
        device.Write(model.Unmixing, chosen.InitialUnmixing(settings, problem));
        iterates =
        [
            .. otherRules.Prepend(settings.Evaluation).Select(rule => new EvaluatedIterate(rule, model.Unmixing, settings)),
        ];
        loss = Loss;
        initialLogLikelihood = TestLogLikelihood();
        method = chosen.Start(device, model, settings, batch);
        Parts = [model.Unmixing, batches, batch, .. method?.Parts ?? [], .. iterates, this];
    }

    /// <summary>See <see cref="IcaStudy.CountsSources"/>.</summary>
    public bool CountsSources { get; init; }

    /// <summary>Iterations done.</summary>
    public int Iteration { get; private set; }

    /// <remarks>The last batch is among them, because the loss is that of the last batch.</remarks>
    public IReadOnlyList<IStateful> Parts { get; }

    public string Status =>
        $"log-likelihood {NumberText.Fixed(last?.LogLikelihood ?? double.NaN)} (oracle {NumberText.Fixed(problem.Oracle)})"
        + (last is null || double.IsNaN(last.Loss) ? "" : $", loss {NumberText.Fixed(last.Loss, 4)}")
        + (warning is null ? "" : $", {warning}");

    public void Step()
    {
        if (method is null)
            return;
        batches.Next(indices);
        device.GatherRows(batch, training, indices);
        method.Step(batch, Iteration);
        Iteration++;
        foreach (EvaluatedIterate iterate in iterates)
            iterate.Add(Iteration, loss);
        if (Iteration % CheckEvery == 0)
            RequireFinite();
    }

    public IReadOnlyList<Metric> Measure()
    {
        RequireFinite();
        double logLikelihood = TestLogLikelihood();
        if (!double.IsFinite(logLikelihood))
            throw new RunFailedException($"the test log-likelihood is no longer finite at iteration {Iteration}", Iteration);
        last = new Measurement(Iteration, logLikelihood, Loss(), Unmixing());
        warning = method is null || Iteration == 0 ? null : method.Warning(batch);
        return [IcaStudy.LogLikelihood.At(logLikelihood), IcaStudy.Loss.At(last.Loss)];
    }

    /// <summary>The mean log-likelihood of the test data under the matrix that is evaluated, in nats.</summary>
    public double TestLogLikelihood() => TestLogLikelihood(iterates[0]);

    /// <summary>The method's own loss on the last batch at the present parameters; NaN before the first batch.</summary>
    public double Loss() => method is null || Iteration == 0 ? double.NaN : method.Loss(batch);

    /// <summary>The V that is evaluated (D×D, row-major).</summary>
    public double[] Unmixing() => device.Read(iterates[0].Unmixing);

    public TrainingResult Finish()
    {
        double[] unmixing = Unmixing();
        return new(
            [
                IcaStudy.LogLikelihood.At(TestLogLikelihood()),
                IcaStudy.Oracle.At(problem.Oracle),
                IcaStudy.AmariDistance.At(problem.AmariDistanceOf(unmixing)),
                .. CountsSources
                    ? IcaStudy.Separation(
                        problem, unmixing, new DeviceSourceMoments(device, training), SearchMethod.DensityOf(settings))
                    : [],
                .. iterates.Skip(1).Select(other => IcaStudy.LogLikelihoodBy(other.Rule).At(TestLogLikelihood(other))),
                .. method?.Metrics(batch, problem) ?? [],
            ],
            Matrix(UnmixingFile, unmixing));
    }

    /// <summary>
    /// Whether the test log-likelihood is below that of the start by more than one nat per dimension: the density at a test point has
    /// fallen by a factor e per coordinate. A start that is good by chance can be a little better than a short training.
    /// </summary>
    public bool HasDiverged() => TestLogLikelihood() < initialLogLikelihood - settings.Dimension;

    public IReadOnlyList<RunFile> LastGoodState()
        => last is null ? [] : [Matrix($"unmixing_last_good_iteration{last.Iteration}.csv", last.Unmixing)];

    public void Dispose() => lease?.Dispose();

    /// <summary>Writes the state that the other parts do not hold.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Iteration);
        writer.Write(lastFinite);
        writer.Write(last is not null);
        if (last is null)
            return;
        writer.Write(last.Iteration);
        writer.Write(last.LogLikelihood);
        writer.Write(last.Loss);
        foreach (double value in last.Unmixing)
            writer.Write(value);
    }

    public void Restore(BinaryReader reader)
    {
        Iteration = reader.ReadInt32();
        lastFinite = reader.ReadInt32();
        last = reader.ReadBoolean()
            ? new Measurement(
                reader.ReadInt32(),
                reader.ReadDouble(),
                reader.ReadDouble(),
                [.. Enumerable.Range(0, settings.Dimension * settings.Dimension).Select(_ => reader.ReadDouble())])
            : null;
    }

    private double TestLogLikelihood(EvaluatedIterate iterate) => likelihood.Evaluate(iterate.Unmixing, settings.Base);

    /// <exception cref="RunFailedException">A row of V is not finite.</exception>
    private void RequireFinite()
    {
        device.SumRows<Identity>(rowSums, model.Unmixing);
        device.Read(rowSums, rowSumValues);
        if (!double.IsFinite(rowSumValues.Sum()))
        {
            string message = $"the unmixing matrix is no longer finite at iteration {Iteration}; it was at iteration {lastFinite}";
            throw new RunFailedException(message, Iteration);
        }

        lastFinite = Iteration;
    }

    private RunFile Matrix(string name, double[] values) => IcaStudy.Matrix(name, values, settings.Dimension);

    /// <summary>The last point of the curve, and the unmixing matrix there.</summary>
    private sealed record Measurement(int Iteration, double LogLikelihood, double Loss, double[] Unmixing);
}
