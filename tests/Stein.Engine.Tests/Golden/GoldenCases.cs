using System.Text.Json;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

/// <summary>
/// Finds reference cases by their quantity, in the folder <c>golden</c> beside the tests and in the folder named by the environment
/// variable STEIN_GOLDEN, if it is set. A file with the same bytes in both folders counts once.
/// </summary>
/// <example><c>[Theory, MemberData(nameof(GoldenCases.Names), "ksd_rbf", MemberType = typeof(GoldenCases))]</c></example>
public static class GoldenCases
{
    public const string ExtraFolderVariable = "STEIN_GOLDEN";

    private static readonly Lazy<IReadOnlyDictionary<string, List<GoldenCase>>> ByQuantity = new(() =>
        LoadAll(Path.Combine(AppContext.BaseDirectory, "golden"), Environment.GetEnvironmentVariable(ExtraFolderVariable)));

    /// <summary>The names of all cases of a quantity, as theory data.</summary>
    /// <exception cref="InvalidOperationException">
    /// There are no cases: a theory without cases would pass without checking anything.
    /// </exception>
    public static TheoryData<string> Names(string quantity) => [.. Of(quantity).Select(golden => golden.Name)];

    /// <summary>Every golden case of a quantity on every device.</summary>
    public static TheoryData<string, string> OnEveryDevice(string quantity)
    {
        var rows = new TheoryData<string, string>();
        foreach (GoldenCase golden in Of(quantity))
        {
            bool isLarge = golden.Inputs.GetRawText().Length > 10_000;
            foreach (string device in TestDevices.Names.Where(name => !isLarge || !TestDevices.IsSlow(name)))
                rows.Add(golden.Name, device);
        }

        return rows;
    }

    /// <summary>The case of a quantity with a name from <see cref="Names"/>.</summary>
    public static GoldenCase Get(string quantity, string name) => Of(quantity).Single(golden => golden.Name == name);

    /// <summary>All cases of a quantity.</summary>
    /// <exception cref="InvalidOperationException">There are no cases.</exception>
    public static IReadOnlyList<GoldenCase> Of(string quantity) =>
        ByQuantity.Value.TryGetValue(quantity, out List<GoldenCase>? cases)
            ? cases
            : throw new InvalidOperationException(
                $"No golden case has the quantity '{quantity}'; those found are: "
                + $"{string.Join(", ", ByQuantity.Value.Keys.Order(StringComparer.Ordinal))}.");

    /// <summary>Reads the number under a key.</summary>
    public static double Scalar(this JsonElement element, string key) => element.GetProperty(key).GetDouble();

    /// <summary>Reads the whole number under a key.</summary>
    public static int WholeNumber(this JsonElement element, string key) => element.GetProperty(key).GetInt32();

    /// <summary>Reads the list of numbers under a key.</summary>
    public static double[] Vector(this JsonElement element, string key) => ToVector(element.GetProperty(key));

    /// <summary>Reads the list of rows under a key as a rows × columns array.</summary>
    public static double[,] Matrix(this JsonElement element, string key)
    {
        double[][] rows = [.. element.GetProperty(key).EnumerateArray().Select(ToVector)];
        var matrix = new double[rows.Length, rows.Length == 0 ? 0 : rows[0].Length];
        for (int row = 0; row < rows.Length; row++)
        {
            Assert.Equal(matrix.GetLength(1), rows[row].Length);
            for (int column = 0; column < rows[row].Length; column++)
            {
                matrix[row, column] = rows[row][column];
            }
        }

        return matrix;
    }

    /// <summary>Reads the list of rows under a key as one flat row-major array.</summary>
    public static double[] FlatMatrix(this JsonElement element, string key) => [.. element.Matrix(key).Cast<double>()];

    /// <summary>Loads all cases of a folder and of an optional second one, grouped by quantity.</summary>
    internal static IReadOnlyDictionary<string, List<GoldenCase>> LoadAll(string folder, string? extraFolder)
    {
        var contents = new HashSet<string>(StringComparer.Ordinal);
        var cases = new Dictionary<string, List<GoldenCase>>(StringComparer.Ordinal);
        Load(folder, string.Empty);
        if (!string.IsNullOrEmpty(extraFolder))
        {
            Load(extraFolder, $" [{ExtraFolderVariable}]");
        }

        return cases;

        void Load(string source, string mark)
        {
            if (!Directory.Exists(source))
            {
                throw new DirectoryNotFoundException(
                    $"There is no folder of golden cases at '{source}'; {ExtraFolderVariable} must be unset or name an existing folder.");
            }

            foreach (string path in Directory.EnumerateFiles(source, "*.json").Order(StringComparer.Ordinal))
            {
                string text = File.ReadAllText(path);
                using var document = JsonDocument.Parse(text);
                JsonElement root = document.RootElement.Clone();
                if (contents.Add(text)
                    && root.ValueKind == JsonValueKind.Object
                    && root.TryGetProperty("quantity", out JsonElement quantity))
                {
                    cases.TryAdd(quantity.GetString()!, []);
                    string name = Path.GetFileNameWithoutExtension(path) + mark;
                    cases[quantity.GetString()!].Add(
                        new GoldenCase(name, root.GetProperty("inputs"), root.GetProperty("expected")));
                }
            }
        }
    }

    private static double[] ToVector(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetDouble())];
}
