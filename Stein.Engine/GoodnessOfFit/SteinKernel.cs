using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>
/// The kernel of a Stein discrepancy: the sum of one radial kernel at some bandwidths, <c>k(x, y) = Σ_b φ(‖x − y‖²/h_b²)</c>, without the
/// 1e−9 of the published code.
/// </summary>
/// <param name="Profile">The name of the radial kernel, which has a Stein kernel.</param>
/// <param name="Bandwidths">The lengths h, at least one, positive and finite.</param>
internal sealed record SteinKernel(string Profile, IReadOnlyList<double> Bandwidths)
{
    /// <summary>A single kernel.</summary>
    public SteinKernel(string profile, double bandwidth)
        : this(profile, [bandwidth])
    {
    }

    /// <summary>The same kernel with all bandwidths multiplied by a positive number.</summary>
    public SteinKernel Times(double factor) => this with { Bandwidths = [.. Bandwidths.Select(bandwidth => factor * bandwidth)] };

    /// <summary><c>u(x, x) = φ(0)‖s‖² − 2Dφ′(0)/h²</c> for each row of scores, summed over the bandwidths (N).</summary>
    /// <param name="scores">N×D, row-major.</param>
    public double[] Diagonal(ReadOnlySpan<double> scores, int dimension)
    {
        RadialProfile<DoubleLane> profile = RadialKernels.Visit(Profile, new AtZero());
        double slope = profile.Value.Value * profile.FirstRatio.Value;
        double trace = Bandwidths.Sum(bandwidth => 2 * dimension * slope / bandwidth / bandwidth);
        var diagonal = new double[scores.Length / dimension];
        for (int i = 0; i < diagonal.Length; i++)
        {
            double square = 0;
            foreach (double score in scores.Slice(i * dimension, dimension))
                square += score * score;
            diagonal[i] = (Bandwidths.Count * profile.Value.Value * square) + trace;
        }

        return diagonal;
    }

    /// <exception cref="ArgumentException">The kernel has no Stein kernel, or a bandwidth is not a positive finite number.</exception>
    public void Check()
    {
        if (KernelSmoothness.ProblemWith(Profile, KernelSmoothness.SteinKernel, "the kernelised Stein discrepancy") is { } problem)
            throw new ArgumentException(problem);
        if (Bandwidths.Count == 0)
            throw new ArgumentException("There is no bandwidth; pass at least one.");
        foreach (double bandwidth in Bandwidths)
        {
            if (!(bandwidth > 0 && double.IsFinite(bandwidth)))
                throw new ArgumentException($"The bandwidth cannot be {bandwidth}; it must be a positive finite number.");
        }
    }

    private readonly struct AtZero : IRadialKernelVisitor<RadialProfile<DoubleLane>>
    {
        public RadialProfile<DoubleLane> Visit<TKernel>()
            where TKernel : struct, IRadialKernel => RadialKernel<TKernel>.At(new DoubleLane(0));
    }
}
