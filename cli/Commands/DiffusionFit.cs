using Stein.Experiments.Diffusion;
using Stein.Experiments.Reports;
using Stein.Experiments.Samples;

namespace Stein.Cli.Commands;

/// <summary>What <c>stein diffusion --data</c> found, for people and for programs.</summary>
/// <param name="Model">The name of the density.</param>
/// <param name="Paths">Where the samples were read from.</param>
/// <param name="Replicates">Of the bootstrap.</param>
internal sealed record DiffusionFit(
    string Model, IReadOnlyList<string> Paths, SampleTable Table, int Replicates, IReadOnlyList<LocationScaleEstimate> Estimates)
{
    /// <summary>What <see cref="WriteTo"/> may write.</summary>
    public static IReadOnlyList<string> FileNames { get; } = ["estimates.csv", CommandProvenance.FileName];

    private string[] Parameters => Table.Columns == 1
        ? ["location", "scale"]
        : [.. Table.CoordinateNames.Select(name => $"location of {name}"), "scale"];

    /// <exception cref="IOException">The folder cannot be written.</exception>
    public IReadOnlyList<string> WriteTo(string folder)
    {
        var rows = from estimate in Estimates
                   from k in Enumerable.Range(0, Parameters.Length)
                   select (Estimate: estimate, Place: k);
        return ReportFiles.Write(
            new Report(
            [
                DataTable.Create(
                    "estimates",
                    rows,
                    new("estimator", row => row.Estimate.Estimator),
                    new("parameter", row => Parameters[row.Place]),
                    new("value", row => row.Estimate.Parameters[row.Place]),
                    new("standard_error", row => At(row.Estimate.Errors, row.Place)),
                    new("bootstrap_error", row => At(row.Estimate.BootstrapErrors, row.Place))),
                CommandProvenance.File("diffusion --data", Summary([])),
            ]),
            folder);
    }

    public object Summary(IReadOnlyList<string> files) => new
    {
        Schema = "stein.diffusion/1",
        Model,
        Samples = Table.Rows,
        Dimension = Table.Columns,
        Input = (object[])[SampleFileOptions.Summary("--data", Paths, Table)],
        BootstrapSamples = Replicates,
        Parameters,
        Estimates = Estimates.Select(estimate => new
        {
            estimate.Estimator,
            Values = estimate.Parameters,
            StandardErrors = estimate.Errors,
            estimate.BootstrapErrors,
        }),
        Files = files,
    };

    public void Print()
    {
        SampleFileOptions.WriteTo(Console.Error, $"--data {string.Join(' ', Paths)}", Table);
        Column<LocationScaleEstimate>.Print(
            $"{Model}, {Table.Rows} samples",
            [
                new("estimator", estimate => estimate.Estimator),
                .. Parameters.SelectMany((name, k) => (Column<LocationScaleEstimate>[])
                [
                    new(name, estimate => SignificantText.WithError(estimate.Parameters[k], At(estimate.Errors, k))),
                    new("± bootstrap", estimate => SignificantText.Number(At(estimate.BootstrapErrors, k))),
                ]),
            ],
            Estimates);
        Terminal.Text.WriteLine(
            "± are standard errors: beside the estimates by the sandwich formula, where the loss has second derivatives"
            + (Replicates == 0 ? "." : $", and by {Replicates} bootstrap samples.")
            + " Where the diffusion forms differ from the others by more than that, a few samples move the others.");
    }

    private static double At(double[] errors, int place) => errors.Length == 0 ? double.NaN : errors[place];
}
