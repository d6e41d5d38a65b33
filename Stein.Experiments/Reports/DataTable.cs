using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using CsvHelper;
using Stein.Experiments.Files;

namespace Stein.Experiments.Reports;

/// <summary>Numbers for programs: a CSV file, and the same rows in <c>--json</c>, under the same names.</summary>
/// <param name="Name">The name of the file without the ending, and the key in JSON.</param>
/// <param name="Columns">The names of the columns, in snake_case.</param>
/// <param name="Rows">One cell per column: a number, a text, a truth value, or null for none.</param>
internal sealed record DataTable(string Name, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows) : Section(Name)
{
    /// <summary>Whether <c>--json</c> has the rows too; long tables of single points are left to the file.</summary>
    public bool IsInJson { get; init; } = true;

    /// <summary>One row per item.</summary>
    public static DataTable Create<TItem>(string name, IEnumerable<TItem> items, params IReadOnlyList<DataColumn<TItem>> columns)
        => new(
            name,
            [.. columns.Select(column => column.Name)],
            [.. items.Select(item => (IReadOnlyList<object?>)[.. columns.Select(column => column.Value(item))])]);

    /// <summary>One row per record, one column per property of it, under its name in JSON.</summary>
    public static DataTable FromRecords<TRecord>(string name, IEnumerable<TRecord> records)
    {
        string[] columns = [.. Properties<TRecord>().Select(property => property.Name)];
        return new(
            name,
            columns,
            [
                .. from record in records
                   let row = JsonSerializer.SerializeToNode(record, JsonFormat.Line)!.AsObject()
                   select (IReadOnlyList<object?>)[.. columns.Select(column => Plain(row[column]))],
            ]);

        static object? Plain(JsonNode? cell) => cell?.GetValueKind() switch
        {
            null => null,
            JsonValueKind.Number => cell.AsValue().TryGetValue(out long whole) ? whole : cell.GetValue<double>(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => cell.GetValue<string>(),
        };
    }

    /// <summary>Reads the CSV file of a table that <see cref="FromRecords"/> made.</summary>
    /// <exception cref="InvalidDataException">A column is missing, or a cell is not of its type.</exception>
    public static IReadOnlyList<TRecord> ReadRecords<TRecord>(string path)
    {
        JsonPropertyInfo[] properties = [.. Properties<TRecord>()];
        var records = new List<TRecord>();
        using FileStream stream = File.OpenRead(path);
        using var csv = CsvReader.Create(stream, CsvReaderOptions.Default, leaveOpen: true);
        try
        {
            csv.ReadHeader();
            while (csv.Read())
            {
                var row = new JsonObject(properties.Select(
                    property => KeyValuePair.Create(property.Name, Cell(csv.GetString(property.Name), property.PropertyType))));
                records.Add(row.Deserialize<TRecord>(JsonFormat.Line)!);
            }
        }
        catch (Exception exception) when (exception is CsvFormatException or KeyNotFoundException or JsonException)
        {
            throw new InvalidDataException($"{path} cannot be read: {exception.Message}", exception);
        }

        return records;

        static JsonNode? Cell(string text, Type type)
            => type == typeof(string) ? text : text.Length == 0 ? null : JsonNode.Parse(text.ToLowerInvariant());
    }

    /// <summary>Writes the CSV and leaves the stream open.</summary>
    public void WriteCsv(Stream stream) => CsvFile.WriteCells(stream, [Columns, .. Rows]);

    /// <summary>The rows as objects.</summary>
    public JsonArray ToJson() => new(
    [
        .. Rows.Select(row => (JsonNode)new JsonObject(
            Columns.Zip(row, (column, cell) => KeyValuePair.Create(column, JsonSerializer.SerializeToNode(cell, JsonFormat.Line))))),
    ]);

    private static IEnumerable<JsonPropertyInfo> Properties<TRecord>()
        => JsonFormat.Line.GetTypeInfo(typeof(TRecord)).Properties.Where(property => property.Set is not null);
}

/// <summary>A column of a <see cref="DataTable"/>.</summary>
/// <param name="Name">In snake_case.</param>
/// <param name="Value">The cell of an item; NaN and null are blanks.</param>
internal sealed record DataColumn<TItem>(string Name, Func<TItem, object?> Value)
{
    /// <summary>Two columns: a mean, and with <c>_se</c> behind its name its standard error.</summary>
    public static IReadOnlyList<DataColumn<TItem>> MeanAndError(string name, Func<TItem, Summary> value) =>
        [new(name, item => value(item).Mean), new($"{name}_se", item => value(item).StandardError)];
}

/// <summary>Columns of one kind of item as those of another.</summary>
internal static class DataColumns
{
    /// <summary>The same columns of items that have such an item.</summary>
    public static IEnumerable<DataColumn<TWhole>> Of<TWhole, TItem>(
        this IEnumerable<DataColumn<TItem>> columns, Func<TWhole, TItem> item)
        => columns.Select(column => new DataColumn<TWhole>(column.Name, whole => column.Value(item(whole))));
}
