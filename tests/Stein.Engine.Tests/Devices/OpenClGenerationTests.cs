using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;
using Stein.Engine.Devices.Ilgpu;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>
/// Every kernel translates to OpenCL C for a device without half and double precision. This needs no GPU.
/// </summary>
public sealed class OpenClGenerationTests
{
    [Fact]
    public void Every_kernel_has_an_entry_point()
    {
        using Context context = Context.Create(builder => IlgpuPlatform.Configure(builder));
        var capabilities = new CLCapabilityContext(false, false, false, false, false);
        using var backend = new CLBackend(context, capabilities, CLDeviceVendor.Other, CLCVersion.CL20);
        foreach (MethodInfo kernel in KernelCatalog.Instances())
        {
            EntryPointDescription entry = KernelCatalog.IsImplicitlyGrouped(kernel)
                ? EntryPointDescription.FromImplicitlyGroupedKernel(kernel)
                : EntryPointDescription.FromExplicitlyGroupedKernel(kernel);
            var compiled = (CLCompiledKernel)backend.Compile(entry, KernelSpecialization.Empty);
            Assert.Contains($"kernel void {compiled.Name}(", compiled.Source, StringComparison.Ordinal);
            Assert.DoesNotContain("double", compiled.Source, StringComparison.Ordinal);
        }
    }
}
