using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Stein.Tests;
using Xunit;

namespace Stein.Engine.Tests.Guide;

/// <summary>The examples of docs/engine.md are the files of this folder, and they do what the page says.</summary>
public class GuideTests
{
    [Theory]
    [InlineData(nameof(RationalKernel))]
    [InlineData(nameof(EnergyPairTerm))]
    [InlineData("PenalisedCritic")]
    public void Examples_are_shown_verbatim(string file)
    {
        string path = $"tests/Stein.Engine.Tests/Guide/{file}.cs";
        string code = File.ReadAllText(Path.Combine(Repository.Folder, path));
        string guide = File.ReadAllText(Path.Combine(Repository.Folder, "docs/engine.md"));
        Assert.Contains($"<!-- {path} -->\n```csharp\n{code}```\n", guide, StringComparison.Ordinal);
    }

    [Fact]
    public void The_kernel_has_the_derivatives_that_it_says()
    {
        PairTermTests.CheckSteinTerm<RationalKernel>();
        PairTermTests.CheckSlicedTerm<RationalKernel>();
        PairTermTests.CheckSlicedGradients<RationalKernel>();
    }

    [Fact]
    public void The_kernel_makes_a_discrepancy()
    {
        using Device device = CpuDevices.CreateDouble();
        var discrepancy = new KernelisedSteinDiscrepancy<RationalKernel>(device, 20, 2, PairStatistic.V);
        discrepancy.Bandwidth.SetExactly(2);
        var draw = new Draw(15);
        DeviceMatrix x = draw.NormalOn(device, 20, 2);
        double[] s = draw.Normal(40);
        DeviceMatrix gradient = device.Allocate(20, 2);
        discrepancy.SetSamples(x);
        discrepancy.Gradient(gradient, x, device.Upload(20, 2, s));
        FiniteDifferences.Check(
            "by scores", scores => discrepancy.Value(x, device.Upload(20, 2, scores)), s, device.Read(gradient), quadratic: true);
    }

    [Fact]
    public void The_pair_term_makes_a_mean_distance_with_a_gradient()
    {
        using Device device = CpuDevices.CreateDouble();
        var distance = new MeanDistance(device, 0.1);
        var draw = new Draw(16);
        double[] points = draw.Normal(10);
        DeviceMatrix others = draw.NormalOn(device, 7, 2);
        double expected = 0;
        double[] fixedPoints = device.Read(others);
        for (int i = 0; i < points.Length; i += 2)
        {
            for (int j = 0; j < fixedPoints.Length; j += 2)
            {
                double x = points[i] - fixedPoints[j], y = points[i + 1] - fixedPoints[j + 1];
                expected += Math.Sqrt((x * x) + (y * y) + 0.01) / 35;
            }
        }

        Checks.Close("value", [expected], [distance.Value(device.Upload(5, 2, points), others)], _ => 1e-14);
        DeviceMatrix gradient = device.Allocate(5, 2);
        distance.Gradient(gradient, device.Upload(5, 2, points), others);
        FiniteDifferences.Check(
            "by points", moved => distance.Value(device.Upload(5, 2, moved), others), points, device.Read(gradient), largestStep: 1.0 / 64);
    }
}
