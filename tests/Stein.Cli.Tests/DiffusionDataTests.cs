using System.Text.Json;
using Stein.Engine.Random;

namespace Stein.Cli.Tests;

/// <summary><c>stein diffusion --data</c>, end to end.</summary>
[Collection(nameof(InThisProcess))]
public sealed class DiffusionDataTests
{
    /// <summary>A command line behind <c>stein diffusion --data x.csv</c>, and what is said of it.</summary>
    public static TheoryData<string, string> Faults => new()
    {
        { "--model gauss", "--model gauss: it must be one of student-t, laplace, generalised-gaussian" },
        { "--power 3", "--power: it has no effect without --model generalised-gaussian" },
        { "--model laplace --degrees-of-freedom 3", "--degrees-of-freedom: it has no effect without --model student-t" },
        { "--degrees-of-freedom 0", "--degrees-of-freedom 0: it must be a positive number" },
        { "--model generalised-gaussian --power 1", "--power 1: it must be above 1; for 1 there is --model laplace" },
        { "--bootstrap 1", "--bootstrap 1: it must be at least 2, or 0 for none" },
        { "--json --quiet", "--quiet: it has no effect with --json" },
        { "--columns b", "b is 7 in all samples, which has no scale" },
    };

    /// <summary>
    /// 200 samples 3 + 2t, of which 20 were moved to 60: that widens the scale of maximum likelihood, and not those of the diffusion forms,
    /// whose standard errors agree with the bootstrap.
    /// </summary>
    [Fact]
    public void Outliers_do_not_move_the_diffusion_forms()
    {
        using var stein = new SteinProgram();
        Write(stein, outliers: 20);
        using JsonDocument json = JsonDocument.Parse(
            stein.RunHere("diffusion", "--data", "x.csv", "--columns", "a", "--bootstrap", "60", "--json").Output);
        Dictionary<string, JsonElement> estimates = json.RootElement.GetProperty("estimates").EnumerateArray()
            .ToDictionary(estimate => estimate.GetProperty("estimator").GetString()!);
        Assert.Equal(
            ["medians", "maximum likelihood", "score matching", "diffusion score matching", "KSD", "diffusion KSD"], estimates.Keys);
        foreach (string robust in (string[])["diffusion score matching", "diffusion KSD"])
        {
            Assert.InRange(Number(robust, "values", 0), 2.2, 3.8);
            Assert.InRange(Number(robust, "values", 1), 1.3, 2.7);
            for (int k = 0; k < 2; k++)
                Assert.InRange(Number(robust, "standard_errors", k) / Number(robust, "bootstrap_errors", k), 0.5, 2);
        }

        Assert.True(Number("maximum likelihood", "values", 1) > 3);

        double Number(string estimator, string what, int place) => estimates[estimator].GetProperty(what)[place].GetDouble();
    }

    [Fact]
    public void A_Laplace_density_has_no_score_matching()
    {
        using var stein = new SteinProgram();
        Write(stein);
        SteinResult result = stein.RunHere("diffusion", "--data", "x.csv", "--drop", "b", "--model", "laplace", "--bootstrap", "10");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains("diffusion KSD", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("score matching │", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Says_what_is_wrong(string arguments, string message)
    {
        using var stein = new SteinProgram();
        Write(stein);
        SteinResult result = stein.RunHere(["diffusion", "--data", "x.csv", .. arguments.Split(' ')]);
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_is_that_of_the_command()
    {
        using var stein = new SteinProgram();
        Assert.Contains("stein diffusion --data", stein.RunHere("diffusion", "--data", "--help").Output, StringComparison.Ordinal);
        Assert.Contains("stein diffusion --data --help", stein.RunHere("diffusion", "--help").Output, StringComparison.Ordinal);
    }

    private static void Write(SteinProgram stein, int outliers = 0)
    {
        var stream = new PhiloxStream(5, StreamPurpose.TestData);
        double[] samples = [.. Enumerable.Range(0, 200).Select(_ => 3 + (2 * stream.NextStudentT(5)))];
        Array.Fill(samples, 60, 0, outliers);
        File.WriteAllLines(stein.PathOf("x.csv"), ["a,b", .. samples.Select(sample => FormattableString.Invariant($"{sample},7"))]);
    }
}
