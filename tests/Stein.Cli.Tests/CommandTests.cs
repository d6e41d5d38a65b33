using System.Runtime.InteropServices;
using System.Text.Json;

namespace Stein.Cli.Tests;

/// <summary>Version, devices and bench.</summary>
public sealed class CommandTests
{
    [Fact]
    public void Version_names_the_commit_it_was_built_from()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run("--version");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^stein \d+\.\d+\.\d+( \(commit [0-9a-f]{12}(, with local changes)?\))?\s*$", result.Output);
    }

    [Fact]
    public void Devices_that_are_there_compute_correctly()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run("devices", "--json");
        Assert.True(result.ExitCode == 0, $"{result}");
        using var json = JsonDocument.Parse(result.Output);
        JsonElement[] devices = [.. json.RootElement.EnumerateArray()];
        Assert.Equal(
            ["auto", "simd", "simd-double", "cuda", "opencl", "ilgpu-cpu", "double"],
            devices.Select(device => device.GetProperty("name").GetString()!));
        foreach (string name in (string[])["simd", "simd-double", "ilgpu-cpu", "double"])
        {
            JsonElement device = devices.Single(device => device.GetProperty("name").GetString() == name);
            Assert.True(device.GetProperty("correct").GetBoolean(), $"{device}");
            Assert.True(device.GetProperty("gigaflops").GetDouble() > 0);
        }

        Assert.All(
            devices.Where(device => !device.GetProperty("available").GetBoolean()),
            device => Assert.NotEqual("", device.GetProperty("description").GetString()));
    }

    /// <summary>ILGPU knows a driver as libcuda.so alone, which comes with development files.</summary>
    [Fact]
    public void A_driver_without_development_files_is_loaded()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("libraries are found by LD_LIBRARY_PATH on Linux");
        using var folder = new SteinProgram();
        // Any library serves: whether it is found shows, and that it is no driver.
        File.Copy(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so"), folder.PathOf("libcuda.so.1"));
        using var stein = new SteinProgram(new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = folder.Folder });
        SteinResult result = stein.Run("devices", "--json");
        using var json = JsonDocument.Parse(result.Output);
        JsonElement cuda = json.RootElement.EnumerateArray().Single(device => device.GetProperty("name").GetString() == "cuda");
        if (cuda.GetProperty("available").GetBoolean())
            Assert.Skip("this machine has a driver with development files");
        Assert.Contains("libcuda.so.1 has no function cuInit", cuda.GetProperty("description").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bench_times_iterations_that_allocate_nothing()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run("bench", "--dim", "10", "--iterations", "30", "--device", "simd", "--json", "--out", "out");
        Assert.True(result.ExitCode == 0, $"{result}");
        using var json = JsonDocument.Parse(result.Output);
        JsonElement[] rows = [.. json.RootElement.GetProperty("rows").EnumerateArray()];
        Assert.Equal(["maxsksd", "ksd", "lsd"], rows.Select(row => row.GetProperty("method").GetString()));
        foreach (JsonElement row in rows)
        {
            Assert.Equal(0, row.GetProperty("allocated_bytes").GetInt64());
            Assert.InRange(row.GetProperty("median_milliseconds").GetDouble(), 1e-4, 1e4);
            // No more than the peak; 10 % for a clock that moves between the two measurements.
            Assert.InRange(row.GetProperty("share_of_peak").GetDouble(), 0, 1.1);
        }

        Assert.Equal(3, Csv.Read(stein.Read("out", "bench.csv")).Length);
        Assert.True(File.Exists(stein.PathOf("out", "provenance.json")));
    }

    [Fact]
    public void Bench_times_score_estimators()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run(
            "bench", "--what", "estimators", "--dim", "2", "--samples", "30", "--fits", "2", "--device", "simd", "--json", "--out", "out");
        Assert.True(result.ExitCode == 0, $"{result}");
        using var json = JsonDocument.Parse(result.Output);
        JsonElement[] rows = [.. json.RootElement.GetProperty("rows").EnumerateArray()];
        Assert.Equal(9, rows.Length);
        Assert.All(rows, row => Assert.InRange(row.GetProperty("fit_seconds").GetDouble(), 1e-9, 60));
        Assert.Equal(9, Csv.Read(stein.Read("out", "bench-estimators.csv")).Length);
        Assert.True(File.Exists(stein.PathOf("out", "provenance.json")));
    }
}
