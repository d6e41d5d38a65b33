using Stein.Experiments.Reports;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Diffusion;

/// <summary>An error of the estimates of a study, over its draws.</summary>
/// <param name="Name">Of its root mean square, in files.</param>
/// <param name="Title">In tables.</param>
/// <param name="Of">The error of a draw.</param>
internal sealed record EstimationError<TDraw>(string Name, string Title, Func<TDraw, double> Of)
{
    /// <summary>The root of the mean square.</summary>
    public Quantity<TDraw> Root { get; } = new(Name, draws => RootMeanSquare.Of(draws.Select(Of)));

    /// <summary>As people read it, with its standard error: that of a root of a mean, from that of the mean.</summary>
    /// <param name="root">The root mean square.</param>
    /// <param name="decimals">At least so many.</param>
    public string Text(double root, IEnumerable<TDraw> draws, int decimals = 2)
    {
        var squares = Summary.Of([.. draws.Select(draw => Of(draw) * Of(draw))]);
        return NumberText.WithError(root, squares.StandardError / (2 * root), decimals);
    }
}
