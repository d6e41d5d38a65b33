using Stein.Engine.Devices;
using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica;

/// <summary>A search in progress. Its first iteration whitens the samples; the others are those of its stages.</summary>
internal sealed class IcaSearch : ITraining, IStateful, IDisposable
{
    private readonly Device device;
    private readonly IcaSettings settings;
    private readonly IcaProblem problem;
    private readonly IDisposable lease;
    private readonly SearchMethod method;
    private readonly IReadOnlyList<SearchStage> stages;
    private readonly SourceDensity density;
    private readonly IcaLikelihood likelihood;
    private readonly DeviceMatrix training;
    private readonly DeviceMatrix unmixing;
    private readonly int dimension;
    private DeviceSourceMoments? moments;

    /// <summary>P (D×D): whitened samples are Px.</summary>
    private PaddedMatrix? whitening;

    /// <summary>P⁻¹.</summary>
    private PaddedMatrix? colouring;

    private SearchSequence? search;
    private bool isEvaluated = true;

    /// <summary>Uploads the data.</summary>
    /// <param name="device">The run's own.</param>
    /// <param name="settings">A valid config.</param>
    /// <param name="problem">The problem of the config.</param>
    /// <param name="lease">Is disposed of with the search.</param>
    public IcaSearch(Device device, IcaSettings settings, IcaProblem problem, IDisposable lease)
    {
        (this.device, this.settings, this.problem, this.lease, dimension) = (device, settings, problem, lease, settings.Dimension);
        method = (SearchMethod)IcaMethod.Of(settings);
        stages = method.Stages(settings);
        density = SearchMethod.DensityOf(settings);
        training = device.Allocate(settings.TrainingSamples, dimension);
        device.Write(training, problem.Training);
        DeviceMatrix test = device.Allocate(settings.TestSamples, dimension);
        device.Write(test, problem.Test);
        likelihood = new IcaLikelihood(device, test);
        unmixing = device.Allocate(dimension, dimension);
        device.Write(unmixing, problem.Matrices.Initial.Values);
    }

    /// <inheritdoc/>
    public IReadOnlyList<IStateful> Parts => [this];

    /// <inheritdoc/>
    public bool IsFinished => search?.IsFinished == true;

    /// <inheritdoc/>
    public string Status => search is null
        ? ""
        : $"log-likelihood {NumberText.Fixed(TestLogLikelihood())} (oracle {NumberText.Fixed(problem.Oracle)})";

    /// <summary>Iterations of all searches so far.</summary>
    private int Iterations => search?.Iterations ?? 0;

    /// <inheritdoc/>
    public void Step()
    {
        if (search is null)
            Whiten();
        else
            search.Step();
        isEvaluated = false;
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
        double[] values = device.Read(unmixing);
        return new(
            [
                IcaStudy.LogLikelihood.At(logLikelihood),
                IcaStudy.Oracle.At(problem.Oracle),
                IcaStudy.AmariDistance.At(problem.AmariDistanceOf(values)),
                .. IcaStudy.Separation(problem, values, new DeviceSourceMoments(device, training), density),
                IcaStudy.Searched.At(Iterations),
                IcaStudy.Converged.At(IsFinished ? 1 : 0),
            ],
            IcaStudy.Matrix(IcaTraining.UnmixingFile, values, dimension));
    }

    /// <inheritdoc/>
    public bool HasDiverged() => false;

    /// <inheritdoc/>
    public void Dispose() => lease.Dispose();

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        writer.Write(search is not null);
        search?.Save(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        if (!reader.ReadBoolean())
            return;
        Whiten();
        search!.Restore(reader);
        isEvaluated = false;
    }

    private double TestLogLikelihood()
    {
        if (!isEvaluated)
            device.Write(unmixing, FullUnmixing());
        isEvaluated = true;
        return likelihood.Evaluate(unmixing, settings.Base);
    }

    /// <summary>
    /// Whitens twice, since in single precision the second moments of the first time are rounded: samples whose covariance has a condition
    /// number of D² are left with errors of D² units of round-off.
    /// </summary>
    private void Whiten()
    {
        DeviceMatrix whitened = device.Allocate(settings.TrainingSamples, dimension);
        (PaddedMatrix first, PaddedMatrix firstInverse) = Factor(training);
        device.Multiply(whitened, training, Upload(firstInverse), transposeRight: true);
        (PaddedMatrix second, PaddedMatrix secondInverse) = Factor(whitened);
        (whitening, colouring) = (HostProduct.Multiply(secondInverse, firstInverse), HostProduct.Multiply(first, second));
        device.Multiply(whitened, training, Upload(whitening), transposeRight: true);
        moments = new DeviceSourceMoments(device, whitened);
        search = new SearchSequence(moments, FirstStart(), stages);
    }

    private DeviceMatrix Upload(PaddedMatrix matrix) => device.Upload(dimension, dimension, matrix.ToArray());

    /// <summary>L of the second moments L Lᵀ, and L⁻¹.</summary>
    private (PaddedMatrix Factor, PaddedMatrix Inverse) Factor(DeviceMatrix samples)
    {
        DeviceMatrix second = device.Allocate(dimension, dimension);
        device.Multiply(second, samples, samples, transposeLeft: true, alpha: 1.0 / samples.Rows);
        var lower = PaddedMatrix.FromRows(device.Read(second), dimension, dimension);
        CholeskyFactor factor = CholeskyFactor.TryFactor(lower)
            ?? throw new RunFailedException("the samples have no variance in some direction", Iterations);
        var inverse = new PaddedMatrix(dimension, dimension);
        for (int i = 0; i < dimension; i++)
        {
            lower.Row(i)[(i + 1)..].Clear();
            inverse.Row(i).Clear();
            inverse.Row(i)[i] = 1;
        }

        factor.SolveLower(inverse);
        return (lower, inverse);
    }

    private double[] FirstStart() => method.StartsAtTruth
        ? HostProduct.Multiply(PaddedMatrix.FromRows(problem.Matrices.Truth.Values, dimension, dimension), colouring!).ToArray()
        : MaximumLikelihoodIca.RandomRotation(dimension, settings.EffectiveDataSeed, 0);

    /// <summary>V of the samples themselves; the rows of a rotation get the scale at which E|z| is that of the density.</summary>
    private double[] FullUnmixing()
    {
        var rows = PaddedMatrix.FromRows(search!.Unmixing, dimension, dimension);
        double[] full = HostProduct.Multiply(rows, whitening!).ToArray();
        if (search.Current is not (SteinRotation or FastIca))
            return full;
        // For Laplace's density F′(z) z is −|z|.
        double[] sizes = moments!.Compute(
            search.Unmixing, [.. Enumerable.Repeat(SourceDensity.Laplace, dimension)], hasCurvature: false).SlopeProduct;
        double target = Whitening.MeanAbsoluteValue(settings.Base);
        for (int i = 0; i < full.Length; i++)
        {
            int row = i / dimension;
            full[i] *= -target / sizes[(row * dimension) + row];
        }

        return full;
    }
}
