using System.Globalization;

namespace Stein.Cli.Tests;

/// <summary>Experiments of the group <c>stein dae</c>, end to end.</summary>
[Collection(nameof(InThisProcess))]
public sealed class DaeTests
{
    [Fact]
    public void Identity_holds_to_rounding_and_its_error_falls_with_sigma()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.RunHere(
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
        SteinResult result = stein.RunHere("dae", "descent", "--samples", "x.csv", "--steps", "20", "--device", "simd", "--out", "out");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.True(File.Exists(stein.PathOf("out", "descent.csv")));
    }
}
