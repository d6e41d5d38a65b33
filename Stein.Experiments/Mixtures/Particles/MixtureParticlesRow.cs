using System.Text.Json.Nodes;
using CsvHelper;
using MathNet.Numerics.Distributions;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>A row of <c>particles.csv</c>: the finished seeds of one cell of the grid, with means and their standard errors.</summary>
/// <param name="Algorithm">An id of <see cref="ParticleAlgorithm"/>; <c>exact</c> for as many independent draws of the target.</param>
/// <param name="Variant">What else in the config differs between the runs of the report, <c>kernel=imq</c>; empty for nothing.</param>
/// <param name="Dimension">D.</param>
/// <param name="Separation">m.</param>
/// <param name="Weight">π, of the mode in which the particles start.</param>
/// <param name="Seeds">Finished seeds.</param>
/// <param name="SeedsExpected">Seeds of the plan.</param>
/// <param name="Share">Of the particles that are nearer to the other mode.</param>
/// <param name="ShareSe">Its standard error over the seeds.</param>
/// <param name="ShareTruth">Its expectation under the target, <c>π Φ(−m) + (1 − π) Φ(m)</c>.</param>
/// <param name="Between">The share with <c>|x₁| &lt; m/2</c>.</param>
/// <param name="BetweenSe">Its standard error.</param>
/// <param name="BetweenTruth">Its expectation under the target, <c>Φ(3m/2) − Φ(m/2)</c>.</param>
/// <param name="Ksd">The squared KSD to the target (V-statistic, h² = 2D).</param>
/// <param name="KsdSe">Its standard error.</param>
/// <param name="Mmd">The squared MMD to an exact sample (V-statistic, the sum over three Gaussian kernels).</param>
/// <param name="MmdSe">Its standard error.</param>
[CsvRecord]
internal sealed partial record MixtureParticlesRow(
    [CsvColumn("algorithm")] string Algorithm,
    [CsvColumn("variant")] string Variant,
    [CsvColumn("dimension")] int Dimension,
    [CsvColumn("separation")] double Separation,
    [CsvColumn("weight")] double Weight,
    [CsvColumn("seeds")] int Seeds,
    [CsvColumn("seeds_expected")] int SeedsExpected,
    [CsvColumn("share")] double Share,
    [CsvColumn("share_se")] double ShareSe,
    [CsvColumn("share_truth")] double ShareTruth,
    [CsvColumn("between")] double Between,
    [CsvColumn("between_se")] double BetweenSe,
    [CsvColumn("between_truth")] double BetweenTruth,
    [CsvColumn("ksd")] double Ksd,
    [CsvColumn("ksd_se")] double KsdSe,
    [CsvColumn("mmd")] double Mmd,
    [CsvColumn("mmd_se")] double MmdSe)
{
    /// <summary>Keys of the config that have columns of their own, or are summed over.</summary>
    private static readonly string[] OwnColumns = ["algorithm", "dimension", "separation", "weight", "seed"];

    /// <summary>What of the other keys an exact sample depends on.</summary>
    private static readonly string[] ExactKeys = ["particles", "kernel", "exact_samples"];

    /// <summary>The algorithm and the variant, for people.</summary>
    public string Label
    {
        get
        {
            string name = Algorithm == ParticleAlgorithm.Exact.Id ? ParticleAlgorithm.Exact.Name : ParticleAlgorithm.Find(Algorithm).Name;
            return Variant.Length == 0 ? name : $"{name} ({Variant})";
        }
    }

    /// <summary>
    /// The rows of the finished runs, by weight, dimension and separation; in each the algorithms in the order of the plan, then the
    /// exact sample.
    /// </summary>
    /// <param name="plan">Finished or not.</param>
    /// <param name="runs">Finished runs of it.</param>
    public static IReadOnlyList<MixtureParticlesRow> Of(
        IReadOnlyList<RunConfig> plan, IReadOnlyList<StoredRun<MixtureParticlesSettings>> runs)
    {
        string[] differing = [.. Differing(plan)];
        ILookup<Cell, RunConfig> planned = plan.ToLookup(run => CellOf(run, differing));
        ILookup<Cell, RunConfig> plannedExact = plan.ToLookup(run => ExactCellOf(run, differing));
        MixtureParticlesRow[] rows =
        [
            .. from cell in runs.GroupBy(run => CellOf(run.Run, differing))
               select Row(cell.Key, [.. cell], planned[cell.Key], prefix: ""),
            .. from cell in runs.GroupBy(run => ExactCellOf(run.Run, differing))
               select Row(
                   cell.Key, [.. cell.DistinctBy(run => run.Config.Seed)], plannedExact[cell.Key], MixtureParticlesRun.ExactPrefix),
        ];
        return [.. rows.OrderBy(row => row.Weight).ThenBy(row => row.Dimension).ThenBy(row => row.Separation).ThenBy(row => row.Variant)];
    }

    private static MixtureParticlesRow Row(
        Cell cell, IReadOnlyList<StoredRun<MixtureParticlesSettings>> runs, IEnumerable<RunConfig> planned, string prefix)
    {
        (double m, double weight) = (cell.Separation, cell.Weight);
        Summary share = Over(MixtureParticlesRun.Share);
        Summary between = Over(MixtureParticlesRun.Between);
        Summary discrepancy = Over(MixtureParticlesRun.Discrepancy);
        Summary meanDiscrepancy = Over(MixtureParticlesRun.MeanDiscrepancy);
        return new(
            cell.Algorithm,
            cell.Variant,
            cell.Dimension,
            m,
            weight,
            runs.Count,
            planned.DistinctBy(run => ((MixtureParticlesSettings)run.Config).Seed).Count(),
            share.Mean,
            share.StandardError,
            (weight * Normal.CDF(0, 1, -m)) + ((1 - weight) * Normal.CDF(0, 1, m)),
            between.Mean,
            between.StandardError,
            Normal.CDF(0, 1, 1.5 * m) - Normal.CDF(0, 1, 0.5 * m),
            discrepancy.Mean,
            discrepancy.StandardError,
            meanDiscrepancy.Mean,
            meanDiscrepancy.StandardError);

        Summary Over(string name) => Summary.Of([.. runs.Select(run => run.Number(prefix + name))]);
    }

    /// <summary>The keys without a column of which the plan has several values.</summary>
    private static IEnumerable<string> Differing(IReadOnlyList<RunConfig> plan)
    {
        JsonObject[] configs = [.. plan.Select(run => run.Canonical)];
        return from key in configs.SelectMany(config => config.Select(entry => entry.Key)).Distinct()
               where !OwnColumns.Contains(key)
               where configs.Select(config => Text(config[key])).Distinct().Count() > 1
               select key;
    }

    private static Cell CellOf(RunConfig run, IReadOnlyList<string> differing)
    {
        var config = (MixtureParticlesSettings)run.Config;
        return new(config.Algorithm, VariantOf(run, differing), config.Dimension, config.Separation, config.Weight);
    }

    private static Cell ExactCellOf(RunConfig run, IReadOnlyList<string> differing) => CellOf(run, []) with
    {
        Algorithm = ParticleAlgorithm.Exact.Id,
        Variant = VariantOf(run, [.. differing.Intersect(ExactKeys)]),
    };

    private static string VariantOf(RunConfig run, IReadOnlyList<string> differing)
    {
        if (differing.Count == 0)
            return "";
        JsonObject config = run.Canonical;
        return string.Join(", ", differing.Where(key => config[key] is not null).Select(key => $"{key}={Text(config[key])}"));
    }

    private static string Text(JsonNode? value) => value?.ToString() ?? "";

    private sealed record Cell(string Algorithm, string Variant, int Dimension, double Separation, double Weight);
}
