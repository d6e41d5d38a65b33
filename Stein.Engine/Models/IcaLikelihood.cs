using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.Models;

/// <summary>The mean log-likelihood of fixed samples under ICA models, which the paper's table reports for test data.</summary>
public sealed class IcaLikelihood
{
    private readonly Device device;
    private readonly DeviceMatrix samples;
    private readonly DeviceMatrix sources;
    private readonly DeviceMatrix perSample;
    private readonly double[] logDensities;

    /// <summary>Allocates memory for the likelihood of <paramref name="samples"/> (N×D).</summary>
    public IcaLikelihood(Device device, DeviceMatrix samples)
    {
        this.device = device;
        this.samples = samples;
        sources = device.Allocate(samples.Rows, samples.Columns);
        perSample = device.Allocate(samples.Rows, 1);
        logDensities = new double[samples.Rows];
    }

    /// <summary>
    /// <c>mean_n Σ_d log p_z(z_nd) + log|det V|</c>, in nats. The mean and the determinant are computed in double precision.
    /// </summary>
    public double Evaluate(DeviceMatrix unmixing, BaseDensity density)
    {
        ReadOnlySpan<double> perSampleValues = PerSample(unmixing, density);
        double sum = 0;
        foreach (double value in perSampleValues)
            sum += value;
        return (sum / samples.Rows) + SquareMatrix.LogDeterminant(device.Read(unmixing), unmixing.Rows).LogAbsoluteDeterminant;
    }

    /// <summary>
    /// <c>Σ_d log p_z(z_nd)</c> of each sample (N). This is the "un-normalised" log-likelihood of the published code, which includes
    /// the constants of the base density and omits only log|det V|. Valid until the next call.
    /// </summary>
    public ReadOnlySpan<double> PerSample(DeviceMatrix unmixing, BaseDensity density)
    {
        device.Multiply(sources, samples, unmixing, transposeRight: true);
        if (density == BaseDensity.Laplace)
            device.SumRows<BaseLogDensity<LaplaceDensity>>(perSample, sources);
        else
            device.SumRows<BaseLogDensity<StudentTDensity>>(perSample, sources);
        device.Read(perSample, logDensities);
        return logDensities;
    }
}
