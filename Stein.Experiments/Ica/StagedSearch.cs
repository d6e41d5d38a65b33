using Stein.Engine.Devices;
using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica;

/// <summary>
/// A search over all samples at once. Its first iteration whitens the samples; the others are those of its stages.
/// </summary>
internal sealed class StagedSearch : IcaSearch
{
    private readonly StagedMethod method;
    private readonly IReadOnlyList<SearchStage> stages;
    private readonly DeviceMatrix training;
    private readonly int dimension;
    private DeviceSourceMoments? moments;

    /// <summary>P (D×D): whitened samples are Px.</summary>
    private PaddedMatrix? whitening;

    /// <summary>P⁻¹.</summary>
    private PaddedMatrix? colouring;

    private SearchSequence? search;

    /// <summary>Uploads the data.</summary>
    /// <param name="device">The run's own.</param>
    /// <param name="settings">A valid config.</param>
    /// <param name="problem">The problem of the config.</param>
    /// <param name="lease">Is disposed of with the search.</param>
    /// <param name="method">That of the config.</param>
    public StagedSearch(Device device, IcaSettings settings, IcaProblem problem, IDisposable lease, StagedMethod method)
        : base(device, settings, problem, lease)
    {
        (this.method, stages, dimension) = (method, method.Stages(settings), settings.Dimension);
        training = device.Allocate(settings.TrainingSamples, dimension);
        device.Write(training, problem.Training);
    }

    /// <inheritdoc/>
    public override bool IsFinished => search?.IsFinished == true;

    /// <inheritdoc/>
    protected override bool HasBegun => search is not null;

    /// <inheritdoc/>
    protected override int Iterations => search?.Iterations ?? 0;

    /// <inheritdoc/>
    public override void Save(BinaryWriter writer)
    {
        writer.Write(search is not null);
        search?.Save(writer);
    }

    /// <inheritdoc/>
    protected override void StepCore()
    {
        if (search is null)
            Whiten();
        else
            search.Step();
    }

    /// <inheritdoc/>
    protected override void RestoreCore(BinaryReader reader)
    {
        if (!reader.ReadBoolean())
            return;
        Whiten();
        search!.Restore(reader);
    }

    /// <inheritdoc/>
    protected override IEnumerable<Metric> Separation(double[] unmixing) => IcaStudy.Separation(
        Problem, unmixing, new DeviceSourceMoments(Device, training), SearchMethod.DensityOf(Settings));

    /// <summary>V of the samples themselves; the rows of a rotation get the scale at which E|z| is that of the density.</summary>
    protected override double[] FullUnmixing()
    {
        var rows = PaddedMatrix.FromRows(search!.Unmixing, dimension, dimension);
        double[] full = HostProduct.Multiply(rows, whitening!).ToArray();
        if (search.Current is not (SteinRotation or FastIca))
            return full;
        double[] sizes = moments!.MeanSizes(search.Unmixing);
        double target = Whitening.MeanAbsoluteValue(Settings.Base);
        for (int i = 0; i < full.Length; i++)
            full[i] *= target / sizes[i / dimension];
        return full;
    }

    /// <summary>
    /// Whitens twice, since in single precision the second moments of the first time are rounded: samples whose covariance has a condition
    /// number of D² are left with errors of D² units of round-off.
    /// </summary>
    private void Whiten()
    {
        DeviceMatrix whitened = Device.Allocate(Settings.TrainingSamples, dimension);
        (PaddedMatrix first, PaddedMatrix firstInverse) = Factor(training);
        Device.Multiply(whitened, training, Upload(firstInverse), transposeRight: true);
        (PaddedMatrix second, PaddedMatrix secondInverse) = Factor(whitened);
        (whitening, colouring) = (HostProduct.Multiply(secondInverse, firstInverse), HostProduct.Multiply(first, second));
        Device.Multiply(whitened, training, Upload(whitening), transposeRight: true);
        moments = new DeviceSourceMoments(Device, whitened);
        search = new SearchSequence(moments, FirstStart(), stages);
    }

    private DeviceMatrix Upload(PaddedMatrix matrix) => Device.Upload(dimension, dimension, matrix.ToArray());

    /// <summary>L of the second moments L Lᵀ, and L⁻¹.</summary>
    private (PaddedMatrix Factor, PaddedMatrix Inverse) Factor(DeviceMatrix samples)
    {
        DeviceMatrix second = Device.Allocate(dimension, dimension);
        Device.Multiply(second, samples, samples, transposeLeft: true, alpha: 1.0 / samples.Rows);
        var lower = PaddedMatrix.FromRows(Device.Read(second), dimension, dimension);
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
        ? HostProduct.Multiply(PaddedMatrix.FromRows(Problem.Matrices.Truth.Values, dimension, dimension), colouring!).ToArray()
        : MaximumLikelihoodIca.RandomRotation(dimension, Settings.EffectiveDataSeed, 0);
}
