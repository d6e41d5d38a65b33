using Stein.Engine.Devices;
using Stein.Engine.Models;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica;

/// <summary>A search in progress, and what its matrix is worth on the test data.</summary>
internal abstract class IcaSearch : ITraining, IStateful, IDisposable
{
    private readonly IDisposable lease;
    private readonly IcaLikelihood likelihood;
    private readonly DeviceMatrix unmixing;
    private double? testLogLikelihood;

    /// <summary>Uploads the test data.</summary>
    /// <param name="device">The run's own.</param>
    /// <param name="settings">A valid config.</param>
    /// <param name="problem">The problem of the config.</param>
    /// <param name="lease">Is disposed of with the search.</param>
    protected IcaSearch(Device device, IcaSettings settings, IcaProblem problem, IDisposable lease)
    {
        (Device, Settings, Problem, this.lease) = (device, settings, problem, lease);
        DeviceMatrix test = device.Allocate(settings.TestSamples, settings.Dimension);
        device.Write(test, problem.Test);
        likelihood = new IcaLikelihood(device, test);
        unmixing = device.Allocate(settings.Dimension, settings.Dimension);
        device.Write(unmixing, problem.Matrices.Initial.Values);
    }

    /// <inheritdoc/>
    public IReadOnlyList<IStateful> Parts => [this];

    /// <inheritdoc/>
    public abstract bool IsFinished { get; }

    /// <inheritdoc/>
    public string Status => HasBegun
        ? $"log-likelihood {NumberText.Fixed(TestLogLikelihood())} (oracle {NumberText.Fixed(Problem.Oracle)})"
        : "";

    /// <summary>The run's own.</summary>
    protected Device Device { get; }

    /// <summary>A valid config.</summary>
    protected IcaSettings Settings { get; }

    /// <summary>The problem of the config.</summary>
    protected IcaProblem Problem { get; }

    /// <summary>Whether there is a <see cref="FullUnmixing"/> yet.</summary>
    protected abstract bool HasBegun { get; }

    /// <summary>Iterations of all searches so far.</summary>
    protected abstract int Iterations { get; }

    /// <inheritdoc/>
    public void Step()
    {
        StepCore();
        testLogLikelihood = null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Measure()
    {
        double logLikelihood = TestLogLikelihood();
        return double.IsFinite(logLikelihood)
            ? [IcaStudy.LogLikelihood.At(logLikelihood), IcaStudy.Loss.At(double.NaN)]
            : throw new RunFailedException($"the test log-likelihood is no longer finite after {Iterations} iterations", Iterations);
    }

    /// <inheritdoc/>
    public TrainingResult Finish()
    {
        double logLikelihood = TestLogLikelihood();
        double[] values = Device.Read(unmixing);
        return new(
            [
                IcaStudy.LogLikelihood.At(logLikelihood),
                IcaStudy.Oracle.At(Problem.Oracle),
                IcaStudy.AmariDistance.At(Problem.AmariDistanceOf(values)),
                .. Separation(values),
                IcaStudy.Searched.At(Iterations),
                IcaStudy.Converged.At(HasConverged ? 1 : 0),
            ],
            IcaStudy.Matrix(IcaTraining.UnmixingFile, values, Settings.Dimension));
    }

    /// <inheritdoc/>
    public bool HasDiverged() => false;

    /// <inheritdoc/>
    public void Dispose() => lease.Dispose();

    /// <inheritdoc/>
    public abstract void Save(BinaryWriter writer);

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        RestoreCore(reader);
        testLogLikelihood = null;
    }

    /// <summary>Whether the search ended by itself.</summary>
    protected virtual bool HasConverged => IsFinished;

    /// <summary>One iteration.</summary>
    protected abstract void StepCore();

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    protected abstract void RestoreCore(BinaryReader reader);

    /// <summary>V of the samples themselves (D×D, row-major), of the scale of the density.</summary>
    protected abstract double[] FullUnmixing();

    /// <summary><see cref="IcaStudy.Separated"/>, and <see cref="IcaStudy.Equations"/> where the training data are at hand.</summary>
    /// <param name="unmixing">V (D×D, row-major).</param>
    protected abstract IEnumerable<Metric> Separation(double[] unmixing);

    private double TestLogLikelihood() => testLogLikelihood ??= Evaluate();

    private double Evaluate()
    {
        if (HasBegun)
            Device.Write(unmixing, FullUnmixing());
        return likelihood.Evaluate(unmixing, Settings.Base);
    }
}
