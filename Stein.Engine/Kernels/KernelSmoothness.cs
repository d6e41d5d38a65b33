namespace Stein.Engine.Kernels;

/// <summary>
/// The derivatives of a kernel <c>k(x, y)</c> that computations need where x and y are equal, and the check that a kernel has them.
/// Elsewhere every kernel here has all derivatives.
/// </summary>
public static class KernelSmoothness
{
    /// <summary>The Stein kernel, its derivatives by the scores, and estimates of scores: <c>∇_x∇_y k</c>.</summary>
    public const int SteinKernel = 2;

    /// <summary>The derivatives of the Stein kernel by the points: those of <c>∇_x∇_y k</c>.</summary>
    public const int SteinKernelGradient = 3;

    /// <summary>The Laplacian of the Laplacian of k.</summary>
    public const int Bilaplacian = 4;

    /// <summary>Requires that a kernel has as many continuous derivatives as a computation needs.</summary>
    /// <param name="derivatives">One of the constants above.</param>
    /// <param name="purpose">The computation, as the subject of a sentence: "the kernelised Stein discrepancy".</param>
    /// <exception cref="ArgumentException">
    /// The kernel has fewer; the message says which kernel, what it lacks, and which kernels have enough.
    /// </exception>
    public static void Require<TKernel>(int derivatives, string purpose)
        where TKernel : struct, IRadialKernel => Require(TKernel.Name, TKernel.Derivatives, derivatives, purpose);

    /// <summary>
    /// If the kernel called <paramref name="name"/> has fewer derivatives than a computation needs, says so and which kernels have enough;
    /// otherwise null.
    /// </summary>
    /// <exception cref="ArgumentException">No kernel has that name.</exception>
    public static string? ProblemWith(string name, int derivatives, string purpose)
        => Problem(name, RadialKernels.DerivativesOf(name), derivatives, purpose);

    /// <inheritdoc cref="Require{TKernel}(int, string)"/>
    internal static void Require(string name, int has, int needed, string purpose)
    {
        if (Problem(name, has, needed, purpose) is { } problem)
            throw new ArgumentException($"The kernel cannot be {name}: {problem}.");
    }

    private static string? Problem(string name, int has, int needed, string purpose)
        => has >= needed
            ? null
            : $"{purpose} needs {needed} derivatives of the kernel where its points are equal, and {name} has "
                + $"{(has == 0 ? "none" : $"{has}")}. Use {string.Join(", ", RadialKernels.NamesWith(needed))}";
}
