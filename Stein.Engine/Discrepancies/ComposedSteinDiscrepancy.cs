using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Kernels.Functions;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// The kernelised Stein discrepancy (squared) of a composed kernel: sums, products and multiples of radial, polynomial and constant
/// kernels, and kernels of a Mahalanobis distance <c>(x − y)ᵀP(x − y)</c>, with its gradients. O(N²D) operations, O(ND) memory.
/// </summary>
/// <remarks>
/// With <c>P = LLᵀ</c> the pair term reads <c>z = Lᵀx</c> and <c>w = Px</c>; see <see cref="PreconditionedPairTerm{TKernel}"/>. The
/// derivative by the samples is then <c>(∂/∂Z + ∂/∂W L) Lᵀ</c>.
/// </remarks>
internal sealed class ComposedSteinDiscrepancy<TKernel>
    where TKernel : struct, IKernelFunction
{
    private readonly Device device;
    private readonly PairStatistic statistic;
    private readonly DeviceMatrix constants;
    private readonly DeviceMatrix rowSums;
    private readonly DeviceMatrix? factor;
    private readonly DeviceMatrix? mapped;
    private readonly DeviceMatrix? stretched;
    private readonly DeviceMatrix? work;

    /// <param name="samples">N.</param>
    /// <param name="dimension">D.</param>
    /// <param name="numbers">The kernel's bandwidths, exponents and weights, in the order in which its type names them.</param>
    /// <param name="factor">L (D×D, row-major); empty for none.</param>
    /// <exception cref="ArgumentException">
    /// The kernel is not smooth enough or cannot have a preconditioner, or there are not as many numbers as it needs.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The statistic is U and there are fewer than two samples.</exception>
    public ComposedSteinDiscrepancy(
        Device device,
        int samples,
        int dimension,
        PairStatistic statistic,
        ReadOnlySpan<double> numbers,
        ReadOnlySpan<double> factor = default)
    {
        KernelFunctionSmoothness.Require<TKernel>(KernelSmoothness.SteinKernel, "the kernelised Stein discrepancy");
        if (numbers.Length != TKernel.Numbers)
        {
            throw new ArgumentException(
                $"The kernel {TKernel.Name} has {TKernel.Numbers} numbers and was given {numbers.Length}.", nameof(numbers));
        }

        (this.device, this.statistic) = (device, statistic);
        _ = statistic.Weight(samples);
        rowSums = device.Allocate(samples, 1);
        if (factor.IsEmpty)
        {
            constants = device.Upload(numbers.Length, 1, numbers);
            return;
        }

        PreconditionedPairTerm<TKernel>.RequireDistanceKernel();
        double trace = 0;
        foreach (double entry in factor)
            trace += entry * entry;
        constants = device.Upload(numbers.Length + 1, 1, [trace, .. numbers]);
        this.factor = device.Upload(dimension, dimension, factor);
        mapped = device.Allocate(samples, dimension);
        stretched = device.Allocate(samples, dimension);
        work = device.Allocate(samples, dimension);
    }

    /// <summary>The statistic for samples and scores (N×D each).</summary>
    public double Value(DeviceMatrix samples, DeviceMatrix scores)
    {
        PairSet pairs = Pairs(samples, scores);
        if (factor is null)
            device.PairSums<KernelFunctionPairTerm<TKernel>>(rowSums, pairs);
        else
            device.PairSums<PreconditionedPairTerm<TKernel>>(rowSums, pairs);
        return device.Read(rowSums).Sum() * statistic.Weight(samples.Rows);
    }

    /// <summary><paramref name="gradient"/> (N×D) = the derivative of the statistic by the scores.</summary>
    public void Gradient(DeviceMatrix gradient, DeviceMatrix samples, DeviceMatrix scores)
        => PairGradient(gradient, Pairs(samples, scores), 1);

    /// <summary><paramref name="gradient"/> (N×D) = the derivative of the statistic by the samples, the scores held fixed.</summary>
    /// <exception cref="ArgumentException">The kernel is not smooth enough.</exception>
    public void SampleGradient(DeviceMatrix gradient, DeviceMatrix samples, DeviceMatrix scores)
    {
        KernelFunctionSmoothness.Require<TKernel>(
            KernelSmoothness.SteinKernelGradient, "the gradient of the kernelised Stein discrepancy by the samples");
        PairSet pairs = Pairs(samples, scores);
        PairGradient(gradient, pairs, 0);
        if (factor is null)
            return;
        PairGradient(work!, pairs, 2);
        device.Multiply(gradient, work!, factor, beta: 1);
        device.Multiply(work!, gradient, factor, transposeRight: true);
        device.Map<Identity>(gradient, work!);
    }

    private void PairGradient(DeviceMatrix gradient, PairSet pairs, int matrix)
    {
        double scale = 2 * statistic.Weight(rowSums.Rows);
        if (factor is null)
            device.PairGradient<KernelFunctionPairTerm<TKernel>>(gradient, pairs, matrix, scale);
        else
            device.PairGradient<PreconditionedPairTerm<TKernel>>(gradient, pairs, matrix, scale);
    }

    private PairSet Pairs(DeviceMatrix samples, DeviceMatrix scores)
    {
        if (factor is null)
            return PairSet.Within(new(samples, scores), constants, statistic);
        device.Multiply(mapped!, samples, factor);
        device.Multiply(stretched!, mapped!, factor, transposeRight: true);
        return PairSet.Within(new(mapped!, scores, stretched!), constants, statistic);
    }
}
