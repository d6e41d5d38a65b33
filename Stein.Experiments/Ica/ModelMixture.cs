using Stein.Engine.Devices;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Engine.Random;

namespace Stein.Experiments.Ica;

/// <summary>Batches in which samples of the model take the place of a share of the data; see <see cref="SmoothingForm.Mixture"/>.</summary>
internal sealed class ModelMixture
{
    private readonly Device device;
    private readonly IcaModel model;
    private readonly LuFactor factor;
    private readonly DeviceMatrix mixed;
    private readonly double[] unmixing;
    private readonly double[] values;
    private readonly double[] drawn;

    /// <param name="device">The run's own.</param>
    /// <param name="model">As it is at each call.</param>
    /// <param name="settings">A valid config.</param>
    public ModelMixture(Device device, IcaModel model, IcaSettings settings)
    {
        (this.device, this.model) = (device, model);
        (int batch, int dimension) = (settings.Batch, settings.Dimension);
        Stream = new PhiloxStream(settings.EffectiveDataSeed, StreamPurpose.ModelSamples);
        factor = new LuFactor(dimension);
        mixed = device.Allocate(batch, dimension);
        unmixing = new double[dimension * dimension];
        values = new double[batch * dimension];
        drawn = new double[(int)Math.Round(settings.Smoothing * batch) * dimension];
    }

    /// <summary>Where the sources of the model's samples come from.</summary>
    public PhiloxStream Stream { get; }

    /// <summary>The batch (B×D) with its first rows replaced by samples <c>x = V⁻¹z</c> of the model; valid until the next call.</summary>
    public DeviceMatrix Of(DeviceMatrix batch)
    {
        int dimension = batch.Columns, count = drawn.Length / dimension;
        device.Read(model.Unmixing, unmixing);
        factor.Factor(unmixing);
        foreach (ref double source in drawn.AsSpan())
        {
            source = model.Density == BaseDensity.Laplace
                ? Stream.NextLaplace()
                : Stream.NextStudentT(IcaData.StudentTDegreesOfFreedom);
        }

        // One column for each sample.
        factor.Solve(drawn, transpose: false);
        device.Read(batch, values);
        for (int row = 0; row < count; row++)
        {
            for (int column = 0; column < dimension; column++)
                values[(row * dimension) + column] = drawn[(column * count) + row];
        }

        device.Write(mixed, values);
        return mixed;
    }
}
