using System.Globalization;
using Stein.Experiments.GoodnessOfFit;
using Stein.Tests;

namespace Stein.Cli.Tests;

/// <summary>What help says of goodness-of-fit tests.</summary>
[Collection(nameof(InThisProcess))]
public sealed class TestAdviceTests
{
    [Fact]
    public void Every_test_has_one_topic_with_its_published_powers()
    {
        Dictionary<string, string>[] rows = Csv.Read(File.ReadAllText(Path.Combine(Repository.Folder, "results/gof/powers.csv")));
        Assert.Equal(
            rows.Select(row => row["test"]).Distinct().Order(StringComparer.Ordinal),
            TestAdvice.All.SelectMany(topic => topic.Names).Order(StringComparer.Ordinal));
        Assert.All(TestAdvice.All, topic =>
        {
            double[] powers =
            [
                .. from row in rows
                   where row["problem"] != "gaussian" && topic.Names.Contains(row["test"])
                   select double.Parse(row["power"], CultureInfo.InvariantCulture),
            ];
            Assert.Equal(5 * topic.Names.Count, powers.Length);
            Assert.Equal((topic.Low, topic.High), (Math.Round(100 * powers.Min()), Math.Round(100 * powers.Max())));
        });
    }

    [Theory]
    [InlineData("gof")]
    [InlineData("ksd")]
    public void Help_says_which_test_is_for_what(string command)
    {
        using var stein = new SteinProgram();
        string help = stein.RunHere(command, "--help").Output;
        Assert.Contains("  ksdagg: 100 %\n      The first to try", help, StringComparison.Ordinal);
        Assert.Equal(command == "gof", help.Contains("\n  mmd: ", StringComparison.Ordinal));
    }
}
