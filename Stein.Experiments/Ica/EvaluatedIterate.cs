using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.State;

namespace Stein.Experiments.Ica;

/// <summary>Which unmixing matrix a training is judged by.</summary>
internal enum EvaluationRule
{
    /// <summary>That of the last iteration, as in the authors' script.</summary>
    Last,

    /// <summary>That of the point of the training curve with the lowest loss on its batch.</summary>
    Best,

    /// <summary>The mean of the last iterations.</summary>
    Average,

    /// <summary>The exponential moving average of all iterations, from the start on.</summary>
    Exponential,
}

/// <summary>The unmixing matrix that a rule makes of the iterations done so far.</summary>
internal sealed class EvaluatedIterate : IStateful
{
    private readonly EvaluationRule rule;
    private readonly DeviceMatrix current;
    private readonly DeviceMatrix kept;
    private readonly IcaSettings settings;
    private readonly int firstAveraged;
    private double lowestLoss = double.PositiveInfinity;
    private bool isKept;

    /// <param name="rule">The rule.</param>
    /// <param name="current">V (D×D), at its start.</param>
    /// <param name="settings">A valid config.</param>
    public EvaluatedIterate(EvaluationRule rule, DeviceMatrix current, IcaSettings settings)
    {
        (this.rule, this.current, this.settings) = (rule, current, settings);
        firstAveraged = Math.Max(1, settings.Iterations - settings.AverageOver + 1);
        kept = rule == EvaluationRule.Last ? current : current.Device.Allocate(current.Rows, current.Columns);
        if (rule == EvaluationRule.Exponential)
            Keep();
    }

    public EvaluationRule Rule => rule;

    /// <summary>V (D×D) by the rule; until there is one, that of the last iteration.</summary>
    public DeviceMatrix Unmixing => isKept ? kept : current;

    /// <summary>The rule of a config in words.</summary>
    public static string Describe(IcaSettings settings) => settings.Evaluation switch
    {
        EvaluationRule.Best => "lowest loss",
        EvaluationRule.Average => $"mean of the last {settings.AverageOver} iterations",
        EvaluationRule.Exponential => FormattableString.Invariant($"exponential average with decay {settings.AverageDecay}"),
        _ => "last iteration",
    };

    /// <summary>Takes the matrix of an iteration into account.</summary>
    /// <param name="iteration">The number of iterations done.</param>
    /// <param name="loss">Gives the loss on the batch at the present parameters.</param>
    public void Add(int iteration, Func<double> loss)
    {
        if (rule == EvaluationRule.Exponential)
            Approach(1 - settings.AverageDecay);
        else if (rule == EvaluationRule.Average && iteration == firstAveraged)
            Keep();
        else if (rule == EvaluationRule.Average && iteration > firstAveraged)
            Approach(1.0 / (iteration - firstAveraged + 1));
        else if (rule == EvaluationRule.Best && (iteration % settings.EvaluateEvery == 0 || iteration == settings.Iterations))
            KeepLowest(loss());
    }

    public void Save(BinaryWriter writer)
    {
        if (rule == EvaluationRule.Last)
            return;
        writer.Write(isKept);
        writer.Write(lowestLoss);
        kept.Save(writer);
    }

    public void Restore(BinaryReader reader)
    {
        if (rule == EvaluationRule.Last)
            return;
        isKept = reader.ReadBoolean();
        lowestLoss = reader.ReadDouble();
        kept.Restore(reader);
    }

    private void KeepLowest(double loss)
    {
        if (!(loss < lowestLoss))
            return;
        lowestLoss = loss;
        Keep();
    }

    private void Keep()
    {
        kept.Device.Map<Identity>(kept, current);
        isKept = true;
    }

    /// <summary><c>kept + rate·(current − kept)</c>.</summary>
    private void Approach(double rate) => kept.Device.Map<Momentum>(kept, kept, current, p: -rate);
}
