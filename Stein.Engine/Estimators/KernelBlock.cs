using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Estimators;

/// <summary>
/// The kernel between a block of m points y and all K samples x, times the weights of the samples if they have any, and the sums over
/// samples that make up estimates. O(mK) working memory, kept between blocks.
/// </summary>
/// <remarks>
/// With <c>d = y − x</c>, <c>a = 1/h²</c>, <c>ρ = a‖d‖²</c> and the profile φ at ρ: <c>∇_y k = 2aφ′d</c> and <c>∇_x k = −2aφ′d</c>.
/// </remarks>
internal sealed class KernelBlock<TKernel>(SampleSet set)
    where TKernel : struct, IRadialKernel
{
    private readonly Device device = set.Device;
    private DeviceMatrix? distances;
    private DeviceMatrix? profiles;
    private DeviceMatrix? along;
    private DeviceMatrix? sums;
    private DeviceMatrix? wide;
    private DeviceMatrix points = set.Matrix;

    /// <summary><c>a = 1/h²</c>.</summary>
    public double Scale { get; } = 1 / set.SquaredBandwidth;

    /// <summary><c>‖d‖²</c> (m×K).</summary>
    public DeviceMatrix SquaredDistances => distances!.RowRange(0, points.Rows);

    /// <summary><c>x_n·c_n</c> (1×K), which <see cref="Along"/> needs.</summary>
    public static DeviceMatrix AlongSamples(SampleSet samples, DeviceMatrix coefficients)
    {
        DeviceMatrix column = samples.Device.Allocate(samples.Count, 1);
        samples.Device.SumRows<Product>(column, samples.Matrix, coefficients);
        DeviceMatrix row = samples.Device.Allocate(1, samples.Count);
        samples.Device.Transpose(row, column);
        return row;
    }

    /// <summary>Sets the points (m×D) and computes the distances.</summary>
    public void SetPoints(DeviceMatrix block)
    {
        points = block;
        if (distances is null || distances.Rows < block.Rows)
        {
            distances = device.Allocate(block.Rows, set.Count);
            profiles = device.Allocate(block.Rows, set.Count);
            sums = device.Allocate(block.Rows, 1);
            wide = device.Allocate(block.Rows, set.Dimension);
        }

        device.SquaredDistances(SquaredDistances, block, set.Matrix);
    }

    /// <summary>Computes wφ (m×K); valid until the next profile.</summary>
    public DeviceMatrix Values() => Profile<KernelValue<TKernel>>();

    /// <summary>Computes −wφ′ (m×K); valid until the next profile.</summary>
    public DeviceMatrix FirstDerivatives() => Profile<KernelFirstDerivative<TKernel>>();

    /// <summary>
    /// Computes a map of squared distances, <c>1/h²</c> and the dimension as p (m×K), each column multiplied by the weight of its sample;
    /// valid until the next profile.
    /// </summary>
    public DeviceMatrix Profile<TMap>()
        where TMap : struct, IElementMap
    {
        DeviceMatrix output = profiles!.RowRange(0, points.Rows);
        device.Map<TMap>(output, SquaredDistances, set.InverseSquare, p: set.Dimension);
        if (set.Weights is { } weights)
            device.Map<Product>(output, output, weights.Row);
        return output;
    }

    /// <summary>Computes <c>Σ_n f_mn</c> (m×1) of a matrix f (m×K); valid until the next sum.</summary>
    public DeviceMatrix RowSums(DeviceMatrix matrix)
    {
        DeviceMatrix output = sums!.RowRange(0, points.Rows);
        device.SumRows<Identity>(output, matrix);
        return output;
    }

    /// <summary>Computes <c>(y_m − x_n)·c_n</c> (m×K); valid until the next call.</summary>
    /// <param name="coefficients">c (K×D).</param>
    /// <param name="alongSamples"><c>x_n·c_n</c> (1×K).</param>
    public DeviceMatrix Along(DeviceMatrix coefficients, DeviceMatrix alongSamples)
    {
        if (along is null || along.Rows < points.Rows)
            along = device.Allocate(points.Rows, set.Count);
        DeviceMatrix output = along.RowRange(0, points.Rows);
        device.Multiply(output, points, coefficients, transposeRight: true);
        device.Map<AddScaled>(output, output, alongSamples, p: -1);
        return output;
    }

    /// <summary>
    /// Adds <c>p Σ_n f_mn (y_m − x_n)</c> to <paramref name="output"/> (m×D), for a matrix f (m×K).
    /// </summary>
    public void AddDisplacements(DeviceMatrix output, DeviceMatrix matrix, double p)
    {
        DeviceMatrix product = wide!.RowRange(0, points.Rows);
        device.Multiply(product, matrix, set.Matrix);
        device.Map<AddScaled>(output, output, product, p: -p);
        device.Map<AddScaledProduct>(output, output, RowSums(matrix), points, p: p);
    }
}
