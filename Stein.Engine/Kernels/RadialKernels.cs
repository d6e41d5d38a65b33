namespace Stein.Engine.Kernels;

/// <summary>A visitor that is called with a kernel as its type argument, so that code is compiled for that kernel.</summary>
/// <typeparam name="TResult">The result of the visit.</typeparam>
public interface IRadialKernelVisitor<out TResult>
{
    TResult Visit<TKernel>()
        where TKernel : struct, IRadialKernel;
}

/// <summary>The registry of radial kernels, from which the command line and the tests take their kernels.</summary>
public static class RadialKernels
{
    private static readonly Entry[] Registry =
    [
        Register<GaussianKernel>(),
        Register<InverseMultiquadricKernel>(),
        Register<Matern52Kernel>(),
        Register<Matern32Kernel>(),
        Register<LaplaceKernel>(),
    ];

    /// <summary>The names of all kernels, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Registry.Select(entry => entry.Name)];

    /// <summary>
    /// The names of the kernels with at least this many continuous derivatives (see <see cref="KernelSmoothness"/>), the default first.
    /// </summary>
    public static IReadOnlyList<string> NamesWith(int derivatives)
        => [.. Registry.Where(entry => entry.Derivatives >= derivatives).Select(entry => entry.Name)];

    /// <summary>Calls <paramref name="visitor"/> with the kernel called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">No kernel has that name.</exception>
    public static TResult Visit<TResult>(string name, IRadialKernelVisitor<TResult> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return Find(name).Accept(visitor);
    }

    /// <summary>The number of continuous derivatives of the kernel called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">No kernel has that name.</exception>
    internal static int DerivativesOf(string name) => Find(name).Derivatives;

    private static Entry Find(string name)
        => Array.Find(Registry, entry => entry.Name == name)
            ?? throw new ArgumentException($"unknown kernel '{name}'; the kernels are {string.Join(", ", Names)}", nameof(name));

    private static Entry<TKernel> Register<TKernel>()
        where TKernel : struct, IRadialKernel
        => new Entry<TKernel>();

    private abstract class Entry
    {
        public abstract string Name { get; }

        public abstract int Derivatives { get; }

        public abstract TResult Accept<TResult>(IRadialKernelVisitor<TResult> visitor);
    }

    private sealed class Entry<TKernel> : Entry
        where TKernel : struct, IRadialKernel
    {
        public override string Name => TKernel.Name;

        public override int Derivatives => TKernel.Derivatives;

        public override TResult Accept<TResult>(IRadialKernelVisitor<TResult> visitor) => visitor.Visit<TKernel>();
    }
}
