namespace Stein.Experiments.Runs;

/// <summary>A number that runs have, under one name in results, CSV files and <c>--json</c>, and with one title in tables.</summary>
/// <param name="Name">In snake_case.</param>
/// <param name="Title">For people; may be empty where no table is about it alone.</param>
/// <param name="Decimals">The decimals it is shown with.</param>
internal record Quantity(string Name, string Title = "", int Decimals = 2)
{
    /// <summary>The number measured.</summary>
    public Metric At(double value) => new(Name, value);
}
