namespace Stein.Experiments.Ica;

/// <summary>Records the curve of one run and the unmixing matrix at its last point: the last good state, should the run diverge.</summary>
internal sealed class IcaCurveRecorder(IcaSettings settings, IcaProblem problem, IcaTraining training)
{
    private readonly List<IcaCurvePoint> curve = [];
    private double[]? unmixing;

    /// <summary>Adds the point of the present iteration.</summary>
    /// <exception cref="TrainingDivergedException">The log-likelihood is not finite; the point is not added.</exception>
    public void Record()
    {
        double logLikelihood = training.TestLogLikelihood();
        if (!double.IsFinite(logLikelihood))
            throw new TrainingDivergedException(settings, training.Iteration, "the test log-likelihood is no longer finite");
        curve.Add(new IcaCurvePoint(
            settings.RowId,
            settings.Dimension,
            settings.Seed,
            training.Iteration,
            logLikelihood,
            training.Loss(),
            problem.Oracle,
            settings.DataSeed));
        unmixing = training.Unmixing();
    }

    public IcaProgress Progress(double iterationsPerSecond)
        => new(training.Iteration, training.Iterations, iterationsPerSecond, curve[^1].TestLogLikelihood, problem.Oracle);

    public IcaRunOutcome Outcome(IcaRunStatus status) => new(settings, status) { Curve = curve, Unmixing = unmixing };

    /// <summary>The outcome of a run whose last iteration has been recorded.</summary>
    public IcaRunOutcome Finish(TimeSpan elapsed) => Outcome(IcaRunStatus.Finished) with
    {
        Run = new IcaRun(
            settings.RowId,
            settings.Dimension,
            settings.Seed,
            curve[^1].TestLogLikelihood,
            problem.Oracle,
            problem.AmariDistanceOf(unmixing),
            elapsed.TotalSeconds,
            settings.DataSeed),
    };
}
