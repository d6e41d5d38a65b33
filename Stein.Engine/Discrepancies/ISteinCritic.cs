using Stein.Engine.Devices;
using Stein.Engine.Random;
using Stein.Engine.State;

namespace Stein.Engine.Discrepancies;

/// <summary>A critic f that is trained to maximise a learned Stein discrepancy δ, less penalties, on batches of N×D.</summary>
internal interface ISteinCritic
{
    /// <summary>Everything that the critic keeps between steps.</summary>
    IStateful State { get; }

    /// <summary>The weights, for an optimiser.</summary>
    IReadOnlyList<DeviceMatrix> Weights { get; }

    /// <summary>The derivatives of the objective by <see cref="Weights"/>, set by <see cref="CriticGradient"/>.</summary>
    IReadOnlyList<DeviceMatrix> WeightGradients { get; }

    /// <summary>f at the samples of the last evaluation (N×D).</summary>
    DeviceMatrix Output { get; }

    /// <summary>Draws the weights.</summary>
    void Initialise(PhiloxStream stream);

    /// <summary>Sets the standard normal probes of the trace, from now on: those of a batch (K×D), or of each sample (N×D).</summary>
    void SetProbes(DeviceMatrix probes);

    /// <summary>Sets <see cref="WeightGradients"/> to the derivatives of the objective at samples and scores (N×D).</summary>
    void CriticGradient(DeviceMatrix samples, DeviceMatrix scores);

    /// <summary>Updates what follows the weights, once for each step of the optimiser.</summary>
    void Advance();

    /// <summary>Computes <see cref="Output"/> at samples (N×D).</summary>
    void Evaluate(DeviceMatrix samples);

    /// <summary>Evaluates the critic; <paramref name="gradient"/> (N×D) = the derivative f/N of δ by the scores.</summary>
    void ScoreGradient(DeviceMatrix gradient, DeviceMatrix samples);

    /// <summary>δ at samples and scores (N×D), without penalties.</summary>
    double Value(DeviceMatrix samples, DeviceMatrix scores);
}
