namespace Stein.Experiments.Studies;

/// <summary>The seeds of a grid.</summary>
internal static class Seeds
{
    /// <summary>As many seeds as are asked for, ten apart: 60, 70, 80, …</summary>
    public static IEnumerable<uint> From(uint first, int count) => Enumerable.Range(0, count).Select(index => first + (10 * (uint)index));
}
