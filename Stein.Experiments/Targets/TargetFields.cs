using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Engine.Text;

namespace Stein.Experiments.Targets;

/// <summary>The fields of a JSON object, with messages that name the field, what it is and what is allowed.</summary>
/// <param name="path">The file, for messages.</param>
internal sealed class TargetFields(string path, JsonObject given)
{
    public string Path => path;

    /// <exception cref="InvalidDataException">There is a field that is none of these.</exception>
    public void RequireKnown(string type, IReadOnlyList<string> known)
    {
        foreach ((string name, _) in given)
        {
            if (!known.Contains(name))
            {
                throw Error(
                    $"a target of type {type} has no field '{name}'; it may have {string.Join(", ", known)}. Did you mean "
                    + $"'{EditDistance.Closest(name, known)}'?");
            }
        }
    }

    public bool Has(string name) => given[name] is not null;

    /// <summary>The field; null if it is not there.</summary>
    public JsonNode? Node(string name) => given[name];

    /// <exception cref="InvalidDataException">It is missing, or none of these.</exception>
    public string Choice(string name, IReadOnlyList<string> choices)
    {
        JsonNode node = Required(name, $"one of {string.Join(", ", choices)}");
        return node.GetValueKind() == JsonValueKind.String && choices.Contains(node.GetValue<string>())
            ? node.GetValue<string>()
            : throw Error(
                $"{name} is {Shown(node)}; it must be one of {string.Join(", ", choices)}. Did you mean "
                + $"'{EditDistance.Closest(Shown(node).Trim('"'), choices)}'?");
    }

    /// <exception cref="InvalidDataException">It is missing, or not a text.</exception>
    public string Text(string name)
    {
        JsonNode node = Required(name, "a text");
        return node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : throw Wrong(name, node, "a text in quotes");
    }

    /// <summary>A number, or a default where the field is missing.</summary>
    /// <param name="allowed">Which numbers are allowed besides that they are finite.</param>
    /// <param name="expected">The same in words.</param>
    /// <exception cref="InvalidDataException">It is not such a number.</exception>
    public double Number(string name, double? defaultValue, Func<double, bool> allowed, string expected)
    {
        if (!Has(name) && defaultValue is { } value)
            return value;
        JsonNode node = Required(name, expected);
        return AsNumber(node) is { } number && allowed(number) ? number : throw Wrong(name, node, expected);
    }

    /// <exception cref="InvalidDataException">It is missing, not a list, empty, or has something else than numbers.</exception>
    public double[] Numbers(string name) => Numbers(name, Required(name, "a list of numbers"));

    /// <summary>Positive numbers.</summary>
    /// <param name="count">How many there must be.</param>
    /// <param name="of">Of what there are so many.</param>
    public double[] Positive(string name, int count, string of)
        => RequirePositive(name, RequireCount(name, Numbers(name), count, of));

    /// <summary>A matrix as a list of rows, row-major.</summary>
    /// <param name="size">Its numbers of rows and columns.</param>
    /// <param name="of">Why it has that size.</param>
    public double[] Square(string name, int size, string of)
        => Square(name, Required(name, "a list of rows, each a list of numbers"), size, of);

    /// <inheritdoc cref="Square(string, int, string)"/>
    public double[] Square(string name, JsonNode node, int size, string of)
    {
        double[][] rows = Rows(name, node);
        if (rows.Length != size)
            throw Error($"{name} has {rows.Length} rows; it must have {size}, {of}.");
        for (int row = 0; row < size; row++)
            RequireCount($"{name}[{row}]", rows[row], size, of);
        return [.. rows.SelectMany(row => row)];
    }

    /// <summary>Rows of numbers, all of one length.</summary>
    public double[][] Rows(string name) => Rows(name, Required(name, "a list of lists of numbers"));

    /// <summary>A list of things.</summary>
    public JsonArray List(string name) => List(name, Required(name, "a list"), "a list");

    /// <summary>A list of so many things.</summary>
    public JsonArray List(string name, int count, string of)
    {
        JsonArray items = List(name);
        return items.Count == count ? items : throw Error($"{name} has {items.Count} items; it must have {count}, {of}.");
    }

    /// <summary>The number of a node; null if it is none, or not finite.</summary>
    public static double? AsNumber(JsonNode? node)
        => node is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out double number)
            && double.IsFinite(number)
            ? number
            : null;

    public double[] Numbers(string name, JsonNode? node)
    {
        JsonArray items = List(name, node, "a list of numbers");
        if (items.Count == 0)
            throw Error($"{name} is an empty list; it must have a number for each coordinate.");
        return [.. items.Select((item, index) => AsNumber(item) ?? throw Wrong($"{name}[{index}]", item, "a finite number"))];
    }

    public double[] RequireCount(string name, double[] numbers, int count, string of)
        => numbers.Length == count
            ? numbers
            : throw Error($"{name} has {numbers.Length} {(numbers.Length == 1 ? "number" : "numbers")}; it must have {count}, {of}.");

    public double[] RequirePositive(string name, double[] numbers)
    {
        int wrong = Array.FindIndex(numbers, number => !(number > 0));
        return wrong < 0 ? numbers : throw Error($"{name}[{wrong}] is {numbers[wrong]}; it must be above 0.");
    }

    public InvalidDataException Error(string message) => new($"{path}: {message}");

    private InvalidDataException Wrong(string name, JsonNode? node, string expected)
        => Error($"{name} is {Shown(node)}; it must be {expected}.");

    private double[][] Rows(string name, JsonNode node)
    {
        JsonArray items = List(name, node, "a list of lists of numbers");
        if (items.Count == 0)
            throw Error($"{name} is an empty list; it must have a row of numbers at least.");
        double[][] rows = [.. items.Select((row, index) => Numbers($"{name}[{index}]", row))];
        for (int row = 1; row < rows.Length; row++)
            RequireCount($"{name}[{row}]", rows[row], rows[0].Length, $"as {name}[0] has");
        return rows;
    }

    private JsonArray List(string name, JsonNode? node, string expected) => node as JsonArray ?? throw Wrong(name, node, expected);

    private JsonNode Required(string name, string expected)
        => given[name] ?? throw Error($"{name} is missing; it must be {expected}.");

    private static string Shown(JsonNode? node)
    {
        const int MaxShown = 60;
        string text = node?.ToJsonString() ?? "null";
        return text.Length <= MaxShown ? text : text[..MaxShown] + "…";
    }
}
