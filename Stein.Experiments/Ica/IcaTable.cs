using CsvHelper;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>One row of <c>table.csv</c>: a method at a dimension. Log-likelihoods in nats; NaN where a number does not exist.</summary>
/// <param name="Method">Name as in the paper.</param>
/// <param name="Dim">Dimension D.</param>
/// <param name="Seeds">Number of seeds n that are finished.</param>
/// <param name="Mean">Mean test log-likelihood over the seeds.</param>
/// <param name="Se">Its standard error, sd/√n; NaN for one seed.</param>
/// <param name="Oracle">Mean of the oracle over the same seeds.</param>
/// <param name="Gap">Mean of oracle minus test log-likelihood over the seeds.</param>
/// <param name="Paper">Published value.</param>
/// <param name="Verdict">"agrees", "higher", "lower" or "–"; see <see cref="PaperComparison.OfMean"/>.</param>
/// <param name="GapSe">Standard error of the gap.</param>
/// <param name="AdjustedMean">What the verdict compares with the paper: mean oracle over random matrices minus the gap.</param>
/// <param name="Difference">Adjusted mean minus the published value.</param>
/// <param name="DifferenceSe">Standard error of the difference, both sides.</param>
/// <param name="DegreesOfFreedom">Of the t quantile behind the verdict.</param>
/// <param name="AmariDistance">Mean Amari distance of V·W_true, in [0, 1].</param>
/// <param name="AmariDistanceSe">Its standard error.</param>
/// <param name="SeedsExpected">Number of seeds of a complete row.</param>
[CsvRecord]
internal sealed partial record IcaTableRow(
    [CsvColumn("method")] string Method,
    [CsvColumn("dim")] int Dim,
    [CsvColumn("seeds")] int Seeds,
    [CsvColumn("mean")] double Mean,
    [CsvColumn("se")] double Se,
    [CsvColumn("oracle")] double Oracle,
    [CsvColumn("gap")] double Gap,
    [CsvColumn("paper")] double Paper,
    [CsvColumn("verdict")] string Verdict,
    [CsvColumn("gap_se")] double GapSe,
    [CsvColumn("adjusted_mean")] double AdjustedMean,
    [CsvColumn("difference")] double Difference,
    [CsvColumn("difference_se")] double DifferenceSe,
    [CsvColumn("degrees_of_freedom")] double DegreesOfFreedom,
    [CsvColumn("amari_distance")] double AmariDistance,
    [CsvColumn("amari_distance_se")] double AmariDistanceSe,
    [CsvColumn("seeds_expected")] int SeedsExpected);

/// <summary>Makes the rows of <c>table.csv</c> from finished runs.</summary>
internal static class IcaTable
{
    /// <summary>Rows by method in the order of <see cref="IcaMethod.InOrder"/>, then by dimension; the oracle last.</summary>
    /// <param name="runs">Finished runs; methods, dimensions and seeds may be missing.</param>
    /// <param name="comparePaper">True if the runs follow the paper's protocol, so that its numbers are shown with verdicts.</param>
    /// <param name="seedsExpected">Seeds of a complete row; null for the most that any row has.</param>
    public static IReadOnlyList<IcaTableRow> Rows(IReadOnlyList<IcaRun> runs, bool comparePaper, int? seedsExpected = null)
    {
        ArgumentNullException.ThrowIfNull(runs);
        int expected = seedsExpected ?? IcaRuns.LargestSeedCount(runs);
        var rows = new List<IcaTableRow>();
        foreach (IcaMethod method in IcaMethod.InOrder(runs.Select(run => run.Method)).Where(method => method != IcaMethod.Oracle))
        {
            rows.AddRange(IcaRuns.ByDim(runs, method).Select(group => MethodRow(method, group.Dim, group.Runs, comparePaper, expected)));
        }

        foreach (int dim in runs.Select(run => run.Dim).Distinct().Order())
        {
            rows.Add(OracleRow(dim, [.. runs.Where(run => run.Dim == dim).DistinctBy(run => (run.Seed, run.DataSeed))], expected));
        }

        return rows;
    }

    private static IcaTableRow MethodRow(IcaMethod method, int dim, IReadOnlyList<IcaRun> runs, bool comparePaper, int expected)
    {
        var logLikelihood = Summary.Of([.. runs.Select(run => run.TestLogLikelihood)]);
        double[] gaps = [.. runs.Select(run => run.Oracle - run.TestLogLikelihood)];
        var gap = Summary.Of(gaps);
        var amari = Summary.Of([.. runs.Select(run => run.AmariDistance)]);
        double paper = comparePaper ? PublishedIca.TestLogLikelihood(method.Name, dim) : double.NaN;
        OracleSpread? spread = double.IsNaN(paper) ? null : OracleSpread.Of(dim);
        PaperComparison comparison = spread is null ? PaperComparison.None : PaperComparison.OfMean(gaps, paper, spread);
        return new IcaTableRow(
            method.Name,
            dim,
            runs.Count,
            logLikelihood.Mean,
            logLikelihood.StandardError,
            runs.Average(run => run.Oracle),
            gap.Mean,
            paper,
            comparison.Verdict.Word(),
            gap.StandardError,
            spread is null ? double.NaN : spread.MeanOracle - gap.Mean,
            comparison.Difference,
            comparison.StandardError,
            comparison.DegreesOfFreedom,
            amari.Mean,
            amari.StandardError,
            expected);
    }

    private static IcaTableRow OracleRow(int dim, IReadOnlyList<IcaRun> seeds, int expected)
    {
        var oracle = Summary.Of([.. seeds.Select(run => run.Oracle)]);
        return new IcaTableRow(
            IcaMethod.Oracle.Name,
            dim,
            seeds.Count,
            oracle.Mean,
            oracle.StandardError,
            oracle.Mean,
            Gap: 0,
            Paper: double.NaN,
            Verdict.None.Word(),
            GapSe: double.NaN,
            AdjustedMean: double.NaN,
            Difference: double.NaN,
            DifferenceSe: double.NaN,
            DegreesOfFreedom: double.NaN,
            AmariDistance: 0,
            AmariDistanceSe: double.NaN,
            expected);
    }
}
