using Stein.Engine.Kernels;

namespace Stein.Experiments.Studies;

/// <summary>The kernels that experiments offer: those with a Stein kernel.</summary>
internal static class SteinKernels
{
    /// <summary>Their names, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = RadialKernels.NamesWith(KernelSmoothness.SteinKernel);
}
