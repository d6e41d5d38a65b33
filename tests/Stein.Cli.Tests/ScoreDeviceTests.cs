using System.Globalization;
using Xunit;

namespace Stein.Cli.Tests;

/// <summary>Which precision <c>stein score</c> computes in, and that it says so.</summary>
public sealed class ScoreDeviceTests
{
    /// <summary>A value that stands for a missing one, as data files have.</summary>
    private const double Sentinel = -999_999;

    [Fact]
    public void Few_samples_are_computed_in_double_precision()
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", [0.5, -1, 0.25, 1.5, Sentinel], 1);
        SteinResult result = stein.Run("score", "--samples", "x.csv", "--out", "s.csv");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("device simd-double", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_of_single_precision_is_refused_where_it_is_not_accurate_enough()
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", [0.5, -1, 0.25, 1.5, Sentinel], 1);
        SteinResult result = stein.Run("score", "--samples", "x.csv", "--device", "simd", "--out", "s.csv");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("stein: --device simd: single precision is not enough for 5 samples", result.Error, StringComparison.Ordinal);
        Assert.Contains("Use --device simd-double.", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(stein.PathOf("s.csv")));
    }

    /// <summary>Of 2 001 samples single precision is used if it is enough, and double precision otherwise.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Many_samples_are_computed_in_double_precision_where_single_is_not_enough(bool hasSentinel)
    {
        using var stein = new SteinProgram();
        double[] samples = [.. Enumerable.Range(1, 2001).Select(index => Math.Sqrt(-2 * Math.Log((index - 0.5) / 2001)) * Math.Cos(index))];
        samples[1000] = hasSentinel ? Sentinel : 0.1;
        ScoreSamples.Write(stein, "x.csv", samples, 1);
        SteinResult result = stein.Run("score", "--samples", "x.csv", "--estimator", "kde", "--out", "s.csv");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            hasSentinel,
            result.Error.Contains("computing in double precision, on simd-double: single precision", StringComparison.Ordinal));
        Assert.Equal(hasSentinel, result.Error.Contains("device simd-double", StringComparison.Ordinal));
    }

    /// <summary>The scores of a sentinel's neighbours, computed by an independent program in double precision, to nine digits.</summary>
    [Theory]
    [InlineData("stein", 1.1313708498984762)]
    [InlineData("kde", 1)]
    public void One_sentinel_does_not_change_the_other_scores(string estimator, double regularisation)
    {
        using var stein = new SteinProgram();
        double[] samples = [0.5, -1, 0.25, 1.5, 0.75, -0.3, 1.1];
        double[] scores = Scores([.. samples, Sentinel]);
        double[] without = Scores([.. samples, 1e9]);
        for (int i = 0; i < samples.Length; i++)
            Assert.Equal(without[i], scores[i], 1e-9);

        double[] Scores(double[] all)
        {
            ScoreSamples.Write(stein, "x.csv", all, 1);
            SteinResult result = stein.Run(
                "score", "--samples", "x.csv", "--estimator", estimator, "--bandwidth", "1", "--regularisation",
                regularisation.ToString("R", CultureInfo.InvariantCulture));
            return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
                .Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
        }
    }
}
