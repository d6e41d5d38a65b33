using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Stein.Engine.State;

namespace Stein.Experiments.Ica;

/// <summary>One run under way: a model, the method that trains it and the batches, on one device.</summary>
internal sealed class IcaTraining : IStateful
{
    private readonly Device device;
    private readonly IcaSettings settings;
    private readonly IcaProblem problem;
    private readonly IcaModel model;
    private readonly IcaMethodTraining? method;
    private readonly IcaLikelihood likelihood;
    private readonly EpochBatches batches;
    private readonly DeviceMatrix training;
    private readonly DeviceMatrix batch;
    private readonly DeviceMatrix rowSums;
    private readonly double[] rowSumValues;
    private readonly int[] indices;

    /// <summary>Uploads the data and sets the model to its start.</summary>
    public IcaTraining(Device device, IcaSettings settings, IcaProblem problem)
    {
        this.device = device;
        this.settings = settings;
        this.problem = problem;
        int dimension = settings.Dimension;
        training = device.Allocate(settings.TrainingSamples, dimension);
        device.Write(training, problem.Training);
        DeviceMatrix test = device.Allocate(settings.TestSamples, dimension);
        device.Write(test, problem.Test);
        likelihood = new IcaLikelihood(device, test);
        batches = new EpochBatches(settings.EffectiveDataSeed, settings.TrainingSamples, settings.Batch);
        batch = device.Allocate(settings.Batch, dimension);
        indices = new int[settings.Batch];
        rowSums = device.Allocate(dimension, 1);
        rowSumValues = new double[dimension];
        model = new IcaModel(device, dimension, settings.Batch, settings.Base);
        device.Write(
            model.Unmixing,
            settings.Method == "whitening"
                ? Whitening.Unmixing(problem.Training, dimension, settings.Base, settings.EffectiveDataSeed)
                : problem.Matrices.Initial.Values);
        method = settings.Method switch
        {
            "ksd" => RadialKernels.Visit(settings.Kernel, new KsdMaker(device, model, settings)),
            "maxsksd" => RadialKernels.Visit(settings.Kernel, new SlicedMaker(device, model, settings, TrainSlices: false)),
            "maxsksd-rg" => RadialKernels.Visit(settings.Kernel, new SlicedMaker(device, model, settings, TrainSlices: true)),
            "lsd" => new LsdTraining(device, model, settings),
            "mle" => new MaximumLikelihoodTraining(device, model, settings, batch),
            "whitening" => null,
            _ => throw InvalidSettingException.Unknown("--method", settings.Method, Methods),
        };
    }

    /// <summary>The ids of the methods that can be run.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["ksd", "lsd", "maxsksd", "maxsksd-rg", "whitening", "mle"];

    /// <summary>Iterations done.</summary>
    public int Iteration { get; private set; }

    /// <summary>Iterations the run has: those of the settings, 0 for whitening, which trains nothing.</summary>
    public int Iterations => method is null ? 0 : settings.Iterations;

    /// <summary>One iteration.</summary>
    /// <exception cref="TrainingDivergedException">The unmixing matrix is no longer finite.</exception>
    public void Step()
    {
        if (method is null)
            return;
        batches.Next(indices);
        device.GatherRows(batch, training, indices);
        method.Step(batch);
        Iteration++;
        if (!UnmixingIsFinite())
            throw new TrainingDivergedException(settings, Iteration);
    }

    /// <summary>The mean log-likelihood of the test data, in nats.</summary>
    public double TestLogLikelihood() => likelihood.Evaluate(model.Unmixing, settings.Base);

    /// <summary>The method's own loss on the last batch at the present parameters; NaN before the first and for whitening.</summary>
    public double Loss() => method is null || Iteration == 0 ? double.NaN : method.Loss(batch);

    /// <summary>V (D×D, row-major).</summary>
    public double[] Unmixing() => device.Read(model.Unmixing);

    /// <summary>Distance from separated sources.</summary>
    public double CurrentAmariDistance() => problem.AmariDistanceOf(Unmixing());

    /// <summary>
    /// Writes everything that later numbers depend on: restored on the same kind of device, in a new training with the same settings
    /// and problem, it gives the same bits in every iteration and at every point of the curve, the present one included.
    /// </summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        IcaStateHeader.Write(writer, settings);
        writer.Write(Iteration);
        model.Unmixing.Save(writer);
        batches.Save(writer);
        foreach (int index in indices)
            writer.Write(index);
        method?.Save(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        IcaStateHeader.Check(reader, settings);
        Iteration = reader.ReadInt32();
        if (Iteration < 0 || Iteration > Iterations)
            throw new InvalidDataException($"the state is of iteration {Iteration}; this run has {Iterations}");
        model.Unmixing.Restore(reader);
        batches.Restore(reader);
        foreach (ref int index in indices.AsSpan())
        {
            index = reader.ReadInt32();
            if (index < 0 || index >= training.Rows)
                throw new InvalidDataException($"the state has training sample {index} in its batch; there are {training.Rows}");
        }

        // The loss is that of the last batch.
        device.GatherRows(batch, training, indices);
        method?.Restore(reader);
    }

    private bool UnmixingIsFinite()
    {
        device.SumRows<Identity>(rowSums, model.Unmixing);
        device.Read(rowSums, rowSumValues);
        double sum = 0;
        foreach (double value in rowSumValues)
            sum += value;
        return double.IsFinite(sum);
    }

    private sealed record KsdMaker(Device Device, IcaModel Model, IcaSettings Settings) : IRadialKernelVisitor<IcaMethodTraining>
    {
        public IcaMethodTraining Visit<TKernel>()
            where TKernel : struct, IRadialKernel
            => new KsdTraining<TKernel>(Device, Model, Settings);
    }

    private sealed record SlicedMaker(Device Device, IcaModel Model, IcaSettings Settings, bool TrainSlices)
        : IRadialKernelVisitor<IcaMethodTraining>
    {
        public IcaMethodTraining Visit<TKernel>()
            where TKernel : struct, IRadialKernel
            => new SlicedTraining<TKernel>(Device, Model, Settings, TrainSlices);
    }
}

/// <summary>Training reached a NaN or an infinity.</summary>
internal sealed class TrainingDivergedException : Exception
{
    public TrainingDivergedException(IcaSettings settings, int iteration, string what = "the unmixing matrix is no longer finite")
        : base($"{settings.RowId}, D = {settings.Dimension}, seed {settings.Seed}: {what} at iteration {iteration}")
    {
        Reason = $"{what} at iteration {iteration}";
        Iteration = iteration;
    }

    /// <summary>What happened when, without saying to which run.</summary>
    public string Reason { get; }

    /// <summary>The iteration, from 1, whose result is not finite.</summary>
    public int Iteration { get; }
}
