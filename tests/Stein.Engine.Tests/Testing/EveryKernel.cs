using Stein.Engine.Kernels;
using Xunit;

namespace Stein.Engine.Tests.Testing;

/// <summary>Theory rows from the registry of kernels, so that no kernel is missed.</summary>
public static class EveryKernel
{
    /// <summary>The kernels that are smooth enough for everything.</summary>
    public static TheoryData<string> Names => [.. RadialKernels.NamesWith(KernelSmoothness.Bilaplacian)];

    /// <summary>The kernels that have a Stein kernel.</summary>
    public static TheoryData<string> WithSteinKernel => [.. RadialKernels.NamesWith(KernelSmoothness.SteinKernel)];

    /// <summary>All kernels.</summary>
    public static TheoryData<string> All => [.. RadialKernels.Names];

    /// <summary>Runs a test that is generic over its kernel.</summary>
    public static void Run(string name, IKernelTest test) => RadialKernels.Visit(name, new Visitor(test));

    private sealed class Visitor(IKernelTest test) : IRadialKernelVisitor<bool>
    {
        public bool Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            test.Run<TKernel>();
            return true;
        }
    }
}

/// <summary>A test that is generic over its kernel.</summary>
public interface IKernelTest
{
    void Run<TKernel>()
        where TKernel : struct, IRadialKernel;
}
