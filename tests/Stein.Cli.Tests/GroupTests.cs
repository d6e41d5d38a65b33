using System.Text.Json;

namespace Stein.Cli.Tests;

/// <summary><c>stein dae</c>, a group of experiments.</summary>
[Collection(nameof(InThisProcess))]
public sealed class GroupTests
{
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
        SteinResult result = stein.RunHere([.. command, "--dry-run", "--json"]);
        Assert.True(result.ExitCode == 0, $"{result}");
        using var planned = JsonDocument.Parse(result.Output);
        string[] ids = [.. planned.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("id").GetString()!)];
        Assert.NotEmpty(ids);
        return ids;
    }
}
