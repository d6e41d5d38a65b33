using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.IndependentComponents;

public class TrimmedSamplesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>15 % outliers among mixed Laplace sources: all are found, and few of the others are lost.</summary>
    [Theory]
    [InlineData(4, "scattered")]
    [InlineData(4, "clustered")]
    [InlineData(40, "scattered")]
    [InlineData(40, "clustered")]
    public void Outliers_are_found(int dimension, string kind)
    {
        const int N = 3000, Outliers = 450;
        double[] rows = Contaminated(dimension, N, Outliers, kind);
        TrimmedSamples trimmed = TrimmedSamples.Of(rows, dimension, cancellation: Cancellation);
        // Of scattered ones in few dimensions, some are near the centre by chance.
        Assert.InRange(trimmed.IsKept[..Outliers].Count(isKept => isKept), 0, kind == "scattered" && dimension == 4 ? 9 : 0);
        Assert.InRange(trimmed.IsKept[Outliers..].Count(isKept => !isKept), 0, 0.02 * N);
        Assert.Equal(trimmed.IsKept, trimmed.SquaredDistances.Select(distance => distance <= trimmed.Limit));
        Assert.Equal(trimmed.Count * dimension, trimmed.Kept(rows).Length);
        int first = Array.IndexOf(trimmed.IsKept, true);
        Assert.Equal(rows[(first * dimension)..((first + 1) * dimension)], trimmed.Kept(rows)[..dimension]);
    }

    /// <summary>By the covariance of all samples a cluster is nearer to the centre than half of the other samples.</summary>
    [Fact]
    public void The_covariance_of_all_samples_hides_a_cluster()
    {
        const int D = 40, N = 3000, Outliers = 450;
        double[] rows = Contaminated(D, N, Outliers, "clustered");
        PaddedMatrix whitened = SamplePreparation.Whiten(rows, D, D).Apply(rows);
        double[] distances =
        [
            .. Enumerable.Range(0, N).Select(n => Enumerable.Range(0, D).Sum(d => whitened.Row(d)[n] * whitened.Row(d)[n])),
        ];
        Assert.True(distances[..Outliers].Max() < distances[Outliers..].Order().ElementAt((N - Outliers) / 2));
    }

    [Fact]
    public void Units_do_not_matter_and_samples_without_outliers_are_kept()
    {
        const int D = 6, N = 2000;
        var stream = new PhiloxStream(2, StreamPurpose.TrainingData);
        double[] rows = [.. Enumerable.Range(0, N * D).Select(_ => stream.NextNormal())];
        TrimmedSamples trimmed = TrimmedSamples.Of(rows, D, cancellation: Cancellation);
        Assert.InRange(trimmed.Count, 0.998 * N, N);
        double[] scaled = [.. rows.Select((value, index) => Math.ScaleB(value, index % D * 7))];
        Assert.Equal(trimmed.SquaredDistances, TrimmedSamples.Of(scaled, D, cancellation: Cancellation).SquaredDistances);
    }

    [Fact]
    public void What_has_no_scatter_is_refused()
    {
        double[] constant = [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? i : i < 30 ? 7.5 : i)];
        Assert.Contains("column 2 are 7.5", Message(constant, 2), StringComparison.Ordinal);
        Assert.Contains("4 samples are too few", Message([1, 2, 3, 4, 5, 6, 7, 8], 2), StringComparison.Ordinal);
        double[] line = [.. Enumerable.Range(0, 40).Select(i => (double)(i / 2))];
        Assert.Contains("fewer than 2 dimensions", Message(line, 2), StringComparison.Ordinal);

        static string Message(double[] samples, int dimension)
            => Assert.Throws<ArgumentException>(() => TrimmedSamples.Of(samples, dimension, cancellation: Cancellation)).Message;
    }

    /// <summary>Mixed Laplace sources (N×K).</summary>
    internal static double[] Mixed(double[] mixing, int k, int n, PhiloxStream stream)
    {
        var rows = new double[n * k];
        for (int i = 0; i < n; i++)
        {
            double[] z = [.. Enumerable.Range(0, k).Select(_ => stream.NextLaplace())];
            for (int d = 0; d < k; d++)
                rows[(i * k) + d] = Enumerable.Range(0, k).Sum(j => mixing[(d * k) + j] * z[j]);
        }

        return rows;
    }

    /// <summary>Puts samples near one point, ten times as far away as others, in place of the first.</summary>
    internal static void Cluster(double[] rows, int k, int outliers, PhiloxStream stream)
    {
        double[] centre = [.. Enumerable.Range(0, k).Select(_ => stream.NextNormal())];
        double size = 10 * Math.Sqrt(rows.Average(value => value * value));
        for (int i = 0; i < outliers * k; i++)
            rows[i] = size * (centre[i % k] + (0.001 * stream.NextNormal()));
    }

    private static double[] Contaminated(int dimension, int count, int outliers, string kind)
    {
        var stream = new PhiloxStream(9, StreamPurpose.TrainingData);
        double[] mixing = [.. Enumerable.Range(0, dimension * dimension).Select(_ => stream.NextNormal())];
        double[] rows = Mixed(mixing, dimension, count, stream);
        double size = 10 * Math.Sqrt(rows.Average(value => value * value));
        if (kind == "clustered")
            Cluster(rows, dimension, outliers, stream);
        for (int i = 0; i < outliers * dimension && kind == "scattered"; i++)
            rows[i] = size * stream.NextNormal();
        return rows;
    }
}
