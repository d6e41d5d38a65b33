using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Stein.Engine.Text;
using Stein.Experiments.Declarations;

namespace Stein.Cli.Parsing;

/// <summary>Makes options whose errors say what was wrong, what is allowed, and which name is closest.</summary>
internal static class Values
{
    /// <summary>Given or not.</summary>
    public static Option<bool> Flag(string name, string description, params string[] aliases)
        => new(name, aliases) { Description = description };

    /// <summary>Any text.</summary>
    /// <param name="kind">What it is, in a word for help.</param>
    public static Option<string> Text(string name, string kind, string description)
        => new(name) { Description = description, HelpName = kind };

    /// <summary>One of some names; the shell completes them.</summary>
    public static Option<string> Choice(string name, string description, IReadOnlyList<string> choices, string? defaultValue = null)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = string.Join('|', choices),
            CustomParser = result => ParseChoice(name, result.Tokens[0].Value, choices, result),
        };
        if (defaultValue is not null)
            option.DefaultValueFactory = _ => defaultValue;
        option.CompletionSources.Add([.. choices]);
        return option;
    }

    /// <summary>One or more names, repeated, side by side or with commas.</summary>
    public static Option<string[]> Choices(string name, string description, IReadOnlyList<string> choices, params string[] defaults)
    {
        Option<string[]> option = Several(
            name, description, (token, result) => ParseChoice(name, token, choices, result)!, defaults, string.Join('|', choices));
        option.CompletionSources.Add([.. choices]);
        return option;
    }

    /// <summary>A number; unset where there is no default, which is what the shell completes.</summary>
    public static Option<T?> Number<T>(string name, string description, T? defaultValue = null)
        where T : struct, INumber<T>
    {
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = Kind<T>(),
            CustomParser = result => ParseNumber<T>(name, result.Tokens[0].Value, result),
        };
        if (defaultValue is { } number)
        {
            option.DefaultValueFactory = _ => defaultValue;
            option.CompletionSources.Add($"{number}");
        }

        return option;
    }

    /// <summary>One or more texts, repeated or side by side; a word like an option that follows them is not one of them.</summary>
    public static Option<string[]> Texts(string name, string kind, string description)
    {
        var option = new Option<string[]>(name)
        {
            Description = description,
            HelpName = kind,
            AllowMultipleArgumentsPerToken = true,
        };
        option.Validators.Add(result =>
        {
            if (Stray(result.Tokens.Select(token => token.Value)) is { } stray && result.Parent is CommandResult command)
                result.AddError(ParseErrors.UnknownOption(command, stray));
        });
        return option;
    }

    /// <summary>One or more numbers, repeated, side by side or with commas; the shell completes the defaults.</summary>
    public static Option<T[]> Numbers<T>(string name, string description, params T[] defaults)
        where T : struct, INumber<T>
    {
        Option<T[]> option = Several(name, description, (token, result) => ParseNumber<T>(name, token, result), defaults, Kind<T>());
        option.CompletionSources.Add([.. defaults.Select(number => $"{number}")]);
        return option;
    }

    /// <summary>One or more values of a setting, by its type: repeated, side by side or, unless it is any text, with commas.</summary>
    /// <param name="setting">The setting, which names the option.</param>
    /// <param name="suggested">What the shell completes where the setting is not one of some names.</param>
    public static Option<JsonNode[]> Json(Setting setting, string description, Func<IEnumerable<string>> suggested)
    {
        string name = $"--{setting.Options[0]}";
        IReadOnlyList<string>? choices = setting.Type == typeof(bool) ? ["true", "false"] : setting.Choices;
        bool isText = setting.Type == typeof(string) && choices is null;
        var option = new Option<JsonNode[]>(name, [.. setting.Options.Skip(1).Select(alias => $"--{alias}")])
        {
            Description = description,
            HelpName = choices is not null ? string.Join('|', choices) : isText ? "text" : setting.Type == typeof(double) ? "x" : "n",
            AllowMultipleArgumentsPerToken = true,
            CustomParser = result =>
            {
                string typed = (result.Parent as OptionResult)?.IdentifierToken?.Value ?? name;
                string[] words = [.. isText ? result.Tokens.Select(token => token.Value) : Split(result)];
                if (words.Length == 0)
                    result.AddError($"{typed}: it needs a value");
                if (Stray(words) is { } stray && result.Parent?.Parent is CommandResult command)
                {
                    result.AddError(ParseErrors.UnknownOption(command, stray));
                    return [];
                }

                JsonNode[] values = [.. words.Select(word => ParseJson(typed, word, setting.Type, choices, result)).OfType<JsonNode>()];
                return setting.IsList ? values : [.. values.DistinctBy(value => value.ToString())];
            },
        };
        option.CompletionSources.Add(_ => choices ?? suggested());
        return option;
    }

    /// <summary>A word like an option, which the library takes for a value.</summary>
    private static string? Stray(IEnumerable<string> words)
        => words.FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal));

    private static Option<T[]> Several<T>(
        string name, string description, Func<string, ArgumentResult, T> parse, T[] defaults, string kind) => new(name)
        {
            Description = description,
            HelpName = kind,
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => defaults,
            CustomParser = result => [.. Split(result).Select(token => parse(token, result)).Distinct()],
        };

    private static JsonNode? ParseJson(string name, string word, Type type, IReadOnlyList<string>? choices, ArgumentResult result)
    {
        if (choices is not null)
        {
            string? choice = ParseChoice(name, word, choices, result);
            return type == typeof(bool) ? JsonValue.Create(choice == "true") : JsonValue.Create(choice);
        }

        switch (Type.GetTypeCode(type))
        {
            case TypeCode.Int32:
                return ParseNumber<int>(name, word, result);
            case TypeCode.UInt32:
                return ParseNumber<uint>(name, word, result);
            case TypeCode.Int64:
                return ParseNumber<long>(name, word, result);
            case TypeCode.UInt64:
                return ParseNumber<ulong>(name, word, result);
            case TypeCode.Double:
                double number = ParseNumber<double>(name, word, result);
                if (double.IsFinite(number))
                    return number;
                result.AddError($"{name} {word}: it must be a finite number");
                return null;
            default:
                return word;
        }
    }

    private static IEnumerable<string> Split(ArgumentResult result) => result.Tokens.SelectMany(
        token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static string? ParseChoice(string name, string value, IReadOnlyList<string> choices, ArgumentResult result)
    {
        if (choices.FirstOrDefault(choice => string.Equals(choice, value, StringComparison.OrdinalIgnoreCase)) is { } known)
            return known;
        string allowed = choices.Count == 1 ? choices[0] : $"one of {string.Join(", ", choices)}";
        result.AddError($"{name} {value}: it must be {allowed}. Did you mean '{EditDistance.Closest(value, choices)}'?");
        return null;
    }

    private static T ParseNumber<T>(string name, string value, ArgumentResult result)
        where T : struct, INumber<T>
    {
        if (T.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out T number))
            return number;
        result.AddError($"{name} {value}: it must be {Article<T>()}");
        return default;
    }

    private static string Kind<T>()
        where T : struct, INumber<T>
        => typeof(T) == typeof(double) ? "x" : "n";

    private static string Article<T>()
        where T : struct, INumber<T>
        => typeof(T) == typeof(uint) ? "a whole number that is not negative, at most 4294967295"
            : typeof(T) == typeof(ulong) ? "a whole number that is not negative"
            : typeof(T) == typeof(double) ? "a number"
            : "a whole number";
}
