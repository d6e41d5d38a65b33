using System.Globalization;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Estimators;
using Stein.Tests;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>
/// The accuracy of every estimator against <see cref="PlainEstimates"/>, relative to the largest score of a column: 1e-9 in double
/// precision, and 1e-4 in single precision wherever <see cref="ScoreEstimator.SinglePrecisionProblem"/> finds nothing wrong.
/// </summary>
/// <remarks>With STEIN_ACCURACY_UPDATE=1 the measured errors are written into docs/accuracy.md.</remarks>
public sealed class AccuracyTests
{
    private const int Count = 48;
    private const int Points = 12;

    private static readonly string[] Kinds = ["random", "clustered", "heavy-tailed", "scaled", "shifted"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Double_precision(string estimator, string kind)
    {
        foreach (Case each in Case.Of(estimator, kind))
            Assert.True(each.Error("simd-double") <= 1e-9, $"{each}: {each.Error("simd-double"):E1}");
    }

    /// <summary>The right-hand side of the equations is then thousands of times the scores, and so is what the residual may be.</summary>
    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e-4)]
    public void The_curl_free_estimate_with_a_small_ridge(double ridge)
    {
        foreach (int dimension in (int[])[1, 2, 3])
        {
            double error = new Case("kef", "random", dimension, null, ridge).Error("simd-double");
            Assert.True(error <= 1e-9, $"D = {dimension}: {error:E1}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Single_precision_where_it_is_not_refused(string estimator, string kind)
    {
        foreach (Case each in Case.Of(estimator, kind))
        {
            double error = each.Error("simd");
            Assert.True(error <= 1e-4 || each.IsRefused("simd"), $"{each}: {error:E1}");
        }
    }

    /// <summary>
    /// Otherwise the refusals would make the test above pass. In one dimension the equations of the parametric estimator are too
    /// ill-conditioned with its rule.
    /// </summary>
    [Fact]
    public void Ordinary_samples_with_the_rules_are_not_refused()
    {
        foreach (string estimator in ScoreEstimators.Names)
        {
            Assert.All(
                Case.Of(estimator, "random").Where(each => each is { IsByRule: true, Dimension: 3 }),
                each => Assert.False(each.IsRefused("simd"), $"{each}"));
        }
    }

    [Fact]
    public void The_page_has_the_measured_errors()
    {
        string path = Path.Combine(Repository.Folder, "docs", "accuracy.md");
        string page = File.ReadAllText(path);
        const string Begin = "<!-- measured -->\n", End = "<!-- end -->";
        int start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = page.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("STEIN_ACCURACY_UPDATE") == "1")
        {
            string table = "| estimator | `simd-double` | `simd` | refused in single precision |\n|---|---|---|---|\n"
                + string.Concat(ScoreEstimators.Names.Select(Row));
            File.WriteAllText(path, page[..start] + table + page[end..]);
            Assert.Fail("docs/accuracy.md is written anew: look at the difference");
        }

        Assert.All(ScoreEstimators.Names, name => Assert.Contains($"| {name} |", page[start..end], StringComparison.Ordinal));

        static string Row(string estimator)
        {
            Case[] all = [.. Kinds.SelectMany(kind => Case.Of(estimator, kind))];
            Case[] accepted = [.. all.Where(each => !each.IsRefused("simd"))];
            return string.Create(
                CultureInfo.InvariantCulture,
                $"| {estimator} | {all.Max(each => each.Error("simd-double")):0e-0} | {accepted.Max(each => each.Error("simd")):0e-0} | "
                + $"{all.Length - accepted.Length} of {all.Length} |\n");
        }
    }

    public static TheoryData<string, string> Cases
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (string estimator in ScoreEstimators.Names)
            {
                foreach (string kind in Kinds)
                    rows.Add(estimator, kind);
            }

            return rows;
        }
    }

    /// <summary>An estimator, samples, a bandwidth and a regularisation.</summary>
    private sealed record Case(string Estimator, string Kind, int Dimension, double? Bandwidth, double? Regularisation)
    {
        private readonly ScoreEstimator estimator = ScoreEstimators.Find(Estimator);
        private readonly double[] samples = Draw(Kind, Count, Dimension, seed: 3);
        private readonly double[] points = Draw(Kind, Points, Dimension, seed: 4);

        public bool IsByRule => Bandwidth is null && Regularisation is null;

        private ScoreEstimatorSettings Settings => new() { Bandwidth = Bandwidth, Regularisation = Regularisation };

        public static IEnumerable<Case> Of(string estimator, string kind)
        {
            foreach (int dimension in (int[])[1, 3])
            {
                double unit = kind == "scaled" ? 1e-30 : 1;
                yield return new(estimator, kind, dimension, null, null);
                yield return new(estimator, kind, dimension, unit, Estimates.Moderate(estimator));
            }
        }

        public double Error(string name)
        {
            using Device device = DeviceCatalog.Create(name);
            using Device exact = DeviceCatalog.Create("simd-double");
            var plain = new PlainEstimates(samples, Dimension);
            double bandwidth = Bandwidth ?? plain.Bandwidth(estimator.BandwidthRule);
            double regularisation = Regularisation ?? estimator.DefaultRegularisation(Count, Dimension);
            double[] at = [.. samples, .. points];
            double[] expected = plain.Scores(Estimator, bandwidth, regularisation, exact.UnitRoundoff, at);
            double[] found = estimator.Fit(device, samples, Dimension, Settings).Scores(at);
            return SinglePrecisionTrial.Error(expected, found, Dimension);
        }

        public bool IsRefused(string name)
        {
            using Device device = DeviceCatalog.Create(name);
            return estimator.SinglePrecisionProblem(device, samples, Dimension, Settings, points) is not null;
        }

        private static double[] Draw(string kind, int count, int dimension, ulong seed)
        {
            double[] normal = Estimates.Samples(count, dimension, seed);
            double[] other = Estimates.Samples(count, dimension, seed + 100);
            return [.. normal.Select((value, index) => kind switch
            {
                "clustered" => value + (40 * (index / dimension % 3)),
                "heavy-tailed" => value / other[index],
                "scaled" => 1e-30 * value,
                "shifted" => value + 1e6,
                _ => value,
            })];
        }
    }
}
