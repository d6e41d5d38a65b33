using System.Text.Json;
using Xunit;

namespace Stein.Cli.Tests;

/// <summary><c>stein score --held-out</c> says how samples were held out, and the autocorrelation time that it measured.</summary>
public sealed class ScoreHeldOutTests
{
    [Theory]
    [InlineData("auto", "blocks", true)]
    [InlineData("random", "random", false)]
    public void What_was_used_is_said(string asked, string used, bool isMeasured)
    {
        using var stein = new SteinProgram();
        string[] arguments =
        [
            "score", "--samples", "x.csv", "--estimator", "kde", "--regularisation", "held-out", "--held-out", asked, "--out", "s.csv",
        ];
        double[] wave = [.. Enumerable.Range(0, 60).Select(index => Math.Sin(0.4 * (index + 1)) + (1e-3 * index))];
        ScoreSamples.Write(stein, "x.csv", wave, 1);
        using var json = JsonDocument.Parse(stein.Run([.. arguments, "--json"]).Output);
        Assert.Equal(used, json.RootElement.GetProperty("held_out_folds").GetString());
        Assert.Equal(isMeasured, json.RootElement.GetProperty("autocorrelation_time").ValueKind == JsonValueKind.Number);
        string text = stein.Run(arguments).Error;
        Assert.Contains(
            isMeasured ? "held out in consecutive blocks (autocorrelation time" : "held out at random:", text, StringComparison.Ordinal);
    }
}
