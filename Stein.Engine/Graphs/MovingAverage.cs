using Stein.Engine.Formulas;
using Stein.Engine.State;

namespace Stein.Engine.Graphs;

/// <summary>
/// An exponential moving average of parameters, which plans for evaluation can be bound to:
/// <c>average ← decay·average + (1 − decay)·parameters</c> at every update.
/// </summary>
public sealed class MovingAverage : IStateful
{
    private readonly ParameterSet source;
    private readonly double decay;
    private readonly bool correctBias;
    private long updates;

    /// <param name="source">The parameters to average.</param>
    /// <param name="decay">The weight of the past, from 0 to below 1.</param>
    /// <param name="correctBias">
    /// Whether the weights of all parameters so far, <c>decay^(t−k)·(1 − decay)</c> for update k of t, are divided by their sum
    /// <c>1 − decay^t</c>, as in Adam's moments. Otherwise the average begins with the parameters at the first update.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not in this range.</exception>
    public MovingAverage(ParameterSet source, double decay, bool correctBias = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!(decay >= 0 && decay < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(decay), decay, $"The decay of a moving average cannot be {decay}; it must be from 0 to below 1.");
        }

        (this.source, this.decay, this.correctBias) = (source, decay, correctBias);
        Average = new ParameterSet(source);
    }

    /// <summary>The averages; zeros before the first update. Its states are those of the source.</summary>
    public ParameterSet Average { get; }

    /// <summary>Includes the present parameters. Call it after each step of training; allocates nothing.</summary>
    public void Update()
    {
        updates++;
        double weight = updates == 1 ? 1 : correctBias ? (1 - decay) / (1 - Math.Pow(decay, updates)) : 1 - decay;
        for (int i = 0; i < source.Matrices.Count; i++)
        {
            Average.Device.Map<LinearCombination>(
                Average.Matrices[i], Average.Matrices[i], source.Matrices[i], p: 1 - weight, q: weight);
        }
    }

    /// <summary>Writes the number of updates and the averages. The source is saved by its owner.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(updates);
        Average.Matrices.SaveAll(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        updates = reader.ReadInt64();
        Average.Matrices.RestoreAll(reader);
    }
}
