using Stein.Experiments.Reports;
using Stein.Experiments.Separation;

namespace Stein.Cli.Commands;

/// <summary>What the numbers of <c>stein ica --data</c> mean, a sentence or two for each part.</summary>
internal static class IcaDataVerdicts
{
    /// <summary>Starts nearer to one another than this found the same sources.</summary>
    private const double SameSources = 0.01;

    /// <summary>A source is told from a normal one by so many standard errors.</summary>
    private const double Errors = 2;

    /// <summary>Each with a word for the part that it is about.</summary>
    public static IReadOnlyList<(string Part, string Text)> Of(Separation separation, SeparationSettings settings)
    {
        List<(string, string)> verdicts = [];
        foreach (SeparatedModel model in separation.Models)
            verdicts.Add(("convergence", Convergence(model, settings)));
        SeparatedModel first = separation.Models[0];
        if (first.Starts.Count > 1)
            verdicts.Add(("starts", Starts(first)));
        verdicts.Add(("sources", Sources(first)));
        if (separation.Preparation.Components < separation.Preparation.Dimension)
            verdicts.Add(("components", Components(separation)));
        verdicts.Add(("held out", HeldOut(separation, settings)));
        return verdicts;
    }

    private static string Convergence(SeparatedModel model, SeparationSettings settings)
    {
        string norm = $"‖I + E[ψ(z) zᵀ]‖ is {SignificantText.Number(model.GradientNorm)}";
        string tolerance = SignificantText.Number(settings.Tolerance);
        return (model.Method, model.IsConverged) switch
        {
            (SeparationSettings.MaximumLikelihood, true) =>
                $"mle has converged: {norm}, within {tolerance}, after {model.Iterations} steps. It is 0 at the maximum of the "
                + "likelihood.",
            (SeparationSettings.MaximumLikelihood, _) =>
                $"mle has NOT converged: {norm}, above {tolerance}, after {model.Iterations} steps. Its matrices are not the maximum "
                + "of the likelihood. Give a larger --max-iterations; many equal or rounded values, or too few rows, prevent it too.",
            (SeparationSettings.FastIca, true) =>
                $"fastica has converged by its own criterion after {model.Iterations} steps. It does not maximise the likelihood: {norm}.",
            (SeparationSettings.FastIca, _) =>
                $"fastica has NOT converged after {model.Iterations} steps: its rows still turn, as with more than one normal source.",
            (SeparationSettings.Local, true) =>
                $"local has converged after {model.Iterations} steps: the Stein identities of linear functions hold within {tolerance}, "
                + $"for Laplace sources with smoothed scores; {norm}, 0 at the maximum of the likelihood.",
            (SeparationSettings.Local, _) =>
                $"local has NOT converged after {model.Iterations} steps: the Stein identities of linear functions do not hold within "
                + $"{tolerance}, or its densities still change. Give a larger --max-iterations; too few rows prevent it too.",
            _ => $"{model.Method} was trained for {model.Iterations} iterations, enough or not: {norm}, 0 at the maximum of "
                + "the likelihood.",
        };
    }

    private static string Starts(SeparatedModel model)
    {
        int same = model.Starts.Count(start => start.Distance < SameSources);
        string largest = NumberText.Fixed(model.StartDistance, 4);
        return same == model.Starts.Count
            ? $"All {same} random starts found the same sources; their Amari distances from the best are at most {largest}."
            : $"Only {same} of {model.Starts.Count} random starts found the sources of the best one, and others are up to {largest} away: "
                + "there are several maxima. The best is given; try more --starts.";
    }

    private static string Sources(SeparatedModel model)
    {
        string densities = string.Join(
            ", ", model.Sources.CountBy(source => source.Density).Select(count => $"{count.Value} {count.Key}"));
        int normal = model.Sources.Count(source => source.NonGaussianity.Mean < Errors * source.NonGaussianity.StandardError);
        return normal < 2
            ? $"{densities}, in descending order of the variance that they explain."
            : $"{densities}, in descending order of the variance that they explain. {normal} of them are not told from normal ones: normal "
                + "sources cannot be separated from one another, and these may be any mixtures of theirs.";
    }

    private static string Components(Separation separation)
        => $"The {separation.Preparation.Components} principal components have {100 * separation.Preparation.ExplainedShare:F2} % of the "
            + "variance; the rest is left out, and likelihoods are those of the components.";

    private static string HeldOut(Separation separation, SeparationSettings settings)
    {
        if (separation.TestRows.Count == 0)
            return "No rows were held out, so that nothing says how good the model is for other rows.";
        SeparatedModel first = separation.Models[0];
        Summary test = first.TestLogLikelihood;
        double half = 1.96 * test.StandardError;
        string interval = $"{NumberText.Fixed(test.Mean - half, 4)} to {NumberText.Fixed(test.Mean + half, 4)}";
        return $"On {test.Count} rows held out (seed {settings.Seed}) {first.Method} has {NumberText.Fixed(test.Mean, 4)} nats per row, "
            + $"95 % interval {interval}, which takes rows for independent: those of a signal in time are not.";
    }
}
