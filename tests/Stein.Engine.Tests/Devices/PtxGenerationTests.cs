using System.Reflection;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Stein.Engine.Devices.Ilgpu;
using Stein.Engine.Devices.Ilgpu.Kernels;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>Every kernel translates to PTX. This needs no GPU.</summary>
public sealed class PtxGenerationTests
{
    [Theory]
    [InlineData("sm_70, PTX 6.0")]
    [InlineData("sm_80, PTX 8.8")]
    public void Every_kernel_has_an_entry_point_and_calls_nothing(string target)
    {
        using PtxCompiler compiler = Compiler(target);
        foreach (MethodInfo kernel in KernelCatalog.Instances())
        {
            (string assembly, string entryPoint) = compiler.Compile(kernel);
            Assert.Contains($".target {target.Split(',')[0]}", assembly, StringComparison.Ordinal);
            Assert.Contains($".version {target.Split(' ')[^1]}", assembly, StringComparison.Ordinal);
            Assert.Contains($".visible .entry {entryPoint}(", assembly, StringComparison.Ordinal);
            Assert.Contains("st.", assembly, StringComparison.Ordinal);
            // All formulas are inlined: there are no calls and no variables in (slow) local memory.
            Assert.DoesNotContain("call", assembly, StringComparison.Ordinal);
            Assert.DoesNotContain(".local", assembly, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_list_has_every_kernel_for_every_map_and_every_registered_radial_kernel()
    {
        MethodInfo[] instances = [.. KernelCatalog.Instances()];
        Type[] maps =
        [
            .. typeof(IElementMap).Assembly.GetTypes().Where(type => type.IsValueType && type.IsAssignableTo(typeof(IElementMap))),
        ];
        Assert.NotEmpty(maps);
        int ofDensities = maps.Count(map => map == typeof(BaseLogDensity<>));
        int ofScores = maps.Count(map => map.IsGenericType && map.Name.StartsWith("BaseScore", StringComparison.Ordinal));
        int scores = typeof(IBaseScore).Assembly.GetTypes().Count(type => type.IsValueType && type.IsAssignableTo(typeof(IBaseScore)));
        int ofMaps = maps.Count(map => map == typeof(Derivative<>) || map == typeof(DerivativeTimes<>));
        int ofKernels = maps.Count(map => map.IsGenericType) - ofDensities - ofScores - ofMaps;
        Assert.True(ofDensities > 0 && ofScores > 0 && ofMaps == 2 && ofKernels > 0);
        int all = maps.Count(map => !map.IsGenericType) + (ofDensities * Enum.GetValues<BaseDensity>().Length)
            + (ofScores * scores) + (ofMaps * Activation.Differentiated().Count()) + (ofKernels * RadialKernels.Names.Count);
        AssertInstances(nameof(ElementKernels.Map), all);
        AssertInstances(nameof(SumKernels.SumLines), all);
        foreach (string pairs in new[]
            { nameof(PairKernels.RowSums), nameof(PairKernels.Terms), nameof(PairKernels.Slopes), nameof(PairKernels.Gradient) })
        {
            Type[] terms =
            [
                .. instances.Where(instance => instance.Name == pairs).Select(instance => instance.GetGenericArguments().Single()),
            ];
            Assert.Empty(EveryPairTerm.Terms.Except(terms));
            Assert.Empty(terms.Select(term => term.Name).Except(EveryPairTerm.Terms.Select(term => term.Name)));
        }

        AssertInstances(nameof(SlicedPairKernels.Pairs), RadialKernels.Names.Count);
        AssertInstances(nameof(SlicedPairKernels.Values), RadialKernels.Names.Count);
        AssertInstances(nameof(SlicedPairKernels.ScoreGradients), RadialKernels.Names.Count);
        AssertInstances(nameof(SlicedPairKernels.ProjectionGradients), RadialKernels.Names.Count);

        // A new class of kernels that is missing in the list would never be checked.
        IEnumerable<Type> classes = typeof(KernelCatalog).Assembly.GetTypes().Where(type =>
            type.Namespace == typeof(ElementKernels).Namespace && type.IsAbstract && type.IsSealed
            && type.Name.EndsWith("Kernels", StringComparison.Ordinal));
        Assert.Equal(
            classes.OrderBy(type => type.Name, StringComparer.Ordinal),
            KernelCatalog.Methods.Select(method => method.DeclaringType!).Distinct().OrderBy(type => type.Name, StringComparer.Ordinal));

        void AssertInstances(string kernel, int count)
            => Assert.Equal(count, instances.Where(instance => instance.Name == kernel).Distinct().Count());
    }

    /// <summary>
    /// At a higher optimisation level ILGPU 1.5.3 moves the load behind the second barrier, where another thread may
    /// already have written the next count.
    /// </summary>
    [Theory]
    [InlineData(nameof(MedianKernels.ProjectedMedians), "sm_70, PTX 6.0")]
    [InlineData(nameof(MedianKernels.MedianAboveDiagonal), "sm_70, PTX 6.0")]
    [InlineData(nameof(MedianKernels.ProjectedMedians), "sm_80, PTX 8.8")]
    [InlineData(nameof(MedianKernels.MedianAboveDiagonal), "sm_80, PTX 8.8")]
    public void The_median_reads_its_count_between_the_barriers(string kernel, string target)
    {
        using PtxCompiler compiler = Compiler(target);
        (string assembly, _) = compiler.Compile(KernelCatalog.Methods.Single(method => method.Name == kernel));
        string[] instructions = [.. assembly.Split('\n').Select(line => line.Trim().Split('\t')[0]).Where(line => line.Length > 0)];
        int[] barriers = [.. Enumerable.Range(0, instructions.Length).Where(i => instructions[i] == "bar.sync")];
        Assert.Contains(barriers, i => instructions[i + 1] == "ld.shared.b64" && instructions[i + 2] == "bar.sync");
        Assert.DoesNotContain(barriers, i => instructions[i + 1] == "bar.sync");
    }

    /// <summary>
    /// GPUs of 2017 with an old driver, and compute capability 8.0 with the newest PTX that ILGPU 1.5.3 writes, which with a new driver
    /// it uses for all GPUs from 8.0 to 12.0.
    /// </summary>
    private static PtxCompiler Compiler(string target) => target == "sm_70, PTX 6.0"
        ? new(CudaArchitecture.SM_70, CudaInstructionSet.ISA_60)
        : new(CudaArchitecture.SM_80, CudaInstructionSet.ISA_88);
}
