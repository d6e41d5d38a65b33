namespace Stein.Experiments.Runs;

/// <summary>What came of one draw of a <see cref="RunOfDraws{TDraw}"/>.</summary>
/// <typeparam name="TDraw">The type itself.</typeparam>
internal interface IDraw<TDraw>
    where TDraw : IDraw<TDraw>
{
    void Save(BinaryWriter writer);

    static abstract TDraw Restore(BinaryReader reader);
}

/// <summary>Independent draws of one cell, one an iteration. What comes of a draw depends on the config and its number alone.</summary>
/// <typeparam name="TDraw">What comes of one.</typeparam>
/// <param name="count">How many.</param>
internal abstract class RunOfDraws<TDraw>(int count) : IRun
    where TDraw : IDraw<TDraw>
{
    private readonly List<TDraw> draws = [];

    public int Iteration => draws.Count;

    public int Iterations => count;

    public string Standing => draws.Count == 0 ? "" : Describe();

    /// <summary>Those done.</summary>
    protected IReadOnlyList<TDraw> Draws => draws;

    /// <summary>It is measured after so many draws, and after the last.</summary>
    protected virtual int MeasureEvery => 1;

    public abstract IReadOnlyList<Metric> Measure();

    public bool Step()
    {
        draws.Add(Draw(draws.Count));
        return Iteration == Iterations || Iteration % MeasureEvery == 0;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(draws.Count);
        foreach (TDraw draw in draws)
            draw.Save(writer);
    }

    public void Restore(BinaryReader reader)
    {
        int done = reader.ReadInt32();
        if (done < 0 || done > Iterations)
            throw new InvalidDataException($"{done} draws is no state of {Iterations}");
        draws.Clear();
        for (int index = 0; index < done; index++)
            draws.Add(TDraw.Restore(reader));
    }

    public abstract RunResult Finish();

    /// <summary>Nothing: a draw that fails is a result.</summary>
    public IReadOnlyList<RunFile> LastGoodState() => [];

    public virtual void Dispose()
    {
    }

    /// <summary>Makes a draw.</summary>
    /// <param name="index">Its number, from 0.</param>
    protected abstract TDraw Draw(int index);

    /// <summary>What to tell of at least one draw, in a few words.</summary>
    protected abstract string Describe();
}
