using System.Globalization;
using System.Text.Json;

namespace Stein.Cli.Tests;

/// <summary><c>stein dae</c>, a group of experiments, end to end.</summary>
public sealed class DaeTests
{
    [Fact]
    public void Identity_holds_to_rounding_and_its_error_falls_with_sigma()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run(
            "dae", "identity", "--sigma", "1,0.03125,0.0078125", "--n", "60", "--repetitions", "3", "--seed", "60,70", "--device", "simd",
            "--out", "out");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.True(File.Exists(stein.PathOf("out", "provenance.json")));
        Assert.True(File.Exists(stein.PathOf("out", "relative_error.png")));

        Dictionary<string, string>[] rows = Csv.Read(stein.Read("out", "errors.csv"));
        Assert.Equal(6, rows.Length);
        foreach (IGrouping<string, Dictionary<string, string>> seed in rows.GroupBy(row => row["seed"]))
        {
            double[] sigmas = [.. seed.Select(row => Number(row, "sigma")).OrderDescending()];
            Assert.Equal([1, 0.03125, 0.0078125], sigmas);
            foreach (Dictionary<string, string> row in seed)
            {
                Assert.InRange(Number(row, "identity_error"), -1e-12, 1e-12);
                Assert.InRange(Number(row, "expansion_error"), -1e-12, 1e-12);
            }

            // With the Jacobian the error goes by σ² for small σ, so that a quarter of σ leaves a sixteenth.
            double[] errors =
                [.. seed.OrderByDescending(row => Number(row, "sigma")).Select(row => Math.Abs(Number(row, "jacobian_error")))];
            Assert.True(errors[1] < errors[0] / 100, string.Join(", ", errors));
            Assert.InRange(errors[1] / errors[2], 14, 18);
        }

        static double Number(Dictionary<string, string> row, string column) => double.Parse(row[column], CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Descends_on_samples_of_a_file()
    {
        using var stein = new SteinProgram();
        string lines = string.Concat(Enumerable.Range(0, 40).Select(
            i => FormattableString.Invariant($"{Math.Sin(i)},{Math.Cos(1.7 * i)}\n")));
        File.WriteAllText(stein.PathOf("x.csv"), "a,b\n" + lines);
        SteinResult result = stein.Run("dae", "descent", "--samples", "x.csv", "--steps", "20", "--device", "simd", "--out", "out");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.True(File.Exists(stein.PathOf("out", "descent.csv")));
    }

    [Fact]
    public void A_member_of_the_group_is_the_experiment_and_the_group_is_each_with_its_defaults()
    {
        using var stein = new SteinProgram();
        Assert.Equal(Runs(stein, "dae-descent", "--seed", "61"), Runs(stein, "dae", "descent", "--seed", "61"));
        Assert.Equal(
            [.. Runs(stein, "dae-identity"), .. Runs(stein, "dae-descent"), .. Runs(stein, "dae-network")],
            Runs(stein, "dae", "--device", "simd"));
        Assert.Equal(
            [.. Runs(stein, "reproduce", "mixture-weight", "--quick"), .. Runs(stein, "reproduce", "dae-network", "--quick")],
            Runs(stein, "reproduce", "--quick", "mixture-weight", "dae-network"));
        Assert.Equal(
            [.. Runs(stein, "reproduce", "dae", "--grid", "test"), .. Runs(stein, "reproduce", "mixture-weight", "--grid", "test")],
            Runs(stein, "reproduce", "dae", "mixture-weight", "dae-descent", "--grid", "test"));
        Assert.Empty(stein.Entries());
    }

    private static string[] Runs(SteinProgram stein, params string[] command)
    {
        SteinResult result = stein.Run([.. command, "--dry-run", "--json"]);
        Assert.True(result.ExitCode == 0, $"{result}");
        using var planned = JsonDocument.Parse(result.Output);
        string[] ids = [.. planned.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("id").GetString()!)];
        Assert.NotEmpty(ids);
        return ids;
    }
}
