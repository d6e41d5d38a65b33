using System.Text.Json;
using Stein.Cli.Running;
using Stein.Experiments.Files;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports;

namespace Stein.Cli.Commands;

/// <summary>What <c>stein ksd</c> prints and writes.</summary>
internal sealed class KsdOutput(KsdAnalysis analysis)
{
    private const int MaxAxes = 10;

    /// <summary>The files in the folder, of which some are there only where their part was computed.</summary>
    public static IReadOnlyList<string> FileNames { get; } =
    [
        "summary.md", "discrepancy.csv", "stein-identity.csv", "cumulative.csv", "cumulative.png", "cumulative.svg", "figures.md",
        CommandProvenance.FileName, "influence.csv", "influence.png", "influence.svg", "chains.csv", "chains.png", "chains.svg",
        "components.csv", "noise.csv", "slices.csv", "slices.png", "slices.svg", "tests.csv", "comparison.csv",
    ];

    private static readonly Axis Samples = new("Samples") { Scale = Scale.Log10, Ticks = Ticks.Decades };
    private static readonly Axis Discrepancy = new("KSD²") { Scale = Scale.Log10, Ticks = Ticks.Decades };

    private readonly IReadOnlyList<(string Part, string Text)> verdicts = KsdVerdicts.Of(analysis);

    /// <summary>Writes the folder, if there is one to be written.</summary>
    /// <returns>The paths of the files.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public IReadOnlyList<string> WriteFiles()
        => analysis.Request.Output is { } folder ? ReportFiles.Write(Report(), folder) : [];

    /// <summary>Tables and verdicts, or a line of JSON.</summary>
    public void Print(IReadOnlyList<string> files)
    {
        KsdRequest request = analysis.Request;
        if (request.Json)
        {
            Terminal.Text.WriteLine(JsonSerializer.Serialize(Summary(files), JsonFormat.Line));
            return;
        }

        if (request.Quiet)
            return;
        SampleFileOptions.WriteTo(Console.Error, request.Files.Subject, analysis.Samples.Table);
        Column<KsdRow>.Print(
            $"Kernelised Stein discrepancy of {analysis.Samples.Count} samples, D = {analysis.Samples.Dimension}, {request.Kernel}",
            [
                new("bandwidth", row => Bandwidths(row)),
                new("KSD² (U)", row => SignificantText.WithError(row.U, row.StandardError)),
                new("KSD² (V)", row => SignificantText.Number(row.V)),
                new("p", row => NumberText.Fixed(row.PValue, 4)),
            ],
            analysis.Rows);
        KsdAxis[] shown = [.. analysis.Coordinates.OrderByDescending(axis => Math.Abs(axis.Identity.Ratio - 1)).Take(MaxAxes)];
        Column<KsdAxis>.Print(
            shown.Length < analysis.Coordinates.Count
                ? $"Stein identity, the {MaxAxes} of {analysis.Coordinates.Count} coordinates farthest from 1"
                : "Stein identity, 1 under the model",
            [
                new("coordinate", axis => axis.Name),
                new("ratio", axis => NumberText.Fixed(axis.Identity.Ratio, 3)),
                new("95 % interval", axis =>
                    $"{NumberText.Fixed(axis.Identity.Interval.Low, 3)} to {NumberText.Fixed(axis.Identity.Interval.High, 3)}"),
                new("effective samples", axis => NumberText.Fixed(axis.EffectiveSamples, 0)),
            ],
            shown);
        if (analysis.Chains.Count > 0)
        {
            Column<KsdChain>.Print(
                "Chains",
                [
                    new("chain", chain => $"{chain.Chain}"),
                    new("samples", chain => $"{chain.Samples}"),
                    new("KSD² (U)", chain => SignificantText.WithError(chain.U, chain.StandardError)),
                ],
                analysis.Chains);
        }

        analysis.Modes?.Print();
        analysis.Slices?.Print();
        analysis.Tests?.Print();
        analysis.Comparison?.Print();
        foreach ((string part, string text) in verdicts)
            Terminal.Text.WriteLine($"{part}: {text}");
        if (files.Count > 0)
            Terminal.Text.WriteLine($"{files.Count} files (tables, influence, figures, provenance) are in {request.Output}");
    }

    private static string Bandwidths(KsdRow row)
        => string.Join(" + ", row.Kernel.Bandwidths.Select(bandwidth => $"{bandwidth:G4}")) + (row.Factor == 1 ? "" : $" (×{row.Factor})");

    private object Summary(IReadOnlyList<string> files)
    {
        KsdRequest request = analysis.Request;
        return new
        {
            Schema = "stein.ksd/1",
            Samples = analysis.Samples.Count,
            Dimension = analysis.Samples.Dimension,
            Input = request.Files.Summary(analysis.Samples.Table),
            Chains = request.IsIndependent ? (int?)null : analysis.Samples.Chains.Starts.Count,
            request.Kernel,
            Bandwidths = analysis.Rows.Single(row => row.Factor == 1).Kernel.Bandwidths,
            BandwidthChosenBy = request.Bandwidths.Length > 0 ? "given" : "median",
            ScoresEstimatedBy = request.Estimator?.Name,
            Target = request.Files.Target is { } target ? new { File = target.Path, target.Type } : null,
            request.Lower,
            request.Upper,
            analysis.Samples.IsTransformed,
            Discrepancies = analysis.Rows.Select(row => new
            {
                row.Factor,
                row.Kernel.Bandwidths,
                row.U,
                USe = row.StandardError,
                row.V,
                P = row.PValue,
            }),
            Incomplete = Estimate(analysis.Incomplete),
            Blocks = Estimate(analysis.Blocks),
            P = analysis.Test.AggregatedPValue,
            POfAllTests = analysis.PValue,
            Rejected = request.Estimator is null ? analysis.IsRejected : (bool?)null,
            request.Level,
            Replicates = request.Replicates,
            ReplicatesBy = request.IsIndependent ? "multinomial" : "wild",
            analysis.Test.FlipProbability,
            AutocorrelationTime = analysis.Test.Autocorrelation?.Time,
            SamplesTested = analysis.Tested,
            request.Seed,
            SteinIdentity = Axis(new("mean", analysis.Identity, double.NaN)),
            Coordinates = analysis.Coordinates.Select(Axis),
            PrincipalAxes = analysis.PrincipalAxes.Select(Axis),
            EachChain = analysis.Chains.Select(chain => new { chain.Chain, chain.Samples, chain.U, USe = chain.StandardError }),
            Modes = analysis.Modes?.Summary(),
            Slices = analysis.Slices?.Summary(),
            Tests = analysis.Tests?.Summary(),
            Comparison = analysis.Comparison?.Summary(),
            Verdicts = verdicts.Select(verdict => new { verdict.Part, verdict.Text }),
            Files = files,
        };

        static object? Estimate(Engine.GoodnessOfFit.SteinEstimate? estimate)
            => estimate is null ? null : new { U = estimate.Value, USe = estimate.StandardError, estimate.Pairs };

        static object Axis(KsdAxis axis) => new
        {
            axis.Name,
            axis.Identity.Ratio,
            axis.Identity.Interval.Low,
            axis.Identity.Interval.High,
            axis.EffectiveSamples,
        };
    }

    private Report Report()
    {
        KsdAxis[] axes = [.. analysis.Coordinates, .. analysis.PrincipalAxes];
        List<Section> sections =
        [
            new Prose(
                "summary",
                $"Kernelised Stein discrepancy of {analysis.Samples.Count} samples",
                string.Join("\n\n", verdicts.Select(verdict => $"**{verdict.Part}**: {verdict.Text}"))),
            DataTable.Create(
                "discrepancy",
                analysis.Rows,
                new("factor", row => row.Factor),
                new("bandwidths", row => string.Join(' ', row.Kernel.Bandwidths.Select(bandwidth => bandwidth.ToString("R")))),
                new("u", row => row.U),
                new("u_se", row => row.StandardError),
                new("v", row => row.V),
                new("p", row => row.PValue)),
            DataTable.Create(
                "stein-identity",
                axes,
                new("axis", axis => axis.Name),
                new("ratio", axis => axis.Identity.Ratio),
                new("low", axis => axis.Identity.Interval.Low),
                new("high", axis => axis.Identity.Interval.High),
                new("effective_samples", axis => axis.EffectiveSamples)),
            DataTable.Create(
                "cumulative", analysis.Cumulative, new("samples", point => point.Samples), new("ksd_squared", point => point.Value)),
            analysis.Influence is null ? BlockFigure() : CumulativeFigure(),
            CommandProvenance.File("ksd", Summary([])),
        ];
        if (analysis.Influence is { } influence)
            sections.AddRange(Influence(influence));
        if (analysis.Chains.Count > 0)
        {
            sections.Add(DataTable.Create(
                "chains",
                analysis.Chains,
                new("chain", chain => chain.Chain),
                new("samples", chain => chain.Samples),
                new("u", chain => chain.U),
                new("u_se", chain => chain.StandardError)));
            sections.Add(ChainFigure());
        }

        sections.AddRange(analysis.Modes?.Sections() ?? []);
        sections.AddRange(analysis.Slices?.Sections() ?? []);
        sections.AddRange(analysis.Tests?.Sections() ?? []);
        sections.AddRange(analysis.Comparison?.Sections() ?? []);
        return new Report(sections);
    }

    private Figure BlockFigure() => new(
        "cumulative",
        "The mean of the U-statistics of the first blocks of samples, which is about 0 for samples of the model.",
        new Axis("Samples"),
        new Axis("KSD²"),
        [
            new Rule("0", SeriesStyle.Reference, 0),
            new Series(
                "mean of the first blocks",
                SeriesStyle.Of(0),
                [.. analysis.Cumulative.Select(point => new Point(point.Samples, point.Value))])
            {
                HasMarkers = false,
            },
        ]);

    private Figure CumulativeFigure() => new(
        "cumulative",
        "The squared discrepancy (V-statistic) of the first samples, and its mean for samples of the model with the same autocorrelation, "
        + "which falls like 1/N.",
        Samples,
        Discrepancy,
        [
            Expected(analysis.Cumulative),
            new Series(
                "first samples", SeriesStyle.Of(0), [.. analysis.Cumulative.Select(point => new Point(point.Samples, point.Value))])
            {
                HasMarkers = false,
            },
        ]);

    private Figure ChainFigure()
    {
        const int MaxChains = 8;
        return new(
            "chains",
            "The squared discrepancy (V-statistic) of the first samples of each chain"
            + (analysis.Chains.Count > MaxChains ? $", the first {MaxChains} of {analysis.Chains.Count} chains" : "")
            + ", and its mean for samples of the model with the same autocorrelation, which falls like 1/N.",
            Samples,
            Discrepancy,
            [
                .. analysis.Influence is null ? [] : (Layer[])[Expected(analysis.Chains.MaxBy(chain => chain.Samples)!.Cumulative)],
                .. analysis.Chains.Take(MaxChains).Select((chain, index) => new Series(
                    $"chain {chain.Chain}",
                    SeriesStyle.Of(index),
                    [.. chain.Cumulative.Select(point => new Point(point.Samples, point.Value))])
                {
                    HasMarkers = false,
                    LegendRank = index,
                }),
            ]);
    }

    /// <summary>The mean of the V-statistic under the model, <c>τ E u(x, x)/n</c>, at most E u(x, x).</summary>
    private Series Expected(IReadOnlyList<(int Samples, double Value)> points)
    {
        KsdRow row = analysis.Rows.Single(each => each.Factor == 1);
        double diagonal = (analysis.Samples.Count * row.V) - ((analysis.Samples.Count - 1) * row.U);
        double time = analysis.Test.Autocorrelation?.Time ?? 1;

        // The time is in steps of the samples that were tested.
        double all = 1 + ((time - 1) * analysis.Samples.Count / analysis.Tested);
        return new(
            "samples of the model",
            SeriesStyle.Reference,
            [.. points.Select(point => new Point(point.Samples, diagonal * Math.Min(1, all / point.Samples)))])
        {
            HasMarkers = false,
            LineWidth = 1.4f,
            LegendRank = 1000,
        };
    }

    /// <summary>The contributions of all samples, and a figure of at most 2 000, the largest among them.</summary>
    private IEnumerable<Section> Influence(double[] influence)
    {
        const int MaxPoints = 2000;
        yield return DataTable.Create(
            "influence",
            influence.Index(),
            new("sample", item => item.Index + 1),
            new("influence", item => item.Item)) with
        {
            IsInJson = false,
        };
        var shown = influence.Index().OrderByDescending(item => Math.Abs(item.Item)).Take(MaxPoints);
        yield return new Figure(
            "influence",
            "What each sample contributes to the U-statistic, the mean of its Stein kernel with all others. Of more than 2000 samples the "
            + "largest contributions are shown."
            + (analysis.Chains.Count > 0 ? " Vertical lines are between chains." : ""),
            new Axis("Sample") { Margin = 0.01 },
            new Axis("Contribution to KSD²"),
            [
                new Rule("", SeriesStyle.Outline, 0) { LineWidth = 1 },
                .. analysis.Samples.Chains.Starts.Skip(1).Select(
                    start => new Rule("", SeriesStyle.Reference, start + 0.5) { IsVertical = true, LineWidth = 1 }),
                new Series("", SeriesStyle.Of(0), [.. shown.Select(item => new Point(item.Index + 1, item.Item))])
                {
                    HasLine = false,
                    MarkerSize = 4,
                },
            ]);
    }
}
