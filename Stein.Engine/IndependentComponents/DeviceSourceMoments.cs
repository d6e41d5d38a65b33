using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.IndependentComponents;

/// <summary>
/// Computes <see cref="SourceStatistics"/> on a device. One contrast for all sources with a formula for devices is evaluated there; others
/// are evaluated on the host, in double precision, which takes longer.
/// </summary>
/// <remarks>
/// An evaluation is two products, <c>Z = X Vᵀ</c> and <c>F′(Z)ᵀ Z</c>, 4NK² operations, and a pass over Z; the curvature for quasi-Newton
/// methods is a third product. Sums over samples are finished in double precision.
/// </remarks>
internal sealed class DeviceSourceMoments : ISourceMoments
{
    private readonly Device device;
    private readonly DeviceMatrix samples;
    private readonly DeviceMatrix unmixing;
    private readonly DeviceMatrix sources;
    private readonly DeviceMatrix slopes;
    private readonly DeviceMatrix products;
    private readonly DeviceMatrix valueSums;
    private readonly DeviceMatrix curvatureSums;
    private readonly double[] values;
    private readonly double[] current;
    private DeviceMatrix? curvatures;
    private bool areCurrent;

    /// <summary>Allocates memory for two more matrices of the samples' shape.</summary>
    /// <param name="samples">x: N×K.</param>
    public DeviceSourceMoments(Device device, DeviceMatrix samples)
    {
        (this.device, this.samples) = (device, samples);
        (int n, int k) = (samples.Rows, samples.Columns);
        unmixing = device.Allocate(k, k);
        sources = device.Allocate(n, k);
        slopes = device.Allocate(n, k);
        products = device.Allocate(k, k);
        valueSums = device.Allocate(n, 1);
        curvatureSums = device.Allocate(1, k);
        values = new double[n];
        current = new double[k * k];
    }

    /// <inheritdoc/>
    public int Sources => samples.Columns;

    /// <inheritdoc/>
    public int Count => samples.Rows;

    /// <inheritdoc/>
    public double UnitRoundoff => device.UnitRoundoff;

    /// <inheritdoc/>
    public SourceStatistics Compute(
        ReadOnlySpan<double> unmixing,
        IReadOnlyList<SourceContrast> contrasts,
        bool hasCurvature = true,
        CancellationToken cancellation = default)
        => ComputeIf(unmixing, contrasts, static _ => true, hasCurvature, cancellation)!;

    /// <inheritdoc/>
    public SourceStatistics? ComputeIf(
        ReadOnlySpan<double> unmixing,
        IReadOnlyList<SourceContrast> contrasts,
        Predicate<double> isWanted,
        bool hasCurvature = true,
        CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        Unmix(unmixing);
        DeviceContrast? onDevice = contrasts.All(other => other == contrasts[0]) ? contrasts[0].OnDevice : null;
        (double value, double[] meanCurvatures) = onDevice is { } contrast
            ? EvaluateOnDevice(contrast)
            : EvaluateOnHost(contrasts, hasCurvature);
        if (!isWanted(value))
            return null;
        double[] slopeProduct = Product(slopes);
        double[] curvature = [];
        if (hasCurvature)
        {
            onDevice?.Curvatures(device, curvatures ??= device.Allocate(Count, Sources), sources);
            device.Map<Square>(sources, sources);
            areCurrent = false;
            curvature = Product(curvatures!);
        }

        return new(value, slopeProduct, curvature, meanCurvatures);

        double[] Product(DeviceMatrix left)
        {
            device.Multiply(products, left, sources, transposeLeft: true, alpha: 1.0 / Count);
            return device.Read(products);
        }
    }

    /// <summary>E|z_i| of each source (K). The product is spared at the matrix of the last evaluation without curvature.</summary>
    /// <param name="unmixing">V (K×K, row-major).</param>
    public double[] MeanSizes(ReadOnlySpan<double> unmixing)
    {
        if (!areCurrent || !unmixing.SequenceEqual(current))
            Unmix(unmixing);
        device.SumColumns<Absolute>(curvatureSums, sources);
        return Array.ConvertAll(device.Read(curvatureSums), sum => sum / Count);
    }

    /// <summary>Z = X Vᵀ.</summary>
    private void Unmix(ReadOnlySpan<double> matrix)
    {
        device.Write(unmixing, matrix);
        device.Multiply(sources, samples, unmixing, transposeRight: true);
        matrix.CopyTo(current);
        areCurrent = true;
    }

    private (double Value, double[] MeanCurvatures) EvaluateOnDevice(DeviceContrast contrast)
    {
        contrast.Evaluate(device, slopes, valueSums, curvatureSums, sources);
        device.Read(valueSums, values);
        return (values.Sum() / Count, Array.ConvertAll(device.Read(curvatureSums), sum => sum / Count));
    }

    private (double Value, double[] MeanCurvatures) EvaluateOnHost(IReadOnlyList<SourceContrast> contrasts, bool hasCurvature)
    {
        (int n, int k) = (Count, Sources);
        double[] z = device.Read(sources), first = new double[z.Length], second = new double[z.Length];
        double[] sums = new double[k], means = new double[k];
        Parallel.For(0, k, i =>
        {
            double[] column = new double[n], slope = new double[n], bend = new double[n];
            for (int row = 0; row < n; row++)
                column[row] = z[(row * k) + i];
            sums[i] = contrasts[i].Evaluate(column, slope, bend);
            means[i] = bend.Average();
            for (int row = 0; row < n; row++)
                (first[(row * k) + i], second[(row * k) + i]) = (slope[row], bend[row]);
        });
        device.Write(slopes, first);
        if (hasCurvature)
            device.Write(curvatures ??= device.Allocate(n, k), second);
        return (sums.Sum() / n, means);
    }
}
