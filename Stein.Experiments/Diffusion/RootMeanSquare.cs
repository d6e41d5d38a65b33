using Stein.Experiments.Reports;

namespace Stein.Experiments.Diffusion;

/// <summary>Root mean squared errors.</summary>
internal static class RootMeanSquare
{
    /// <summary>The root of the mean square.</summary>
    public static double Of(IEnumerable<double> errors) => Math.Sqrt(errors.Average(error => error * error));

    /// <summary>As people read it, with its standard error: that of a root of a mean, from that of the mean.</summary>
    /// <param name="root">The root mean square.</param>
    /// <param name="errors">Of which it is.</param>
    /// <param name="decimals">At least so many.</param>
    public static string Text(double root, IEnumerable<double> errors, int decimals = 2)
        => NumberText.WithError(root, Summary.Of([.. errors.Select(error => error * error)]).StandardError / (2 * root), decimals);
}
