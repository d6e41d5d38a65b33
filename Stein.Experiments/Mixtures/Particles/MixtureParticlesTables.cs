using System.Globalization;
using Stein.Engine.Particles;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>The rows as people are shown them: a table for each quantity and weight, a column a separation.</summary>
internal static class MixtureParticlesTables
{
    private static readonly Quantity[] Quantities =
    [
        new("share", "Share of particles in the other mode", 2, row => (row.Share, row.ShareSe)),
        new("between", "Share of particles stranded between the modes", 2, row => (row.Between, row.BetweenSe)),
        new("mmd", "Squared MMD to an exact sample", 3, row => (row.Mmd, row.MmdSe)),
        new("ksd", "Squared KSD to the target", 4, row => (row.Ksd, row.KsdSe)),
    ];

    /// <summary>The tables with the names of their files.</summary>
    public static IReadOnlyList<(string Name, ReportTable Table)> Of(IReadOnlyList<MixtureParticlesRow> rows) =>
    [
        .. from weight in rows.GroupBy(row => row.Weight)
           from quantity in Quantities
           select ($"{quantity.Name}_weight{Number(weight.Key)}", Of(quantity, [.. weight])),
    ];

    /// <summary>What a reader has to know of the numbers.</summary>
    public static string Caption(IReadOnlyList<StoredRun<MixtureParticlesSettings>> runs, int expected, GridScale? scale)
    {
        string[] conditions =
        [
            .. Common(config => config.Particles, value => $"{value} particles"),
            .. Common(config => config.StartDeviation, value => $"all drawn from N(−m e₁, {Number(value * value)} I) at the start"),
            .. Common(config => config.Iterations, value => $"{value} iterations"),
            .. Common(config => config.StepSize, value => $"steps of Adam of size {Number(value)} √(1 + σ²)"),
            .. Common(config => config.Kernel, value => $"kernel {value}"),
            .. runs.Any(run => ParticleAlgorithm.Find(run.Config.Algorithm).IsAnnealed)
                ? Annealing(runs)
                : [],
        ];
        string target = "The target is π N(−m e₁, I) + (1 − π) N(m e₁, I). ";
        string measures = "In the other mode is what is nearer to m e₁, between the modes |x₁| < m/2. KSD² is the V-statistic with h² = 2D, "
            + "and MMD² the V-statistic of three Gaussian kernels (variances ¼, 1, 4)"
            + string.Concat(Common(config => config.ExactSamples, value => $" against {value} draws")) + ". ";
        string exact = "The exact sample is as many independent draws of the target. ";
        string finished = runs.Count < expected ? $" {runs.Count} of {expected} runs are finished." : "";
        string reduced = scale is GridScale.Quick or GridScale.Test ? " This is a reduced grid." : "";
        return $"{target}{string.Join(", ", conditions)}. {measures}{exact}Mean ± standard error over seeds.{reduced}{finished}";

        IEnumerable<string> Common<T>(Func<MixtureParticlesSettings, T> setting, Func<T, string> text)
        {
            T[] values = [.. runs.Select(run => setting(run.Config)).Distinct()];
            return values.Length == 1 ? [text(values[0])] : [];
        }
    }

    private static string[] Annealing(IReadOnlyList<StoredRun<MixtureParticlesSettings>> runs)
    {
        string first = runs.All(run => run.Config.FirstSigma is null) ? "2m" : "what the row says";
        return
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"annealed: the target exactly smoothed with σ from {first} down to {NoiseSchedule.Last} over {NoiseSchedule.Share:P0} of the iterations, then not"),
        ];
    }

    private static ReportTable Of(Quantity quantity, IReadOnlyList<MixtureParticlesRow> rows)
    {
        double[] separations = [.. rows.Select(row => row.Separation).Distinct().Order()];
        var lines = rows.GroupBy(row => (row.Dimension, row.Label)).OrderBy(line => line.Key.Dimension).ToList();
        return new ReportTable(
            $"{quantity.Title}, π = {Number(rows[0].Weight)}",
            [new("algorithm"), new("D"), .. separations.Select(separation => new ReportColumn($"m = {Number(separation)}"))],
            [
                .. lines.Select(line => (string[])
                    [
                        line.Key.Label,
                        $"{line.Key.Dimension}",
                        .. separations.Select(separation => Cell(quantity, line.FirstOrDefault(row => row.Separation == separation))),
                    ]),
            ]);
    }

    private static string Cell(Quantity quantity, MixtureParticlesRow? row)
    {
        if (row is null)
            return NumberText.Missing;
        (double mean, double error) = quantity.Value(row);
        string text = NumberText.WithError(mean, error, quantity.Decimals);
        return row.Seeds < row.SeedsExpected ? $"{text} ({row.Seeds} of {row.SeedsExpected} seeds)" : text;
    }

    private static string Number(double value) => NumberText.Tick(value);

    private sealed record Quantity(
        string Name, string Title, int Decimals, Func<MixtureParticlesRow, (double Mean, double Error)> Value);
}
