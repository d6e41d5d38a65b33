using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Stein.Engine.Text;

namespace Stein.Cli;

/// <summary>Makes options whose errors say what was wrong, what is allowed, and which name is closest.</summary>
internal static class Values
{
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
        var option = new Option<string[]>(name)
        {
            Description = description,
            HelpName = string.Join('|', choices),
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => defaults,
            CustomParser = result => [.. Split(result).Select(token => ParseChoice(name, token, choices, result)!).Distinct()],
        };
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
            option.CompletionSources.Add(Text(number));
        }

        return option;
    }

    /// <summary>One or more numbers, repeated, side by side or with commas; the shell completes the defaults.</summary>
    public static Option<T[]> Numbers<T>(string name, string description, params T[] defaults)
        where T : struct, INumber<T>
    {
        var option = new Option<T[]>(name)
        {
            Description = description,
            HelpName = Kind<T>(),
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => defaults,
            CustomParser = result => [.. Split(result).Select(token => ParseNumber<T>(name, token, result)).Distinct()],
        };
        option.CompletionSources.Add([.. defaults.Select(Text)]);
        return option;
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

    private static string Text<T>(T number)
        where T : struct, INumber<T>
        => number.ToString(null, CultureInfo.InvariantCulture);

    private static bool IsWhole<T>()
        where T : struct, INumber<T>
        => typeof(T) != typeof(double);

    private static bool IsUnsigned<T>()
        where T : struct, INumber<T>
        => typeof(T) == typeof(uint) || typeof(T) == typeof(ulong);

    private static string Kind<T>()
        where T : struct, INumber<T>
        => IsWhole<T>() ? "n" : "x";

    private static string Article<T>()
        where T : struct, INumber<T>
        => IsUnsigned<T>() ? "a whole number that is not negative" + (typeof(T) == typeof(uint) ? ", at most 4294967295" : "")
            : IsWhole<T>() ? "a whole number" : "a number";
}
