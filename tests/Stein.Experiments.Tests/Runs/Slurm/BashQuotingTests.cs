using System.Diagnostics;
using Stein.Experiments.Runs.Slurm;
using Xunit;

namespace Stein.Experiments.Tests.Runs.Slurm;

public sealed class BashQuotingTests
{
    private const string Characters = " aZ09'\"\\$`!#&|;<>(){}[]*?~=%-+,.:/@^_\n\r\t\u0001\u007f\u0085\u2028é√😀";

    [Theory]
    [InlineData("stein", "stein")]
    [InlineData("", "''")]
    [InlineData("--store=/a/b", "--store=/a/b")]
    [InlineData("two words", "'two words'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("a\nb'c\\", @"$'a\x0ab\'c\\'")]
    public void A_word_is_quoted_where_it_has_to_be(string argument, string quoted) => Assert.Equal(quoted, BashQuoting.Quote(argument));

    [Fact]
    public void Bash_reads_any_arguments_as_they_are_in_every_locale()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs bash");
        var random = new Random(1);
        string[] characters = [.. Characters.EnumerateRunes().Select(rune => $"{rune}")];
        string[] arguments =
        [
            .. characters,
            .. Enumerable.Range(0, 2000).Select(_ => string.Concat(random.GetItems(characters, random.Next(12)))),
        ];
        string script = $"printf '%s\\0' {BashQuoting.QuoteAll(arguments)}";
        // sbatch refuses scripts with these, and a line of a script must not begin with a part of an argument.
        Assert.DoesNotContain(script, character => character is '\r' or '\n');
        foreach (string locale in (string[])["C", "C.UTF-8"])
        {
            using var folder = new TemporaryFolder();
            File.WriteAllText(folder.File("script"), script);
            var start = new ProcessStartInfo("bash", [folder.File("script")]) { RedirectStandardOutput = true };
            start.Environment["LC_ALL"] = locale;
            using Process bash = Process.Start(start)!;
            string output = bash.StandardOutput.ReadToEnd();
            Assert.Equal(arguments, output[..^1].Split('\0'));
        }
    }

    [Fact]
    public void A_null_character_is_refused() => Assert.Throws<ArgumentException>(() => BashQuoting.Quote("a\0b"));
}
