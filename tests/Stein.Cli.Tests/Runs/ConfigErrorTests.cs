namespace Stein.Cli.Tests.Runs;

/// <summary>What <c>run</c> says of a config that it cannot use.</summary>
[Collection(nameof(InThisProcess))]
public sealed class ConfigErrorTests
{
    [Theory]
    [InlineData("""{"experiment": "ica", "config": {"iteration": 5}}""", "iteration", "\"iterations\"")]
    [InlineData("""{"experiment": "icaa"}""", "icaa", "\"ica\"")]
    [InlineData("""{"experiment": "ica", "confg": {}}""", "confg", "\"config\"")]
    [InlineData("""{"experiment": "ica", "config": {"method": "maxskds"}}""", "maxskds", "\"maxsksd\"")]
    public void An_unknown_word_in_a_config_is_an_error_with_the_closest_one(string config, string unknown, string closest)
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("config.json"), config);
        SteinResult result = stein.RunHere("run", "config.json");
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains("config.json", result.Error, StringComparison.Ordinal);
        Assert.Contains(unknown, result.Error, StringComparison.Ordinal);
        Assert.Contains($"Did you mean {closest}?", result.Error, StringComparison.Ordinal);
        Assert.Single(stein.Entries());
    }
}
