using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>Writes everything that is made from finished runs of particles.</summary>
internal static class MixtureParticlesReport
{
    /// <summary>The separation of the examples, or whichever there is nearest to it.</summary>
    private const double ExampleSeparation = 5;

    /// <summary>
    /// Writes <c>particles.csv</c>; for each weight the tables <c>share</c>, <c>between</c>, <c>mmd</c> and <c>ksd</c> as Markdown and LaTeX;
    /// for each weight and dimension the figure <c>share_D{dim}_weight{π}</c>; and for one and two dimensions the figure
    /// <c>example_D{dim}</c> of the final particles, whose numbers are in <c>examples.csv</c>. Figures are PNG and SVG.
    /// </summary>
    /// <param name="request">Where to, and what is expected.</param>
    /// <param name="runs">Finished runs, at least one.</param>
    /// <exception cref="IOException">The folder cannot be written, or the positions of a run cannot be read.</exception>
    public static ReportOutcome Write(ReportRequest request, IReadOnlyList<StoredRun<MixtureParticlesSettings>> runs)
    {
        RunConfig[] plan = [.. request.Plan.Where(run => run.Config is MixtureParticlesSettings)];
        IReadOnlyList<MixtureParticlesRow> rows = MixtureParticlesRow.Of(plan, runs);
        var written = new List<string>();
        WriteCsv("particles.csv", rows);
        string caption = MixtureParticlesTables.Caption(runs, plan.Length, request.Scale);
        IReadOnlyList<(string Name, ReportTable Table)> tables = MixtureParticlesTables.Of(rows);
        foreach ((string name, ReportTable table) in tables)
            written.AddRange(TableFiles.Write(request.Folder, name, table, caption));
        foreach (var panel in rows.GroupBy(row => (row.Dimension, row.Weight)))
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"share_D{panel.Key.Dimension}_weight{panel.Key.Weight}");
            written.AddRange(Canvas.Save(MixtureParticlesFigures.DrawShare([.. panel]), request.Folder, name));
        }

        IReadOnlyList<ParticleExample> examples = [.. Examples(runs, dimension: 1), .. Examples(runs, dimension: 2)];
        WriteCsv("examples.csv", [.. examples.SelectMany(example => example.Points())]);
        foreach (IGrouping<int, ParticleExample> figure in examples.GroupBy(example => example.Settings.Dimension))
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"example_D{figure.Key}");
            written.AddRange(Canvas.Save(MixtureParticlesFigures.DrawExamples([.. figure]), request.Folder, name));
        }

        return new ReportOutcome(written, runs.Count, request.Plan.Count, [])
        {
            Tables = [.. tables.Select(table => table.Table)],
            Data = new JsonObject { ["particles"] = JsonSerializer.SerializeToNode(rows, JsonFormat.Line) },
        };

        void WriteCsv<TRow>(string name, IReadOnlyCollection<TRow> content)
        {
            if (content.Count == 0)
                return;
            string path = Path.Combine(request.Folder, name);
            CsvFile.Write(path, content);
            written.Add(path);
        }
    }

    /// <summary>A run of each algorithm in a dimension, alike in all else: the first of those nearest to the separation.</summary>
    private static IEnumerable<ParticleExample> Examples(IReadOnlyList<StoredRun<MixtureParticlesSettings>> runs, int dimension)
    {
        StoredRun<MixtureParticlesSettings>? first = runs.Where(run => run.Config.Dimension == dimension)
            .OrderBy(run => Math.Abs(run.Config.Separation - ExampleSeparation))
            .FirstOrDefault();
        return first is null
            ? []
            : from id in ParticleAlgorithm.Ids
              let alike = runs.FirstOrDefault(run => run.Config with { FirstSigma = null } == first.Config with
              {
                  FirstSigma = null,
                  Algorithm = id,
              })
              where alike is not null
              select ParticleExample.Of(alike);
    }
}

/// <summary>A run with its final particles.</summary>
/// <param name="Settings">Of the run.</param>
/// <param name="Positions">N×D, row-major.</param>
internal sealed record ParticleExample(MixtureParticlesSettings Settings, double[] Positions)
{
    /// <summary>The example of a stored run.</summary>
    public static ParticleExample Of(StoredRun<MixtureParticlesSettings> run)
    {
        string path = Path.Combine(run.Folder, MixtureParticlesRun.PositionsFile);
        return new(
            run.Config,
            [
                .. File.ReadLines(path).Skip(1).SelectMany(line => line.Split(','))
                    .Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)),
            ]);
    }

    /// <summary>The rows of <c>examples.csv</c>.</summary>
    public IEnumerable<ParticleExamplePoint> Points()
    {
        for (int index = 0; index < Positions.Length; index += Settings.Dimension)
        {
            yield return new(
                Settings.Algorithm,
                Settings.Dimension,
                Settings.Separation,
                Settings.Weight,
                Settings.Seed,
                index / Settings.Dimension,
                Positions[index],
                Settings.Dimension == 1 ? double.NaN : Positions[index + 1]);
        }
    }
}

/// <summary>A row of <c>examples.csv</c>.</summary>
[CsvRecord]
internal sealed partial record ParticleExamplePoint(
    [CsvColumn("algorithm")] string Algorithm,
    [CsvColumn("dimension")] int Dimension,
    [CsvColumn("separation")] double Separation,
    [CsvColumn("weight")] double Weight,
    [CsvColumn("seed")] uint Seed,
    [CsvColumn("particle")] int Particle,
    [CsvColumn("x1")] double X1,
    [CsvColumn("x2")] double X2);
