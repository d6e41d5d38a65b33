using System.Text.Json;
using Stein.Engine.IndependentComponents;
using Stein.Engine.Samples;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Samples;
using Stein.Experiments.Separation;

namespace Stein.Cli.Commands;

/// <summary>
/// <c>stein ica --data</c>: separates mixed signals in people's own files. It shares its name with the experiment but none of its options,
/// and is a command of its own: <see cref="DataRoute"/> tells the two apart.
/// </summary>
internal static class IcaDataCommand
{
    /// <summary>The name that people type.</summary>
    private const string Typed = "ica --data";

    /// <param name="interruption">Stops what runs.</param>
    /// <param name="experiment">The command of the experiment, whose options are refused here and which tells of this one.</param>
    public static Command Create(Interruption interruption, Command? experiment)
    {
        var options = new IcaDataOptions();
        var command = new CommandWithExamples(
            DataRoute.CommandOf("ica"),
            "Separates signals that are mixed in the columns of your own file: independent component analysis by maximum likelihood, with "
            + "FastICA and Stein discrepancies for comparison.",
            new Example("stein ica --data x.csv", "maximum likelihood, with a density chosen for each source"),
            new Example("stein ica --data x.csv --out separated", "and sources, matrices and figures in the folder separated"),
            new Example("stein ica --data x.csv --method mle,fastica,maxsksd", "three methods compared on rows held out"),
            new Example("stein ica --data x.csv --base student-t --degrees-of-freedom 3", "the same density for all sources"),
            new Example("stein ica --data x.csv --components 5", "the five largest principal components only"),
            new Example("stein ica --example speech --out speech", "writes mixtures of known signals to try it on"),
            new Example("stein ica --data speech/mixtures.csv --true-mixing speech/mixing.csv", "and how far it is from the truth"))
        {
            Hidden = true,
            Typed = Typed,
        };
        foreach (Option option in options.All)
            command.Options.Add(option);
        Option<string[]>[] refused = experiment is null ? [] : [.. Refused(experiment, options)];
        foreach (Option<string[]> option in refused)
            command.Options.Add(option);
        if (experiment is not null)
            Advertise(experiment);
        command.SetAction(parsed =>
        {
            if (Array.Find(refused, option => parsed.GetResult(option) is not null) is { } stray)
            {
                string name = parsed.GetResult(stray)!.IdentifierToken?.Value ?? stray.Name;
                throw new UsageException(
                    $"{name}: it belongs to the experiment, stein ica without --data, and has no effect here. Leave it out.");
            }

            return Run(options.Read(parsed), interruption);
        });
        return command;
    }

    /// <summary>The options that only the experiment has.</summary>
    private static IEnumerable<Option<string[]>> Refused(Command experiment, IcaDataOptions options)
    {
        HashSet<string> own = [.. options.All.SelectMany(option => option.Aliases.Append(option.Name))];
        return from option in experiment.Options
               where !own.Contains(option.Name) && option is not System.CommandLine.Help.HelpOption
               select new Option<string[]>(option.Name, [.. option.Aliases.Where(alias => !own.Contains(alias))])
               {
                   Hidden = true,
                   Arity = ArgumentArity.ZeroOrMore,
                   AllowMultipleArgumentsPerToken = true,
               };
    }

    /// <summary>Shows the options by which this command is known among those of the experiment.</summary>
    private static void Advertise(Command experiment)
    {
        experiment.Options.Add(Values.Text(
            "--data", "file", "separates the signals in a file of your own instead of the experiment; see stein ica --data --help"));
        experiment.Options.Add(Values.Choice(
            "--example", "writes mixtures of known signals to try that on; see stein ica --data --help", SignalExample.Names));
    }

    private static int Run(IcaDataRequest request, Interruption interruption)
    {
        if (request.Example is not null)
            return WriteExample(request);
        if (request.Output is { } folder)
        {
            OutputFile.RequireAll(
                "--out",
                folder,
                IcaDataOutput.FileNames,
                [.. request.Data.Select(path => ("--data", (string?)path)), ("--true-mixing", request.TrueMixing)]);
            OutputFolder.Require(("--out", folder));
        }

        using var progress = new PhaseProgress(request.Quiet || request.Json);
        IcaDataOutput output = interruption.WaitFor(() => Separate(request, progress, interruption.Token));
        progress.End();
        output.Print(output.WriteFiles());
        return ExitCode.Success;
    }

    private static IcaDataOutput Separate(IcaDataRequest request, PhaseProgress progress, CancellationToken cancellation)
    {
        progress.Begin("reading");
        SampleTable table = SampleFileOptions.Open("--data", request.Data, request.Files);
        if (request.ImageWidth is { } width && table.Rows % width != 0)
        {
            throw new UsageException(
                $"--image-width {width}: {request.Subject} has {table.Rows} rows, which are not lines of {width} pixels");
        }

        double[,]? truth = request.TrueMixing is { } path ? Truth(path, request, table) : null;
        progress.Begin("checking the columns");
        IReadOnlyList<string> remarks = IcaDataChecks.Require(request, table);
        table = table with { Notes = [.. table.Notes, .. remarks] };
        try
        {
            var separation = Separation.Compute(
                table.Values, table.Columns, request.Settings, truth, progress.Begin, progress, cancellation);
            return new IcaDataOutput(request, table, separation);
        }
        catch (ArgumentException exception)
        {
            throw UsageException.About(request.Subject, exception);
        }
    }

    private static double[,] Truth(string path, IcaDataRequest request, SampleTable data)
    {
        SampleTable table = SampleFileOptions.Open(
            "--true-mixing", path, new SampleTableOptions { Header = request.Files.Header, DecimalMark = request.Files.DecimalMark });
        int sources = request.Settings.Components ?? data.Columns;
        if (table.Rows != data.Columns || table.Columns != sources)
        {
            throw new UsageException(
                $"--true-mixing {path}: it has {table.Rows}×{table.Columns} numbers (rows×columns); it must have {data.Columns}×{sources}: "
                + $"one row for each column of {request.Subject}, and one column for each source.");
        }

        var mixing = new double[table.Rows, table.Columns];
        for (int i = 0; i < table.Values.Length; i++)
            mixing[i / table.Columns, i % table.Columns] = table.Values[i];
        if (ColumnDependence.Find([.. table.Values, .. Enumerable.Repeat(0.0, table.Columns)], table.Columns) is { } dependence
            && !dependence.IsNone(table.Columns))
        {
            throw new UsageException(
                $"--true-mixing {path}: its columns depend on one another (rank {dependence.Rank} of {table.Columns}), so that no "
                + "matrix separates these sources");
        }

        return mixing;
    }

    private static int WriteExample(IcaDataRequest request)
    {
        string folder = request.Output!;
        OutputFolder.Require(("--out", folder));
        var example = SignalExample.Create(request.Example!, request.Settings.Seed);
        IReadOnlyList<string> files = ReportFiles.Write(
            new Report(
            [
                Table("mixtures", "x", example.Mixtures),
                Table("sources", "s", example.Sources),
                Table("mixing", "s", example.Mixing),
                CommandProvenance.File("ica --example", new { request.Example, request.Settings.Seed }),
            ]),
            folder);
        var summary = new { Schema = "stein.ica.example/1", request.Example, request.Settings.Seed, Files = files };
        if (request.Json)
            Terminal.Text.WriteLine(JsonSerializer.Serialize(summary, JsonFormat.Line));
        else if (!request.Quiet)
            Terminal.Text.WriteLine($"{example.Meaning}: {string.Join(", ", files.Select(Path.GetFileName))} are in {folder}");
        return ExitCode.Success;

        static DataTable Table(string name, string prefix, double[,] values) => new(
            name,
            [.. Enumerable.Range(1, values.GetLength(1)).Select(column => $"{prefix}{column}")],
            [
                .. Enumerable.Range(0, values.GetLength(0)).Select(row => (IReadOnlyList<object?>)
                    [.. Enumerable.Range(0, values.GetLength(1)).Select(column => (object?)values[row, column])]),
            ]);
    }
}
