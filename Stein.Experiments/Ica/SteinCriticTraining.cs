using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>
/// The critic of LSD in training against a model, of the samples x and the model's score or, in local coordinates, of the sources z = V x
/// and the score of the base density.
/// </summary>
internal sealed class SteinCriticTraining
{
    /// <summary>
    /// The cosine of the critic f and the best one, <c>f* ∝ s_p − s_q</c> with the true score s_q of the data, over the test points:
    /// <c>E[f·f*]/√(E‖f‖² E‖f*‖²)</c>. In local coordinates <c>f* ∝ ψ(z) − V⁻ᵀs_q</c>.
    /// </summary>
    public static readonly Quantity Cosine = new("critic_cosine");

    private static readonly IcaSettings Paper = new();

    private readonly Device device;
    private readonly IcaModel model;
    private readonly IcaSettings settings;
    private readonly bool isLocal;
    private readonly ISteinCritic critic;
    private readonly Adam adam;
    private readonly PhiloxStream probeStream;
    private readonly double[] probeValues;
    private readonly DeviceMatrix? probes;
    private readonly ModelMixture? mixture;
    private readonly DeviceMatrix? reducedScores;

    /// <param name="device">The run's own.</param>
    /// <param name="model">At its start.</param>
    /// <param name="settings">A valid config.</param>
    /// <param name="isLocal">Whether the critic sees the sources.</param>
    public SteinCriticTraining(Device device, IcaModel model, IcaSettings settings, bool isLocal)
    {
        (this.device, this.model, this.settings, this.isLocal) = (device, model, settings, isLocal);
        int batch = settings.Batch, dimension = settings.Dimension;
        CriticRegularisation regularisation = Regularisation(settings);
        critic = regularisation.IsNone
            ? new LearnedSteinDiscrepancy(device, batch, dimension, settings.Hidden, settings.Hidden, settings.Lambda)
            : new RegularisedSteinDiscrepancy(device, batch, dimension, settings.Hidden, settings.Lambda, regularisation);
        critic.Initialise(new PhiloxStream(settings.EffectiveDataSeed, StreamPurpose.CriticInitialisation));
        adam = IcaMethod.CriticAdam(settings, critic.Weights, critic.WeightGradients);
        probeStream = new PhiloxStream(settings.EffectiveDataSeed, StreamPurpose.Probes);
        int probeRows = regularisation.IsNone ? settings.Probes : regularisation.NeedsProbes ? batch : 0;
        probeValues = new double[probeRows * dimension];
        if (probeRows > 0)
            probes = device.Allocate(probeRows, dimension);
        if (settings.Smoothing > 0 && settings.SmoothingForm == SmoothingForm.Mixture)
            mixture = new(device, model, settings);
        else if (settings.Smoothing > 0)
            reducedScores = device.Allocate(batch, dimension);
    }

    /// <summary>The properties of <see cref="IcaSettings"/> that it uses.</summary>
    public static IReadOnlyList<string> Settings { get; } =
    [
        .. TestFunctionTricks.Settings,
        nameof(IcaSettings.Hidden),
        nameof(IcaSettings.Lambda),
        nameof(IcaSettings.OwnProbes),
    ];

    /// <summary>The probes themselves are among them: <see cref="Value"/> is estimated with those of the last iteration.</summary>
    public IReadOnlyList<IStateful> Parts =>
    [
        critic.State,
        adam,
        .. probes is null ? (IStateful[])[] : [probeStream, probes],
        .. mixture is null ? (IStateful[])[] : [mixture.Stream],
    ];

    /// <summary>Checks what no single setting tells.</summary>
    /// <exception cref="InvalidConfigException">The critic cannot be trained with these settings.</exception>
    public static void Validate(IcaSettings settings)
    {
        TestFunctionTricks.Validate(settings);
        if (settings.CriticNormalisation == CriticNormalisation.Layer && !settings.OwnProbes)
        {
            throw InvalidConfigException.Because(
                "critic_normalisation", "layer", "no exact trace is known for normalised layers. Set own_probes to true as well");
        }

        if (settings.Probes > 0 && !Regularisation(settings).IsNone)
        {
            throw InvalidConfigException.Because(
                "probes",
                settings.Probes,
                "a batch cannot share probes with own_probes, a gradient penalty or a normalised critic. Leave it out");
        }
    }

    /// <summary>The settings that differ from the paper's, in words such as "λ = 0.5".</summary>
    public static IEnumerable<string> Deviations(IcaSettings settings)
    {
        if (settings.Lambda != Paper.Lambda)
            yield return FormattableString.Invariant($"λ = {settings.Lambda}");
        if (settings.Hidden != Paper.Hidden)
            yield return $"{settings.Hidden} hidden units";
        foreach (string trick in TestFunctionTricks.Deviations(settings))
            yield return trick;
        if (settings.OwnProbes)
            yield return "own probes";
        if (settings.Schedule == RateSchedule.Cosine)
            yield return "cosine schedule";
    }

    /// <summary>
    /// Trains the critic on a batch (B×D), and computes the scores of the model there and the derivative (B×D) of the discrepancy by them.
    /// </summary>
    public void Step(DeviceMatrix batch, DeviceMatrix scoreGradient)
    {
        DeviceMatrix samples = mixture is null ? batch : mixture.Of(batch);
        model.ComputeScores(samples);
        (DeviceMatrix points, DeviceMatrix scores) = At(samples);
        if (reducedScores is not null)
        {
            device.Map<Scaled>(reducedScores, scores, p: 1 - settings.Smoothing);
            scores = reducedScores;
        }

        for (int step = 0; step < settings.InnerSteps; step++)
        {
            if (probes is not null)
            {
                foreach (ref double value in probeValues.AsSpan())
                    value = probeStream.NextNormal();
                device.Write(probes, probeValues);
                critic.SetProbes(probes);
            }

            critic.CriticGradient(points, scores);
            adam.Step();
            critic.Advance();
        }

        if (mixture is not null)
            model.ComputeScores(batch);
        critic.ScoreGradient(scoreGradient, At(batch).Points);
    }

    /// <summary>The discrepancy of a batch at the present parameters.</summary>
    public double Value(DeviceMatrix batch)
    {
        // Set again for a training that was just restored.
        if (probes is not null)
            critic.SetProbes(probes);
        model.ComputeScores(batch);
        (DeviceMatrix points, DeviceMatrix scores) = At(batch);
        return critic.Value(points, scores);
    }

    /// <summary><see cref="Cosine"/> on as many whole batches as the test points have; nothing if they have none.</summary>
    public IEnumerable<Metric> Metrics(IcaProblem problem)
    {
        (int size, int dimension) = (settings.Batch * settings.Dimension, settings.Dimension);
        if (problem.Test.Length < size)
            return [];
        var truth = new IcaModel(device, dimension, settings.Batch, settings.Base);
        device.Write(truth.Unmixing, problem.Matrices.Truth.Values);
        DeviceMatrix points = device.Allocate(settings.Batch, dimension), transformed = device.Allocate(settings.Batch, dimension);
        DeviceMatrix? mixing = isLocal
            ? device.Upload(dimension, dimension, SquareMatrix.Inverse(device.Read(model.Unmixing), dimension))
            : null;
        double product = 0, squares = 0, bestSquares = 0;
        for (int start = 0; start + size <= problem.Test.Length; start += size)
        {
            device.Write(points, problem.Test.AsSpan(start, size));
            model.ComputeScores(points);
            truth.ComputeScores(points);
            (DeviceMatrix inputs, DeviceMatrix scores) = At(points);
            critic.Evaluate(inputs);
            if (mixing is not null)
                device.Multiply(transformed, truth.Scores, mixing);
            double[] f = device.Read(critic.Output), p = device.Read(scores), q = device.Read(mixing is null ? truth.Scores : transformed);
            for (int i = 0; i < f.Length; i++)
            {
                double best = p[i] - q[i];
                product += f[i] * best;
                squares += f[i] * f[i];
                bestSquares += best * best;
            }
        }

        return [Cosine.At(product / Math.Sqrt(squares * bestSquares))];
    }

    /// <summary>What the critic sees of samples, at which the model's scores were just computed.</summary>
    private (DeviceMatrix Points, DeviceMatrix Scores) At(DeviceMatrix samples)
        => isLocal ? (model.Sources, model.BaseScores) : (samples, model.Scores);

    private static CriticRegularisation Regularisation(IcaSettings settings) => new(
        settings.CriticNormalisation, settings.GradientPenalty, settings.GradientPenaltyForm, settings.OwnProbes);
}
