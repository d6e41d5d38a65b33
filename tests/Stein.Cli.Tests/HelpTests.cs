namespace Stein.Cli.Tests;

/// <summary>The help of every command.</summary>
[Collection(nameof(InThisProcess))]
public sealed class HelpTests
{
    [Theory]
    [InlineData("")]
    [InlineData("ica")]
    [InlineData("ica --data")]
    [InlineData("mixture-weight")]
    [InlineData("dae")]
    [InlineData("dae identity")]
    [InlineData("dae-identity")]
    [InlineData("score")]
    [InlineData("thin")]
    [InlineData("ksd")]
    [InlineData("generate")]
    [InlineData("reproduce")]
    [InlineData("reproduce ica")]
    [InlineData("reproduce dae")]
    [InlineData("report")]
    [InlineData("report ica")]
    [InlineData("list")]
    [InlineData("show")]
    [InlineData("run")]
    [InlineData("status")]
    [InlineData("clean")]
    [InlineData("devices")]
    [InlineData("bench")]
    [InlineData("completion")]
    [InlineData("completion bash")]
    [InlineData("completion zsh")]
    [InlineData("completion fish")]
    [InlineData("completion powershell")]
    public void Help_has_examples(string command)
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.RunHere([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal(0, result.ExitCode);
        string examples = result.Output[result.Output.IndexOf("Examples:", StringComparison.Ordinal)..];
        Assert.Contains($"stein {command}".TrimEnd(), examples, StringComparison.Ordinal);
        Assert.Contains($" {command}".TrimEnd(), result.Output[..^examples.Length], StringComparison.Ordinal);
    }
}
