namespace Stein.Benchmarks;

/// <summary>
/// Inputs that come round again only after all others: a branch predictor learns a single one by heart, and medians then seem
/// twice as fast as they are.
/// </summary>
internal sealed class Pool<T>
{
    /// <summary>Enough that the branches of one round are forgotten by the next.</summary>
    public const int EnoughToForget = 64;

    private readonly T[] items;
    private int next;

    public Pool(int count, Func<int, T> create) => items = [.. Enumerable.Range(0, count).Select(create)];

    public T First => items[0];

    public T Next()
    {
        T item = items[next];
        next = next + 1 < items.Length ? next + 1 : 0;
        return item;
    }
}
