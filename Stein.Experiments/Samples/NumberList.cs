namespace Stein.Experiments.Samples;

/// <summary>Numbers that come one after the other; if their number was known before, they are held once.</summary>
internal sealed class NumberList
{
    private double[] numbers = [];

    public int Count { get; private set; }

    /// <summary>Makes place for so many.</summary>
    public void Reserve(int count) => Array.Resize(ref numbers, count);

    public void Add(double number)
    {
        if (Count == numbers.Length)
            Reserve((int)Math.Min(Math.Max(1L << 10, 2L * Count), Array.MaxLength));
        numbers[Count++] = number;
    }

    /// <summary>Takes the last ones back.</summary>
    public void RemoveLast(int count) => Count -= count;

    /// <summary>The numbers; nothing is to be added afterwards.</summary>
    public double[] ToArray() => Count == numbers.Length ? numbers : numbers[..Count];
}
