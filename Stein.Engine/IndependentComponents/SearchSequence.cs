namespace Stein.Engine.IndependentComponents;

/// <summary>A search that begins where another one ended.</summary>
/// <param name="Begin">Makes it, of the samples' moments and V (K×K, row-major).</param>
internal sealed record SearchStage(Func<ISourceMoments, double[], UnmixingSearch> Begin)
{
    /// <summary>Whether it is needed after the search before; null for always.</summary>
    public Func<UnmixingSearch, bool>? IsNeededAfter { get; init; }
}

/// <summary>Searches that follow one another.</summary>
internal sealed class SearchSequence : UnmixingSearch
{
    private readonly ISourceMoments moments;
    private readonly IReadOnlyList<SearchStage> stages;
    private double[] start;
    private int stage;
    private int before;

    /// <param name="moments">Of the samples.</param>
    /// <param name="start">V (K×K, row-major).</param>
    /// <param name="stages">At least one; the first is always needed.</param>
    public SearchSequence(ISourceMoments moments, double[] start, IReadOnlyList<SearchStage> stages)
    {
        (this.moments, this.start, this.stages) = (moments, start, stages);
        Current = stages[0].Begin(moments, start);
    }

    /// <summary>The search under way, or the last one.</summary>
    public UnmixingSearch Current { get; private set; }

    /// <inheritdoc/>
    public override double[] Unmixing => Current.Unmixing;

    /// <summary>Of the search under way.</summary>
    public override double Remainder => Current.Remainder;

    private protected override void StepCore(CancellationToken cancellation)
    {
        Current.Step(cancellation);
        Iterations = before + Current.Iterations;
        if (!Current.IsFinished)
            return;
        UnmixingSearch ended = Current;
        int next = stage + 1;
        while (next < stages.Count && stages[next].IsNeededAfter?.Invoke(ended) == false)
            next++;
        IsFinished = next == stages.Count;
        if (IsFinished)
            return;
        (stage, start, before) = (next, ended.Unmixing, Iterations);
        Current = stages[stage].Begin(moments, start);
    }

    private protected override void SaveCore(BinaryWriter writer)
    {
        writer.Write(stage);
        writer.Write(before);
        Write(writer, start);
        Current.Save(writer);
    }

    private protected override void RestoreCore(BinaryReader reader)
    {
        (stage, before) = (reader.ReadInt32(), reader.ReadInt32());
        if (stage < 0 || stage >= stages.Count)
            throw new InvalidDataException($"the state is of search {stage}, but there are {stages.Count}");
        start = Read(reader, start.Length);
        Current = stages[stage].Begin(moments, start);
        Current.Restore(reader);
    }
}
