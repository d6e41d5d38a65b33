using System.Reflection;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Stein.Engine.Devices.Ilgpu;

namespace Stein.Engine.Tests.Devices;

/// <summary>Translates kernels to PTX, the assembly language of CUDA GPUs, on machines without one.</summary>
internal sealed class PtxCompiler : IDisposable
{
    private readonly Context context;
    private readonly PTXBackend backend;

    /// <param name="architecture">The oldest GPU architecture that the PTX supports.</param>
    /// <param name="instructionSet">The version of the PTX.</param>
    public PtxCompiler(CudaArchitecture architecture, CudaInstructionSet instructionSet)
    {
        context = Context.Create(builder => IlgpuPlatform.Configure(builder));
        backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, instructionSet, nvvmAPI: null);
    }

    /// <summary>Compiles a kernel with all its type arguments to PTX and returns it with the name of the entry point.</summary>
    /// <exception cref="InternalCompilerException">The kernel cannot be translated.</exception>
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
