namespace Stein.Engine.Kernels.Functions;

/// <summary>The check of <see cref="KernelSmoothness"/> for composed kernels.</summary>
internal static class KernelFunctionSmoothness
{
    /// <inheritdoc cref="KernelSmoothness.Require{TKernel}(int, string)"/>
    public static void Require<TKernel>(int derivatives, string purpose)
        where TKernel : struct, IKernelFunction
        => KernelSmoothness.Require(TKernel.Name, TKernel.Derivatives, derivatives, purpose);
}
