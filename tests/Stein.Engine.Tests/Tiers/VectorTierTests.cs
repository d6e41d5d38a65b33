using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Xml.Linq;
using Stein.Engine.Devices.Cpu;
using Xunit;

namespace Stein.Engine.Tests.Tiers;

/// <summary>
/// Repeats the tests of device operations on narrower vectors, in child processes with instruction sets turned off, at sizes that
/// straddle the width (<see cref="Testing.Sizes"/>). A test in the child process asserts that they really are off.
/// </summary>
public class VectorTierTests
{
    /// <summary>The variable that gives a child process the width of its vectors; theories over devices then have only that row.</summary>
    internal const string BitsVariable = "STEIN_TEST_VECTOR_BITS";

    /// <summary>In the child process, fails if the wider instruction sets are not turned off.</summary>
    [Fact]
    [Trait("Category", "Tier")]
    public void Vectors_are_as_wide_as_this_process_was_told()
    {
        int bits = CpuDevices.VectorBits;
        Assert.Contains(bits, (IEnumerable<int>)[128, 256, 512]);
        if (Environment.GetEnvironmentVariable(BitsVariable) is { } expected)
            Assert.Equal(expected, $"{bits}");
        Assert.Contains($"{bits}-bit", CpuDevices.CreateSimd().Description, StringComparison.Ordinal);
        if (bits < 512)
            Assert.Throws<ArgumentOutOfRangeException>(() => CpuDevices.CreateSimd(512));
    }

    [Theory]
    [InlineData("DOTNET_EnableAVX512", 256)]
    [InlineData("DOTNET_EnableAVX2", 128)]
    public async Task Device_operations_pass_on_narrower_vectors(string variable, int bits)
    {
        if (RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.X86))
            Assert.Skip("vector tiers are those of x86 processors");
        if (CpuDevices.VectorBits <= bits)
            Assert.Skip($"vectors here have {CpuDevices.VectorBits} bits already");

        (int exitCode, int passed, int failed, string output) = await RunChild(
            variable, bits, ["-trait", "Category=Device", "-trait", "Category=Tier"]);
        Assert.True(exitCode == 0 && failed == 0, output);

        // Fewer tests would mean that the filters do not match.
        Assert.True(passed >= 70, $"Only {passed} tests passed in the child process.\n{output}");
    }

    [Fact]
    public async Task A_child_whose_tier_is_not_off_fails()
    {
        // Nothing is turned off although 64 bits are expected.
        (int exitCode, _, int failed, _) = await RunChild("STEIN_TEST_NOTHING", 64, ["-trait", "Category=Tier"]);
        Assert.NotEqual(0, exitCode);
        Assert.Equal(1, failed);
    }

    private static async Task<(int ExitCode, int Passed, int Failed, string Output)> RunChild(string variable, int bits, string[] filters)
    {
        string report = Path.Combine(Path.GetTempPath(), $"stein-tier-{Guid.NewGuid():N}.xml");
        string host = Path.Combine(AppContext.BaseDirectory, "Stein.Engine.Tests" + (OperatingSystem.IsWindows() ? ".exe" : string.Empty));
        var start = new ProcessStartInfo(File.Exists(host) ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [variable] = "0", [BitsVariable] = $"{bits}" },
        };
        if (!File.Exists(host))
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Stein.Engine.Tests.dll"));
        foreach (string argument in (IEnumerable<string>)[.. filters, "-xml", report, "-noColor", "-noLogo"])
            start.ArgumentList.Add(argument);
        try
        {
            using Process child = Process.Start(start)!;
            Task<string> output = child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Task<string> errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
            string all = await output + await errors;
            Assert.True(File.Exists(report), $"The child process wrote no report.\n{all}");
            XElement assembly = XDocument.Load(report).Descendants("assembly").Single();
            return (child.ExitCode, Number("passed"), Number("failed") + Number("errors"), all);

            int Number(string name) => int.Parse(assembly.Attribute(name)!.Value);
        }
        finally
        {
            File.Delete(report);
        }
    }
}
