namespace Stein.Experiments.Mixtures.Weights;

/// <summary>The sum of several, each with a factor of its own inside.</summary>
internal sealed class LadderObjective(IReadOnlyList<WeightObjective> rungs) : WeightObjective
{
    public override double Evaluate(in TwoModeParameters parameters, Span<double> gradient)
    {
        gradient.Clear();
        Span<double> part = stackalloc double[gradient.Length];
        double sum = 0;
        foreach (WeightObjective rung in rungs)
        {
            sum += rung.Evaluate(parameters, part);
            for (int i = 0; i < part.Length; i++)
                gradient[i] += part[i];
        }

        return sum;
    }

    public override double Magnitude(in TwoModeParameters parameters)
    {
        double sum = 0;
        foreach (WeightObjective rung in rungs)
            sum += rung.Magnitude(parameters);
        return sum;
    }
}
