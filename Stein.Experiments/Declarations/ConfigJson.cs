using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Stein.Experiments.Files;

namespace Stein.Experiments.Declarations;

/// <summary>
/// Configs as JSON: names as everywhere in this project, every key and type checked when read, nulls left out when written.
/// </summary>
internal static class ConfigJson
{
    private static readonly JsonSerializerOptions Options = CreateOptions();

    /// <summary>The settings of a config, in the order they are declared.</summary>
    public static IReadOnlyList<Setting> Settings<TConfig>()
        where TConfig : class, new()
    {
        var defaults = new TConfig();
        return [.. Properties(typeof(TConfig)).Select(property => new Setting(property, defaults))];
    }

    /// <summary>Every key that has a value.</summary>
    /// <exception cref="InvalidConfigException">A number is not finite.</exception>
    public static JsonObject Write<TConfig>(TConfig config)
    {
        foreach (JsonPropertyInfo property in Properties(typeof(TConfig)))
        {
            if (property.Get!(config!) is double value && !double.IsFinite(value))
                throw InvalidConfigException.Value(property.Name, value, "a finite number");
        }

        return JsonSerializer.SerializeToNode(config, Options)!.AsObject();
    }

    /// <summary>Keys that are left out, or null, have their defaults. A whole number may be written as 50.0 or 5e1.</summary>
    /// <exception cref="InvalidConfigException">A key is unknown or a value is of the wrong type.</exception>
    public static TConfig Read<TConfig>(JsonObject config)
    {
        config = (JsonObject)WithWholeNumbers(config, typeof(TConfig))!;
        var given = (JsonObject)CanonicalJson.Finite(config)!;
        Check(config, typeof(TConfig), "");
        try
        {
            return given.Deserialize<TConfig>(Options)!;
        }
        catch (JsonException exception)
        {
            throw new InvalidConfigException(exception.Message, exception);
        }
    }

    private static void Check(JsonObject given, Type type, string parents)
    {
        var known = Properties(type).ToDictionary(property => property.Name, property => property.PropertyType);
        foreach ((string key, JsonNode? value) in given)
        {
            if (!known.TryGetValue(key, out Type? propertyType))
                throw InvalidConfigException.Unknown("key", parents + key, [.. known.Keys.Select(name => parents + name)]);
            if (value is null)
                continue;
            Type underlying = Nullable.GetUnderlyingType(propertyType) ?? propertyType;
            if (value is JsonObject members && Options.GetTypeInfo(underlying).Kind == JsonTypeInfoKind.Object)
                Check(members, underlying, $"{parents}{key}.");
            else if (!Fits(value, underlying))
                throw InvalidConfigException.Value(parents + key, value.ToJsonString(Options), Expected(underlying));
        }
    }

    /// <summary>The same with numbers such as 50.0 written as 50, where a whole number is expected.</summary>
    private static JsonNode? WithWholeNumbers(JsonNode? node, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        JsonTypeInfo info = Options.GetTypeInfo(type);
        switch (node)
        {
            case JsonObject members when info.Kind == JsonTypeInfoKind.Object:
                var types = Properties(type).ToDictionary(property => property.Name, property => property.PropertyType);
                return new JsonObject(
                    from member in members
                    let value = types.TryGetValue(member.Key, out Type? expected)
                        ? WithWholeNumbers(member.Value, expected)
                        : member.Value?.DeepClone()
                    select KeyValuePair.Create(member.Key, value));
            case JsonArray items when info.Kind == JsonTypeInfoKind.Enumerable:
                return new JsonArray([.. items.Select(item => WithWholeNumbers(item, info.ElementType!))]);
            case JsonValue when !type.IsEnum
                && Type.GetTypeCode(type) is TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Int64 or TypeCode.UInt64
                && node.GetValueKind() == JsonValueKind.Number
                && decimal.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
                && decimal.IsInteger(number):
                return JsonNode.Parse(number.ToString("F0", CultureInfo.InvariantCulture));
            default:
                return node?.DeepClone();
        }
    }

    private static bool Fits(JsonNode value, Type type)
    {
        try
        {
            return value.Deserialize(type, Options) is not double number || double.IsFinite(number);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Expected(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => "one of " + string.Join(
            ", ", Enum.GetValues(type).Cast<object>().Select(name => JsonSerializer.Serialize(name, type, Options))),
        TypeCode.Int32 => Whole<int>(),
        TypeCode.UInt32 => Whole<uint>(),
        TypeCode.Int64 => Whole<long>(),
        TypeCode.UInt64 => Whole<ulong>(),
        TypeCode.Double or TypeCode.Single => "a number",
        TypeCode.Boolean => "true or false",
        TypeCode.String => "a text in quotes",
        _ => Options.GetTypeInfo(type).Kind == JsonTypeInfoKind.Enumerable ? "a list, [ … ]" : "an object, { … }",
    };

    private static string Whole<T>()
        where T : IMinMaxValue<T>
        => $"a whole number from {T.MinValue} to {T.MaxValue}";

    private static IEnumerable<JsonPropertyInfo> Properties(Type type)
        => Options.GetTypeInfo(type).Properties.Where(property => property.Get is not null && property.Set is not null);

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions(JsonFormat.Line)
        {
            IgnoreReadOnlyProperties = true,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        };
        // Stricter than elsewhere: a number is not a name of an enumeration, and what is not finite does not silently become the default.
        options.Converters.Clear();
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        return options;
    }
}
