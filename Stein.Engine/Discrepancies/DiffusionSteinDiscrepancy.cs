using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// The diffusion KSD (squared) between N samples and a model, with a scalar or a matrix m(x) (Barp, Briol, Duncan, Girolami and Mackey,
/// "Minimum Stein discrepancy estimators", NeurIPS 2019, section 2.2), and its gradients. With m = 1 it is
/// <see cref="KernelisedSteinDiscrepancy{TKernel}"/>.
/// </summary>
/// <remarks>
/// Of the model it takes the drifts <c>a = mᵀs + div m</c> (N×D), with the score s; for a scalar m, <c>a = m s + ∇m</c>. A scalar m is N×1,
/// a matrix N×D², each matrix row-major. O(N²D) operations for a scalar, O(N²D²) for a matrix, and memory of the size of the inputs.
/// </remarks>
public sealed class DiffusionSteinDiscrepancy<TKernel>
    where TKernel : struct, IRadialKernel
{
    private readonly Device device;
    private readonly PairStatistic statistic;
    private readonly DeviceMatrix rowSums;

    /// <summary>Creates the discrepancy of N = <paramref name="samples"/> samples.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The statistic is U and there are fewer than two samples.</exception>
    /// <exception cref="ArgumentException">The kernel is not smooth enough, see <see cref="KernelSmoothness"/>.</exception>
    public DiffusionSteinDiscrepancy(Device device, int samples, PairStatistic statistic)
    {
        ArgumentNullException.ThrowIfNull(device);
        KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernel, "the diffusion KSD");
        (this.device, this.statistic) = (device, statistic);
        _ = statistic.Weight(samples);
        rowSums = device.Allocate(samples, 1);
        Bandwidth = new Bandwidth(device, 1);
    }

    /// <summary>The bandwidth, to be set before anything is computed.</summary>
    public Bandwidth Bandwidth { get; }

    /// <summary>The statistic for samples x and drifts a (N×D each) and diffusion coefficients m (N×1 or N×D²).</summary>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public double Value(DeviceMatrix samples, DeviceMatrix drifts, DeviceMatrix diffusion)
        => RowSums(samples, drifts, diffusion).Sum() * statistic.Weight(samples.Rows);

    /// <summary>The sums of the terms of each sample with the others, and for V with itself (N).</summary>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public double[] RowSums(DeviceMatrix samples, DeviceMatrix drifts, DeviceMatrix diffusion)
    {
        PairSet pairs = Pairs(samples, drifts, diffusion);
        if (diffusion.Columns == 1)
            device.PairSums<ScalarDiffusionPairTerm<TKernel>>(rowSums, pairs);
        else
            device.PairSums<MatrixDiffusionPairTerm<TKernel>>(rowSums, pairs);
        return device.Read(rowSums);
    }

    /// <summary>
    /// <paramref name="gradient"/> = the derivative of the statistic by one of its inputs, the others held fixed, in the shape of that
    /// input. The gradient by the parameters of a model follows by the chain rule from those by the drifts and by m.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not match, or the kernel is not smooth enough for the samples.</exception>
    public void Gradient(DeviceMatrix gradient, DeviceMatrix samples, DeviceMatrix drifts, DeviceMatrix diffusion, DiffusionInput by)
    {
        if (by == DiffusionInput.Samples)
            KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernelGradient, "the gradient of the diffusion KSD by the samples");
        PairSet pairs = Pairs(samples, drifts, diffusion);
        double scale = 2 * statistic.Weight(samples.Rows);
        if (diffusion.Columns == 1)
            device.PairGradient<ScalarDiffusionPairTerm<TKernel>>(gradient, pairs, (int)by, scale);
        else
            device.PairGradient<MatrixDiffusionPairTerm<TKernel>>(gradient, pairs, (int)by, scale);
    }

    private PairSet Pairs(DeviceMatrix samples, DeviceMatrix drifts, DeviceMatrix diffusion)
    {
        int dimension = samples.Columns;
        if (drifts.Columns != dimension || (diffusion.Columns != 1 && diffusion.Columns != dimension * dimension))
        {
            throw new ArgumentException(
                $"Samples of {samples.Rows}×{dimension}, drifts of {drifts.Rows}×{drifts.Columns} and diffusion coefficients of "
                + $"{diffusion.Rows}×{diffusion.Columns} do not fit together; coefficients have 1 column or {dimension * dimension}.",
                nameof(diffusion));
        }

        return PairSet.Within(new(samples, drifts, diffusion), Bandwidth.Constants, statistic);
    }
}
