namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>
/// An ascent that cannot diverge: an objective held out decides. When it has not improved for some epochs, or is not finite, the ascent
/// goes back to the best state and halves its steps, and after some halvings it ends. It ends in the best state, which may be the start.
/// </summary>
/// <param name="Epochs">The largest number of epochs.</param>
/// <param name="Patience">The epochs without a new best objective before the steps are halved.</param>
/// <param name="MaxHalvings">How often they are halved before the ascent ends.</param>
internal sealed record HeldOutAscent(int Epochs, int Patience = 100, int MaxHalvings = 3)
{
    /// <summary>Climbs from the present state.</summary>
    /// <param name="keep">Keeps the present state as the best.</param>
    /// <param name="restore">Goes back to the state that was kept last, to begin again with steps of the given factor.</param>
    /// <param name="epoch">Climbs for an epoch.</param>
    /// <param name="objective">The objective held out at the present state; not finite if that has diverged.</param>
    /// <returns>The objective at the start and in the best state, to which the caller has been restored.</returns>
    public (double Start, double End) Run(Action keep, Action<double> restore, Action epoch, Func<double> objective)
    {
        double start = objective(), best = start, factor = 1;
        keep();
        restore(factor);
        for (int step = 0, since = 0, halvings = 0; step < Epochs && halvings <= MaxHalvings; step++)
        {
            epoch();
            double value = objective();
            if (value > best)
            {
                (best, since) = (value, 0);
                keep();
            }
            else if (++since >= Patience || !double.IsFinite(value))
            {
                (since, factor) = (0, factor / 2);
                halvings++;
                restore(factor);
            }
        }

        restore(factor);
        return (start, best);
    }
}
