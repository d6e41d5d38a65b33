namespace Stein.Cli.Commands;

/// <summary><c>stein ksd</c>: whether samples come from the density whose score is given.</summary>
internal static class KsdCommand
{
    public static Command Create(Interruption interruption)
    {
        var options = new KsdOptions();
        var command = new CommandWithExamples(
            "ksd",
            "Measures and tests, by kernelised Stein discrepancies, whether samples come from a model of which only the score is needed.",
            new Example("stein ksd --samples x.csv --scores s.csv", "a chain: discrepancy, p-value, and what they cannot see"),
            new Example("stein ksd --samples x.csv --scores s.csv --independent", "samples whose order means nothing"),
            new Example("stein ksd --samples x.csv --scores s.csv --chains 4 --out report", "four chains; tables and figures"),
            new Example("stein ksd --samples x.csv --scores s.csv --check --level 0.01", "exit code 3 if the samples are rejected"),
            new Example("stein ksd --cmdstan-diagnostic 1.csv 2.csv", "two chains of CmdStan, with the gradients that it writes"),
            new Example("stein ksd --samples x.npz --columns 'x*' --score-columns 'g*' --skip 100", "arrays of NumPy, without the burn-in"),
            new Example("stein ksd --samples x.csv --scores s.csv --kernel rbf --bandwidth 0.5,2", "the sum of two kernels"),
            new Example("stein ksd --samples x.csv --estimate-scores stein", "scores estimated from the samples; nothing is tested"));
        options.AddTo(command);
        command.SetAction(parsed => Run(options.Read(parsed), interruption));
        return command;
    }

    private static int Run(KsdRequest request, Interruption interruption)
    {
        if (request.Output is { } folder)
        {
            foreach (string file in KsdOutput.FileNames)
                OutputFile.Require("--out", Path.Combine(folder, file), request.Files.Inputs);
            OutputFolder.Require(("--out", folder));
        }

        using var progress = new PhaseProgress(request.Quiet || request.Json);
        KsdAnalysis analysis = interruption.WaitFor(() => Compute(request, progress, interruption.Token));
        progress.End();
        var output = new KsdOutput(analysis);
        output.Print(output.WriteFiles());
        return request.IsCheck && analysis.IsRejected ? ExitCode.NotReproduced : ExitCode.Success;
    }

    private static KsdAnalysis Compute(KsdRequest request, PhaseProgress progress, CancellationToken cancellation)
    {
        KsdSamples samples = KsdSamples.Read(request, progress);
        try
        {
            return KsdAnalysis.Compute(request, samples, progress, cancellation);
        }
        catch (ArgumentException exception)
        {
            throw UsageException.About(request.Files.Subject, exception);
        }
    }
}
