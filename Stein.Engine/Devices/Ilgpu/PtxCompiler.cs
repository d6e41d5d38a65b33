using System.Reflection;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>Translates kernels to PTX, the assembly language of CUDA GPUs, on machines without one.</summary>
internal sealed class PtxCompiler : IDisposable
{
    private readonly Context context;
    private readonly PTXBackend backend;

    /// <param name="architecture">The oldest GPUs that the PTX is for.</param>
    /// <param name="instructionSet">The version of the PTX.</param>
    public PtxCompiler(CudaArchitecture architecture, CudaInstructionSet instructionSet)
    {
        context = Context.Create(builder => IlgpuPlatform.Configure(builder));
        backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, instructionSet, nvvmAPI: null);
    }

    /// <summary>The PTX of a kernel, all its type arguments given, and the name of the entry point.</summary>
    /// <exception cref="InternalCompilerException">The kernel uses something that has no translation.</exception>
    public (string Assembly, string EntryPoint) Compile(MethodInfo kernel)
    {
        EntryPointDescription entry = KernelCatalog.IsImplicitlyGrouped(kernel)
            ? EntryPointDescription.FromImplicitlyGroupedKernel(kernel)
            : EntryPointDescription.FromExplicitlyGroupedKernel(kernel);
        var compiled = (PTXCompiledKernel)backend.Compile(entry, KernelSpecialization.Empty);
        return (compiled.PTXAssembly, compiled.Name);
    }

    public void Dispose()
    {
        backend.Dispose();
        context.Dispose();
    }
}
