using System.Globalization;

namespace Stein.Cli.Tests;

/// <summary><c>stein mixture</c>, end to end.</summary>
[Collection(nameof(InThisProcess))]
public sealed class MixtureTests
{
    [Fact]
    public void Noise_restores_the_power_that_the_discrepancy_lacks()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.RunHere(
            "mixture", "--remedy", "none,noise", "--weight", "0.5,0.7", "--n", "200", "--trials", "100",
            "--device", "simd", "--out", "out");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains("Power in per cent at level 0.05", result.Output, StringComparison.Ordinal);
        Dictionary<(string, string), double> power = Csv.Read(stein.Read("out", "tests.csv"))
            .ToDictionary(row => (row["remedy"], row["weight"]), row => double.Parse(row["power"], CultureInfo.InvariantCulture));
        Assert.Equal(4, power.Count);
        Assert.InRange(power[("none", "0.5")], 0, 0.15);
        Assert.InRange(power[("none", "0.7")], 0, 0.15);
        Assert.InRange(power[("noise", "0.5")], 0, 0.15);
        Assert.InRange(power[("noise", "0.7")], 0.9, 1);
        string[] files = ["power_modes_D1_weight0.7.md", "power_modes_D1_weight0.7.tex", "provenance.json", "metrics.csv.gz"];
        foreach (string file in files)
            Assert.True(File.Exists(stein.PathOf("out", file)), file);
    }
}
