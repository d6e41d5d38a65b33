using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Stein.Engine.Devices.Ilgpu;
using Stein.Engine.Devices.Ilgpu.Kernels;
using Xunit;

namespace Stein.Engine.Tests.Devices;

public sealed class LauncherCacheTests
{
    [Fact]
    public void A_kernel_that_cannot_be_loaded_is_named_with_what_its_compiler_said()
    {
        using Context context = Context.Create(builder => builder.CPU());
        using Accelerator accelerator = context.CreateCPUAccelerator(0);
        var cache = new LauncherCache(accelerator);
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => cache.Get<Action>(
            "Multiply",
            typeof(GpuProductTile),
            static _ =>
            {
                Trace.WriteLine("line 7: unknown instruction");
                throw new NotSupportedException("refused");
            }));
        Assert.Contains($"kernel Multiply<{typeof(GpuProductTile)}>", exception.Message, StringComparison.Ordinal);
        Assert.Contains("refused; line 7: unknown instruction", exception.Message, StringComparison.Ordinal);
    }
}
