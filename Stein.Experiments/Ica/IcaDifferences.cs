using CsvHelper;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>One row of <c>differences.csv</c>: a method minus another, paired by seed, nats; NaN where a number does not exist.</summary>
/// <param name="Comparison">Such as "KSD − maxSKSD-g".</param>
/// <param name="Dim">Dimension D.</param>
/// <param name="Seeds">Number of seeds that both methods have.</param>
/// <param name="Mean">Mean of the paired differences of the test log-likelihood.</param>
/// <param name="Se">Its standard error; NaN for one seed.</param>
/// <param name="Paper">Difference of the published means.</param>
/// <param name="Difference">Ours minus the paper's.</param>
/// <param name="DifferenceSe">Standard error of that, both sides.</param>
/// <param name="Verdict">"agrees", "higher", "lower" or "–"; see <see cref="PaperComparison.OfPairedDifference"/>.</param>
[CsvRecord]
internal sealed partial record IcaDifferenceRow(
    [CsvColumn("comparison")] string Comparison,
    [CsvColumn("dim")] int Dim,
    [CsvColumn("seeds")] int Seeds,
    [CsvColumn("mean")] double Mean,
    [CsvColumn("se")] double Se,
    [CsvColumn("paper")] double Paper,
    [CsvColumn("difference")] double Difference,
    [CsvColumn("difference_se")] double DifferenceSe,
    [CsvColumn("verdict")] string Verdict);

/// <summary>Makes the rows of <c>differences.csv</c> from finished runs.</summary>
internal static class IcaDifferences
{
    private static readonly IcaMethod Reference = IcaMethod.Find("maxsksd");
    private static readonly IcaMethod[] Compared = [IcaMethod.Find("ksd"), IcaMethod.Find("lsd")];

    /// <summary>
    /// KSD − maxSKSD-g, LSD − maxSKSD-g, and every variant minus the method it varies, at every dimension where both have a seed in
    /// common.
    /// </summary>
    /// <inheritdoc cref="IcaTable.Rows" path="/param"/>
    public static IReadOnlyList<IcaDifferenceRow> Rows(IReadOnlyList<IcaRun> runs, bool comparePaper)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var rows = new List<IcaDifferenceRow>();
        IcaMethod[] variants = [.. IcaMethod.InOrder(runs.Select(run => run.Method)).Where(method => method.BaseId != method.Id)];
        foreach ((IcaMethod method, IcaMethod reference) in Compared.Select(method => (method, Reference))
            .Concat(variants.Select(variant => (variant, IcaMethod.Find(variant.BaseId)))))
        {
            var references = IcaRuns.ByDim(runs, reference).SelectMany(group => group.Runs)
                .ToDictionary(run => (run.Dim, run.Seed, run.DataSeed));
            foreach ((int dim, IReadOnlyList<IcaRun> group) in IcaRuns.ByDim(runs, method))
            {
                double[] differences =
                [
                    .. group.Where(run => references.ContainsKey((dim, run.Seed, run.DataSeed)))
                        .Select(run => run.TestLogLikelihood - references[(dim, run.Seed, run.DataSeed)].TestLogLikelihood),
                ];
                if (differences.Length > 0)
                {
                    rows.Add(Row(method, reference, dim, differences, comparePaper));
                }
            }
        }

        return rows;
    }

    private static IcaDifferenceRow Row(IcaMethod method, IcaMethod reference, int dim, double[] differences, bool comparePaper)
    {
        var summary = Summary.Of(differences);
        double paper = comparePaper
            ? PublishedIca.TestLogLikelihood(method.Name, dim) - PublishedIca.TestLogLikelihood(reference.Name, dim)
            : double.NaN;
        PaperComparison comparison = PaperComparison.OfPairedDifference(differences, paper);
        return new IcaDifferenceRow(
            $"{method.Name} − {reference.Name}",
            dim,
            differences.Length,
            summary.Mean,
            summary.StandardError,
            paper,
            comparison.Difference,
            comparison.StandardError,
            comparison.Verdict.Word());
    }
}
