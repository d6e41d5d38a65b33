using CsvHelper;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>What came of one data draw; a row of <c>weights.csv</c> of a run.</summary>
/// <param name="Trial">Which draw, from 0.</param>
/// <param name="Weight">π as the objective has it, of the mode further left.</param>
/// <param name="MaximumLikelihood">π as maximum likelihood has it, of the same model and samples.</param>
/// <param name="IsDetermined">
/// Whether the objective decided: for the model <c>weight</c>, whether it has a smaller value than at π = ½ by more than rounding, where
/// the weight stays otherwise; for <c>full</c>, whether the fit ended in a minimum.
/// </param>
/// <param name="RelativeGradient">
/// <c>|∂J/∂ log(π/(1 − π))|</c> at π = ½, means and variances the true ones, over the sum of the absolute values of the terms of J.
/// </param>
[CsvRecord]
public sealed partial record MixtureWeightTrial(
    [CsvColumn("trial")] int Trial,
    [CsvColumn("weight")] double Weight,
    [CsvColumn("mle")] double MaximumLikelihood,
    [CsvColumn("determined")] bool IsDetermined,
    [CsvColumn("relative_gradient")] double RelativeGradient)
    : IDraw<MixtureWeightTrial>
{
    /// <summary>Draws the data of a trial and learns from them.</summary>
    /// <remarks>Data, noise and tempered samples have a stream each, a substream a trial: all objectives see the same data.</remarks>
    /// <param name="settings">Valid settings.</param>
    /// <param name="trial">Which.</param>
    internal static MixtureWeightTrial Run(MixtureWeightSettings settings, int trial)
    {
        GaussianMixture truth = GaussianMixture.TwoModes(settings.Separation, settings.Weight);
        double[] samples = truth.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TrainingData, (uint)trial), settings.Samples);
        WeightObjective objective = Objective(settings, truth, samples, (uint)trial);
        var likelihood = new LikelihoodObjective(samples);
        (double weight, bool isDetermined) = Learn(settings, objective);
        double best = settings.Objective == "mle" ? weight : Learn(settings, likelihood).Weight;

        Span<double> gradient = stackalloc double[1];
        TwoModeParameters half = TwoModeParameters.Separated(settings.Separation);
        objective.Evaluate(half, gradient);
        return new(trial, weight, best, isDetermined, Math.Abs(gradient[0]) / objective.Magnitude(half));
    }

    /// <summary>The objective for samples of a trial.</summary>
    internal static WeightObjective Objective(MixtureWeightSettings settings, GaussianMixture truth, double[] samples, uint trial)
    {
        switch (settings.Objective)
        {
            case "score-matching":
                return new ScoreMatchingObjective(samples);
            case "ksd":
                return new SteinObjective(samples);
            case "noise":
                return Noised(settings.Sigma, new PhiloxStream(settings.Seed, StreamPurpose.SmoothingNoise, trial), 1);
            case "ladder":
                // One stream: the noise of each rung begins where that of the one before ends.
                var noise = new PhiloxStream(settings.Seed, StreamPurpose.SmoothingNoise, trial);
                return new LadderObjective([.. settings.Ladder.Select(sigma => Noised(sigma, noise, sigma * sigma))]);
            case "temper":
                var stream = new PhiloxStream(settings.Seed, StreamPurpose.Tempering, trial);
                double[] tempered = new TemperedMixtureSampler(truth, settings.Temperature).Sample(stream, samples.Length);
                return new SteinObjective(tempered, temperature: settings.Temperature);
            default:
                return new LikelihoodObjective(samples);
        }

        SteinObjective Noised(double sigma, PhiloxStream stream, double factor)
            => new(Array.ConvertAll(samples, sample => sample + (sigma * stream.NextNormal())), sigma * sigma, factor: factor);
    }

    void IDraw<MixtureWeightTrial>.Save(BinaryWriter writer)
    {
        writer.Write(Trial);
        writer.Write(Weight);
        writer.Write(MaximumLikelihood);
        writer.Write(IsDetermined);
        writer.Write(RelativeGradient);
    }

    static MixtureWeightTrial IDraw<MixtureWeightTrial>.Restore(BinaryReader reader)
        => new(reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadBoolean(), reader.ReadDouble());

    private static (double Weight, bool IsDetermined) Learn(MixtureWeightSettings settings, WeightObjective objective)
    {
        if (settings.IsFull)
        {
            (TwoModeParameters parameters, bool isMinimum) = FullFit.Minimise(objective, FullFit.Start(settings.Separation));
            return (parameters.LeftWeight, isMinimum);
        }

        TwoModeParameters known = TwoModeParameters.Separated(settings.Separation);
        (double logit, bool isDetermined) = WeightScan.Minimise(objective, known);
        return ((known with { Logit = logit }).Weight, isDetermined);
    }
}
