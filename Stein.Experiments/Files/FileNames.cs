using System.Text;

namespace Stein.Experiments.Files;

/// <summary>Words as parts of file names.</summary>
internal static class FileNames
{
    /// <summary>
    /// The text with every run of characters other than letters, digits, points, minus and plus signs replaced by one minus sign, none
    /// at the ends: safe on every file system. <c>lsd (10 probes)</c> becomes <c>lsd-10-probes</c>.
    /// </summary>
    public static string Word(string text)
    {
        var word = new StringBuilder();
        foreach (char letter in text.Replace("λ", "lambda", StringComparison.Ordinal))
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '+')
                word.Append(letter);
            else if (word.Length > 0 && word[^1] != '-')
                word.Append('-');
        }

        return word.ToString().Trim('-');
    }
}
