using System.Reflection;
using System.Text.RegularExpressions;
using Examples;
using Stein.Engine.Devices;
using Stein.Tests;
using Xunit;

namespace Stein.Engine.Tests.Library;

/// <summary>The programs in docs/library.md print the output shown there, and the page names every public type.</summary>
/// <remarks>These tests write to the console, which all tests share, and therefore run alone.</remarks>
[Collection(nameof(AloneOnConsole))]
public sealed partial class LibraryTests
{
    private static readonly Assembly Programs = typeof(ListDevices).Assembly;

    [Fact]
    public void Programs_are_shown_verbatim_and_print_the_output_shown()
    {
        (string Code, string? Output)[] shown =
            [.. Program().Matches(Text("docs/library.md")).Select(match => (match.Groups[1].Value, Shown(match.Groups[2])))];
        Assert.Equal(Programs.GetExportedTypes().Length, shown.Length);
        foreach (Type program in Programs.GetExportedTypes())
        {
            string code = Text($"tests/Stein.Engine.Examples/{program.Name}.cs");
            (_, string? expected) = Assert.Single(shown, each => each.Code == code);
            string printed = Run(program);
            if (program == typeof(ListDevices))
                Assert.Contains("simd: SIMD on the processor", printed, StringComparison.Ordinal);
            else
                Assert.Equal(expected, printed);
        }
    }

    [Fact]
    public void Every_public_type_is_named()
    {
        string text = Text("docs/library.md");
        Assert.All(
            typeof(Device).Assembly.GetExportedTypes(),
            type => Assert.Contains($"`{type.Name.Split('`')[0]}`", text, StringComparison.Ordinal));
    }

    [GeneratedRegex("```csharp\n(.*?)```\n(?:\n```text\n(.*?)```)?", RegexOptions.Singleline)]
    private static partial Regex Program();

    private static string? Shown(Group output) => output.Success ? output.Value : null;

    private static string Run(Type program)
    {
        TextWriter console = Console.Out;
        using var writer = new StringWriter { NewLine = "\n" };
        Console.SetOut(writer);
        try
        {
            program.GetMethod("Main")!.Invoke(null, null);
        }
        finally
        {
            Console.SetOut(console);
        }

        return writer.ToString();
    }

    private static string Text(string path) => File.ReadAllText(Path.Combine(Repository.Folder, path));
}

[CollectionDefinition(nameof(AloneOnConsole), DisableParallelization = true)]
public sealed class AloneOnConsole;
