using CsvHelper;
using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>What came of one draw of samples; a row of <c>errors.csv</c> of a run.</summary>
/// <param name="Trial">Which draw, from 0.</param>
/// <param name="InSample">The relative error at the samples, see <see cref="ScoreTarget.RelativeError"/>; NaN without an estimate.</param>
/// <param name="OutOfSample">The relative error at the test points; NaN if there was no estimate.</param>
/// <param name="Regularisation">What the estimate was made with.</param>
/// <param name="Bandwidth">h of the kernel.</param>
[CsvRecord]
internal sealed partial record ScoreErrorTrial(
    [CsvColumn("trial")] int Trial,
    [CsvColumn("in_sample_error")] double InSample,
    [CsvColumn("out_of_sample_error")] double OutOfSample,
    [CsvColumn("regularisation")] double Regularisation,
    [CsvColumn("bandwidth")] double Bandwidth)
    : IDraw<ScoreErrorTrial>
{
    /// <summary>Whether samples and settings determined no score, as where equations are singular to rounding.</summary>
    public bool IsFailed => double.IsNaN(OutOfSample);

    /// <summary>Draws the samples of a trial, estimates and judges.</summary>
    /// <remarks>Samples, test points and vertices have a stream each, a substream a trial: all estimators see the same.</remarks>
    /// <param name="device">Where products are computed.</param>
    /// <param name="settings">Valid settings.</param>
    /// <param name="trial">Which.</param>
    internal static ScoreErrorTrial Run(Device device, ScoreErrorSettings settings, int trial)
    {
        var target = ScoreTarget.Of(settings.Target, settings.Dimension, settings.Seed, (uint)trial);
        double[] samples = target.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TrainingData, (uint)trial), settings.Samples);
        double[] test = target.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TestData, (uint)trial), settings.TestPoints);
        ScoreEstimator estimator = ScoreEstimators.Find(settings.Estimator);
        var options = new ScoreEstimatorSettings { Kernel = settings.Kernel, Bandwidth = settings.Bandwidth };
        double regularisation = settings.FixedRegularisation;
        try
        {
            if (settings.Selection == "held-out")
            {
                // A seed of its own for every trial: which samples are held out must not be the same rows each time.
                regularisation = HeldOutSelection.Choose(
                    estimator, device, samples, settings.Dimension, options, unchecked(settings.Seed + (uint)trial)).Regularisation;
            }

            ScoreEstimate estimate = estimator.Fit(
                device, samples, settings.Dimension, options with { Regularisation = regularisation });
            return new(
                trial,
                target.RelativeError(samples, estimate.ScoresAtSamples()),
                target.RelativeError(test, estimate.Scores(test)),
                regularisation,
                estimate.Bandwidth);
        }
        catch (ScoreEstimationException)
        {
            // A result as any other: where an estimator fails is what the experiment is about. The report counts it.
            return new(trial, double.NaN, double.NaN, regularisation, double.NaN);
        }
    }

    void IDraw<ScoreErrorTrial>.Save(BinaryWriter writer)
    {
        writer.Write(Trial);
        writer.Write(InSample);
        writer.Write(OutOfSample);
        writer.Write(Regularisation);
        writer.Write(Bandwidth);
    }

    static ScoreErrorTrial IDraw<ScoreErrorTrial>.Restore(BinaryReader reader)
        => new(reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
}
