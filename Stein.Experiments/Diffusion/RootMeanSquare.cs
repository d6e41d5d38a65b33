namespace Stein.Experiments.Diffusion;

/// <summary>Root mean squares.</summary>
internal static class RootMeanSquare
{
    /// <summary>The root of the mean square.</summary>
    public static double Of(IEnumerable<double> errors) => Math.Sqrt(errors.Average(error => error * error));
}
