using System.Buffers;
using System.Text;

namespace Stein.Experiments.Runs.Slurm;

/// <summary>Arguments as words of a bash script.</summary>
internal static class BashQuoting
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=.,:/@%");

    /// <summary>A command line: the arguments quoted, with spaces between.</summary>
    public static string QuoteAll(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(Quote));

    /// <summary>A word that bash reads as exactly <paramref name="argument"/>, on one line whatever it holds.</summary>
    /// <remarks>
    /// Control characters are written as escapes: sbatch refuses a script with carriage returns, and a line break in an argument must
    /// not make a line of its own.
    /// </remarks>
    /// <exception cref="ArgumentException">It has a null character, which no argument of a program can have.</exception>
    public static string Quote(string argument)
    {
        if (argument.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("An argument with a null character cannot be given to a program.", nameof(argument));
        if (argument.Length > 0 && !argument.AsSpan().ContainsAnyExcept(Plain))
            return argument;
        if (!argument.Any(IsAsciiControl))
            return $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";

        var quoted = new StringBuilder("$'");
        foreach (char character in argument)
        {
            if (character is '\'' or '\\')
                quoted.Append('\\').Append(character);
            else if (IsAsciiControl(character))
                quoted.Append($"\\x{(int)character:x2}");
            else
                quoted.Append(character);
        }

        return quoted.Append('\'').ToString();
    }

    // Escapes of other characters would depend on the locale that the script runs in.
    private static bool IsAsciiControl(char character) => char.IsAscii(character) && char.IsControl(character);
}
