using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stein.Experiments.Files;

/// <summary>
/// JSON in the one form that is hashed: keys in ordinal order, no white space, no null members, numbers as they are in the text they were
/// read from (written by this program: the shortest that read back to the same number).
/// </summary>
internal static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JsonFormat.Line.Encoder };

    public static string Text(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            Write(writer, node);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The same without null members and numbers that are not finite, which JSON does not have.</summary>
    public static JsonNode? Finite(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(
            from member in members
            let value = Finite(member.Value)
            where value is not null
            select KeyValuePair.Create<string, JsonNode?>(member.Key, value)),
        JsonArray items => new JsonArray([.. items.Select(Finite)]),
        JsonValue value when IsNotFinite(value) => null,
        _ => node?.DeepClone(),
    };

    /// <summary>A number of a text is asked for as a double only: as a float, 10³⁰⁰ would be infinite.</summary>
    private static bool IsNotFinite(JsonValue value) => value.TryGetValue(out double number)
        ? !double.IsFinite(number)
        : value.TryGetValue(out float single) && !float.IsFinite(single);

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                writer.WriteStartObject();
                foreach ((string key, JsonNode? value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    if (value is null)
                        continue;
                    writer.WritePropertyName(key);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonArray items:
                writer.WriteStartArray();
                foreach (JsonNode? item in items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer, JsonFormat.Line);
                break;
        }
    }
}
