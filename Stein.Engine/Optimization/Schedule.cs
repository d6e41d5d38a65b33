namespace Stein.Engine.Optimization;

/// <summary>The factor of an optimiser's learning rate at each step. Steps are counted from 1.</summary>
public sealed class Schedule
{
    private readonly Func<long, double> factor;

    private Schedule(Func<long, double> factor) => this.factor = factor;

    /// <summary>1 at every step.</summary>
    public static Schedule Constant { get; } = new(_ => 1);

    /// <summary>
    /// Half a cosine from 1 at step 1 to <paramref name="final"/> at step <paramref name="steps"/> + 1, constant after that (Loshchilov
    /// and Hutter, "SGDR", ICLR 2017, equation 5, without restarts).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is below 1.</exception>
    public static Schedule Cosine(long steps, double final = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return new(step => final + ((1 - final) * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(step - 1, steps) / steps))));
    }

    /// <summary>1 for the first <paramref name="every"/> steps, then multiplied by <paramref name="decay"/> after every so many.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is below 1.</exception>
    public static Schedule Step(long every, double decay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        return new(step => Math.Pow(decay, (step - 1) / every));
    }

    /// <summary>
    /// A rise from 1/<paramref name="steps"/> at step 1 in equal parts to 1 at step <paramref name="steps"/>, which is step 1 of this
    /// schedule.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is below 1.</exception>
    public Schedule AfterWarmUp(long steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return new(step => step < steps ? factor(1) * step / steps : factor(step - steps + 1));
    }

    /// <summary>The factor at a step, from 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is below 1.</exception>
    public double At(long step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        return factor(step);
    }
}
