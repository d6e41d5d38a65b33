namespace Stein.Experiments.Diffusion;

/// <summary>What fits of <see cref="Engine.Diffusion.ModelFit"/> cost.</summary>
internal static class FitCost
{
    /// <summary>Operations of a value of the loss and its gradient, roughly: discrepancies compare all pairs of samples.</summary>
    /// <param name="estimator">Its name, with <c>ksd</c> in it if it is a discrepancy.</param>
    public static double OfStep(string estimator, int samples, int dimension)
        => dimension * (estimator.Contains("ksd", StringComparison.Ordinal)
            ? 40.0 * samples * samples
            : 400.0 * dimension * samples);
}
