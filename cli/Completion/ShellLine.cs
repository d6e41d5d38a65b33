using System.Text;

namespace Stein.Cli.Completion;

/// <summary>Takes the text of a command line apart as a shell does, without carrying anything out.</summary>
internal static class ShellLine
{
    /// <summary>
    /// The words of the text before the cursor. The last one is the word under the cursor, empty after a blank; its quote may still
    /// be open. A backslash hides blanks, quotes and itself only: elsewhere it separates folders, as in <c>C:\results</c>.
    /// </summary>
    public static IReadOnlyList<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool isInWord = false;
        char quote = '\0';
        for (int index = 0; index < text.Length; index++)
        {
            char character = text[index];
            if (quote == '\0' && char.IsWhiteSpace(character))
            {
                if (isInWord)
                    words.Add(word.ToString());
                word.Clear();
                isInWord = false;
                continue;
            }

            isInWord = true;
            if (character == quote)
                quote = '\0';
            else if (quote == '\0' && character is '"' or '\'')
                quote = character;
            else if (character == '\\' && index + 1 < text.Length && IsHidden(text[index + 1], quote))
                word.Append(text[++index]);
            else
                word.Append(character);
        }

        words.Add(word.ToString());
        return words;
    }

    private static bool IsHidden(char character, char quote) => quote switch
    {
        '\0' => char.IsWhiteSpace(character) || character is '"' or '\'' or '\\',
        '"' => character is '"' or '\\',
        _ => false,
    };
}
