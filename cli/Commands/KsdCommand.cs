using Stein.Experiments.GoodnessOfFit;

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
            new Example("stein ksd --samples x.csv --scores s.csv --lower sigma=0", "a parameter that is positive"),
            new Example("stein ksd --samples x.csv --target model.json", "a density that a file describes; missing modes are found too"),
            new Example("stein ksd --samples x.csv --target model.json --compare y.csv", "which of two samples is closer to the model"),
            new Example("stein ksd --samples x.csv --scores s.csv --slices g --out report", "along which directions they differ"),
            new Example("stein ksd --samples x.csv --scores s.csv --independent --test maxsksd,fssd-opt", "other tests beside it"),
            new Example("stein ksd --samples x.csv --estimate-scores stein", "scores estimated from the samples; nothing is tested"))
        {
            Advice = TestAdvice.Of(KsdTests.Names),
        };
        options.AddTo(command);
        command.SetAction(parsed => Run(options.Read(parsed), interruption));
        return command;
    }

    private static int Run(KsdRequest request, Interruption interruption)
    {
        if (request.Output is { } folder)
        {
            OutputFile.RequireAll("--out", folder, KsdOutput.FileNames, request.Inputs);
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
        KsdSamples samples = KsdSupport.Apply(request, KsdSamples.Read(request, progress));
        KsdSamples? others = null;
        if (request.Compare is { } compare)
        {
            KsdRequest other = request with { Files = compare };
            others = KsdSupport.Apply(other, KsdSamples.Read(other, progress));
            KsdComparison.RequireMatch(request, samples, others);
        }

        try
        {
            KsdAnalysis analysis = KsdAnalysis.Compute(request, samples, progress, cancellation);
            return analysis with
            {
                Modes = request.Files.Target is null ? null : KsdModes.Compute(request, samples, progress, cancellation),
                Slices = request.Slices is null ? null : KsdSlices.Compute(request, samples, progress, cancellation),
                Tests = request.Tests.Count == 0 ? null : KsdTests.Compute(request, samples, progress, cancellation),
                Comparison = others is null ? null : KsdComparison.Compute(request, samples, others, progress, cancellation),
            };
        }
        catch (ArgumentException exception)
        {
            throw UsageException.About(request.Files.Subject, exception);
        }
    }
}
