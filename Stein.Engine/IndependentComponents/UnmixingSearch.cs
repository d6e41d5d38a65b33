using Stein.Engine.State;

namespace Stein.Engine.IndependentComponents;

/// <summary>A search for an unmixing matrix over all samples, one iteration at a time.</summary>
internal abstract class UnmixingSearch : IStateful
{
    /// <summary>V (K×K, row-major), the best so far. Not changed in place.</summary>
    public abstract double[] Unmixing { get; }

    /// <summary>Iterations done.</summary>
    public int Iterations { get; protected set; }

    /// <summary>Whether further iterations would change nothing.</summary>
    public bool IsFinished { get; protected set; }

    /// <summary>How far the search is from its end, in the measure that its tolerance is in.</summary>
    public abstract double Remainder { get; }

    /// <summary>One iteration; nothing where the search is finished.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Step(CancellationToken cancellation = default)
    {
        if (!IsFinished)
            StepCore(cancellation);
    }

    /// <summary>Iterates to the end, or so many times.</summary>
    /// <param name="report">Is told <see cref="Remainder"/> after every iteration.</param>
    public void Run(int maxIterations, Action<double>? report = null, CancellationToken cancellation = default)
    {
        while (!IsFinished && Iterations < maxIterations)
        {
            Step(cancellation);
            report?.Invoke(Remainder);
        }
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Iterations);
        writer.Write(IsFinished);
        SaveCore(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        Iterations = reader.ReadInt32();
        IsFinished = reader.ReadBoolean();
        RestoreCore(reader);
    }

    private protected abstract void StepCore(CancellationToken cancellation);

    private protected abstract void SaveCore(BinaryWriter writer);

    private protected abstract void RestoreCore(BinaryReader reader);

    private protected static void Write(BinaryWriter writer, double[] values)
    {
        foreach (double value in values)
            writer.Write(value);
    }

    private protected static double[] Read(BinaryReader reader, int count)
        => [.. Enumerable.Range(0, count).Select(_ => reader.ReadDouble())];
}
