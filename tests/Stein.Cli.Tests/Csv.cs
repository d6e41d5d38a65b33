namespace Stein.Cli.Tests;

/// <summary>Reads the simple CSV of the program apart from the program: cells here have no quotes unless they hold a comma.</summary>
internal static class Csv
{
    public static Dictionary<string, string>[] Read(string text)
    {
        string[][] lines = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Cells)];
        return [.. lines.Skip(1).Select(line => lines[0].Zip(line).ToDictionary(cell => cell.First, cell => cell.Second))];
    }

    private static string[] Cells(string line)
    {
        string[] parts = line.Split('"');
        // Odd parts stand between quotes: their commas are none of the separators.
        for (int index = 1; index < parts.Length; index += 2)
            parts[index] = parts[index].Replace(',', '\u0001');
        return [.. string.Concat(parts).Split(',').Select(cell => cell.Replace('\u0001', ','))];
    }
}
