namespace Stein.Engine.IndependentComponents;

/// <summary>
/// An even function f of one source, and its first two derivatives: a log-density, or what else tells sources from mixtures.
/// </summary>
internal abstract class SourceContrast
{
    /// <summary>The function on devices; null where it has no formula there.</summary>
    public virtual DeviceContrast? OnDevice => null;

    /// <summary>Evaluates the function at every z.</summary>
    /// <param name="z">N sources.</param>
    /// <param name="slopes">Receives f′(z) (N).</param>
    /// <param name="curvatures">Receives f″(z) (N).</param>
    /// <returns>Σ f(z).</returns>
    public abstract double Evaluate(ReadOnlySpan<double> z, Span<double> slopes, Span<double> curvatures);
}
