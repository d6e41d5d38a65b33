using Stein.Experiments.Runs.Slurm;
using Xunit;

namespace Stein.Experiments.Tests.Runs.Slurm;

public sealed class SlurmTimeLimitTests
{
    [Theory]
    [InlineData("90", "0-01:30:00")]
    [InlineData("1:30", "0-00:01:30")]
    [InlineData("12:00:00", "0-12:00:00")]
    [InlineData("2-0", "2-00:00:00")]
    [InlineData("1-12:30", "1-12:30:00")]
    [InlineData("0-00:00:90", "0-00:01:30")]
    public void A_limit_is_read_as_sbatch_reads_it(string text, string limit) =>
        Assert.Equal(limit, SlurmTimeLimit.Format(SlurmTimeLimit.Parse(text)));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1h")]
    [InlineData("1:2:3:4")]
    [InlineData("1-")]
    [InlineData("90\n")]
    public void Anything_else_is_refused_with_examples(string text)
    {
        FormatException refused = Assert.Throws<FormatException>(() => SlurmTimeLimit.Parse(text));
        Assert.Contains("1:30:00", refused.Message, StringComparison.Ordinal);
    }
}
