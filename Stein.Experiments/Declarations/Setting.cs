using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Stein.Experiments.Declarations;

/// <summary>
/// One setting of a config as its record declares it: what is read from files, checked, brought to its default where it changes nothing,
/// offered as an option, and completed.
/// </summary>
internal sealed class Setting
{
    private readonly JsonPropertyInfo property;
    private readonly RangeAttribute? range;
    private readonly bool isAddedLater;

    internal Setting(JsonPropertyInfo property, object defaults)
    {
        this.property = property;
        Type declared = property.PropertyType;
        IsList = declared != typeof(string) && declared.IsGenericType && declared.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);
        Type = IsList ? declared.GetGenericArguments()[0] : Nullable.GetUnderlyingType(declared) ?? declared;
        Default = JsonSerializer.SerializeToNode(property.Get!(defaults), declared, property.Options);
        Description = Attribute<DescriptionAttribute>()?.Description ?? "";
        range = Attribute<RangeAttribute>();
        OnlyFor = Attribute<OnlyForAttribute>() is { } only
            ? (JsonNamingPolicy.SnakeCaseLower.ConvertName(only.Setting), only.Values) : null;
        isAddedLater = Attribute<AddedLaterAttribute>() is not null;
        Options = Attribute<OptionAttribute>()?.Names ?? [property.Name.Replace('_', '-')];
        Choices = Type.IsEnum
            ?
            [
                .. from value in Enum.GetValues(Type).Cast<object>()
                   select JsonSerializer.SerializeToNode(value, Type, property.Options)!.GetValue<string>(),
            ]
            : Attribute<OneOfAttribute>()?.Names
                ?? Attribute<AllowedValuesAttribute>()?.Values.Cast<string>().ToArray();
    }

    /// <summary>The key in JSON.</summary>
    public string Key => property.Name;

    /// <summary>What it means, for help; empty for a setting that has no option.</summary>
    public string Description { get; }

    /// <summary>The names of its option, without the dashes; the first is the one to show.</summary>
    public IReadOnlyList<string> Options { get; }

    /// <summary>The type of its value, or of each of its values.</summary>
    public Type Type { get; }

    /// <summary>Whether the value is a list.</summary>
    public bool IsList { get; }

    /// <summary>The value of a config that does not name it; null for none.</summary>
    public JsonNode? Default { get; }

    /// <summary>The names that it may have; null where it is not one of some names.</summary>
    public IReadOnlyList<string>? Choices { get; }

    /// <summary>What it must be, as in "a whole number from 1 to 100"; null where there is no bound.</summary>
    public string? Allowed => range is null ? null
        : IsList ? $"a list of {Bounds("numbers", "")}"
        : Bounds(IsWhole ? "whole number" : "number", "a ");

    /// <summary>The setting that decides whether this one changes a number; null if it always does.</summary>
    public (string Key, IReadOnlyList<string> Values)? OnlyFor { get; }

    private bool IsWhole => Type != typeof(double);

    /// <summary>Checks the value of a config against what is declared.</summary>
    /// <exception cref="InvalidConfigException">It is not allowed; the message says what is.</exception>
    internal void Check(object config)
    {
        object? value = property.Get!(config);
        if (value is null)
            return;
        if (Choices is not null && value is string name && !Choices.Contains(name))
            throw InvalidConfigException.Unknown(Key, name, Choices);
        if (range is null)
            return;
        foreach (object number in IsList ? ((System.Collections.IEnumerable)value).Cast<object>() : [value])
        {
            double given = Convert.ToDouble(number, CultureInfo.InvariantCulture);
            if (!double.IsFinite(given) || !range.IsValid(number))
                throw InvalidConfigException.Value(Key, number, Allowed!);
        }
    }

    /// <summary>Whether a config has another setting with which this one changes nothing.</summary>
    /// <param name="config">Every key that has a value.</param>
    internal bool IsIdle(JsonObject config)
        => OnlyFor is var (key, values) && !values.Contains(config[key]?.ToString() ?? "");

    /// <summary>Whether the value in a config is left out of the identity of its run, see <see cref="AddedLaterAttribute"/>.</summary>
    /// <param name="config">Every key that has a value.</param>
    internal bool IsOutsideIdentity(JsonObject config) => isAddedLater && IsDefault(config);

    /// <summary>Whether a config has the value of one that does not name it.</summary>
    /// <param name="config">Every key that has a value.</param>
    internal bool IsDefault(JsonObject config) => JsonNode.DeepEquals(config[Key], Default);

    private T? Attribute<T>()
        where T : Attribute
        => (T?)property.AttributeProvider?.GetCustomAttributes(typeof(T), inherit: true).SingleOrDefault();

    private string Bounds(string what, string article)
    {
        (double min, double max) = (Number(range!.Minimum), Number(range.Maximum));
        bool hasMax = double.IsFinite(max) && max < int.MaxValue;
        string text = $"{article}{what} ";
        if (!hasMax)
        {
            return min == 0 && range.MinimumIsExclusive && !IsList ? "a positive number"
                : min == 0 && !range.MinimumIsExclusive && !IsList && !IsWhole ? "a number that is not negative"
                : text + (range.MinimumIsExclusive ? $"above {Text(min)}" : $"of at least {Text(min)}");
        }

        return text + (range.MinimumIsExclusive, range.MaximumIsExclusive) switch
        {
            (true, true) => $"between {Text(min)} and {Text(max)}",
            (true, false) => $"above {Text(min)}, at most {Text(max)}",
            (false, true) => $"of at least {Text(min)}, below {Text(max)}",
            _ => $"from {Text(min)} to {Text(max)}",
        };

        static double Number(object bound) => Convert.ToDouble(bound, CultureInfo.InvariantCulture);

        static string Text(double bound) => bound.ToString("0.###############");
    }
}
