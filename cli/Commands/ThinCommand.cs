using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Text;
using Stein.Engine.Thinning;
using Stein.Experiments.Samples;
using Stein.Experiments.Thinning;

namespace Stein.Cli.Commands;

/// <summary><c>stein thin</c>: selects the samples that represent a target best.</summary>
internal static class ThinCommand
{
    public static Command Create(Interruption interruption)
    {
        var options = new ThinOptions();
        var command = new CommandWithExamples(
            "thin",
            "Selects few of many samples, such as the states of a Markov chain, that represent a target best: Stein thinning.",
            new Example("stein thin --samples x.csv --scores s.csv --points 40", "40 samples; CSV on standard output"),
            new Example("stein thin --samples x.csv --scores s.csv --points 40 --out thinned", "with a comparison and a figure"),
            new Example("stein thin --samples x.csv --scores s.csv --points 40 --preconditioner sclmed", "another scale of the kernel"),
            new Example("stein thin --samples x.csv --target model.json --points 40", "a target that a file describes"),
            new Example("stein thin --samples x.csv --scores s.csv --points 40 --importance-weights", "and the best weights for them"),
            new Example(
                "stein thin --samples chain.csv --columns a,b --score-columns g_a,g_b --negate-scores --points 40",
                "one file with samples and gradients of the negative log-density"));
        options.AddTo(command);
        command.SetAction(parsed => Run(options.Read(parsed), interruption));
        return command;
    }

    private static int Run(ThinRequest request, Interruption interruption)
    {
        if (request.Output is { } folder)
        {
            if (folder.Length == 0 || File.Exists(folder))
                throw new UsageException($"--out '{folder}': not a folder. Give one, which is made if it is missing.");
            OutputFile.RequireAll("--out", folder, ThinOutput.FileNames, request.Files.Inputs);
        }

        using var progress = new PhaseProgress(request.Quiet || request.Json);

        // There is nothing to save before the end, and a pipe may block.
        ThinOutput result = interruption.WaitFor(() =>
        {
            ThinOutput made = Thin(request, progress);
            progress.End();
            if (request.Output is null)
                made.WriteToPipe();
            return made;
        });
        if (request.Output is { } target)
            result.WriteTo(target);
        result.Report();
        return ExitCode.Success;
    }

    private static ThinOutput Thin(ThinRequest request, PhaseProgress progress)
    {
        SampleTable samples = request.Files.Read();
        if (request.Points > samples.Rows)
        {
            throw new UsageException(
                $"--points {request.Points}: {request.Files.Subject} has {samples.Rows} rows, of which no more can be selected. Give 1 "
                + $"to {samples.Rows}.");
        }

        (int First, int? Second) plane = Plane(request, samples);
        try
        {
            progress.Begin($"preparing {samples.Rows} samples in {samples.Columns} dimensions");
            var thinning = new SteinThinning(samples.Values, samples.Scores!, samples.Columns, request.Settings);
            progress.Begin($"selecting {request.Points} of {samples.Rows} samples");
            ThinnedSamples thinned = thinning.Select(request.Points, progress);
            double[]? weights = null;
            if (request.HasWeights)
            {
                progress.Begin("computing importance weights");
                weights = thinning.Weights(thinned.Rows);
            }

            progress.Begin("comparing with random samples and every k-th one");
            var comparison = new ThinningComparison(thinning, thinned, weights);
            bool isCompared = !request.Quiet || request.Output is not null;
            IReadOnlyList<ThinnedSet> sets = isCompared ? comparison.Sets(request.Seed, progress) : [];
            return new ThinOutput(request, samples, thinning, thinned)
            {
                Weights = weights,
                Sets = sets,
                ReferenceRows = comparison.ReferenceRows,
                Identity = SteinIdentity.Along(samples.Values, samples.Scores!, samples.Columns, chains: null).Mean,
                Plane = plane,
            };
        }
        catch (ArgumentException exception)
        {
            throw UsageException.About(request.Files.Subject, exception);
        }
    }

    /// <summary>The coordinates of the figure, from 0; one alone is drawn over the rows.</summary>
    private static (int First, int? Second) Plane(ThinRequest request, SampleTable samples)
    {
        if (request.Plane is not { } given)
            return samples.Columns == 1 ? (0, null) : (0, 1);
        IReadOnlyList<string> names = samples.CoordinateNames;
        int[] chosen = [.. given.Split(',', StringSplitOptions.TrimEntries).Select(Find)];
        return chosen.Length == 2 && chosen[0] != chosen[1]
            ? (chosen[0], chosen[1])
            : throw new UsageException($"--plane {given}: it must be two different coordinates with a comma between them, as in 1,2");

        int Find(string name)
        {
            for (int column = 0; column < names.Count; column++)
            {
                if (names[column] == name)
                    return column;
            }

            return int.TryParse(name, out int number) && number >= 1 && number <= names.Count
                ? number - 1
                : throw new UsageException(
                    $"--plane {given}: there is no coordinate '{name}'. Did you mean '{EditDistance.Closest(name, names)}'?");
        }
    }
}
