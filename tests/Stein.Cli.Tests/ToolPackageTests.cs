using System.IO.Compression;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Stein.Tests;

namespace Stein.Cli.Tests;

/// <summary><c>dotnet pack</c>: the tool, installed from its package alone, and the engine as a library.</summary>
public sealed class ToolPackageTests
{
    private static readonly byte[] PngSignature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    [Fact]
    public void Packed_installed_run_and_uninstalled()
    {
        using var stein = new SteinProgram();
        string root = RootWithSdk();

        // Nothing may come from elsewhere: neither from a server nor from packages that earlier tests left.
        var environment = new Dictionary<string, string?>
        {
            ["NUGET_PACKAGES"] = stein.PathOf("packages"),
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
        };
        CheckContents(Pack(stein, root, "cli", "Stein.Tool"));

        File.WriteAllText(
            stein.PathOf("nuget.config"),
            "<configuration><packageSources><clear /><add key=\"local\" value=\"feed\" /></packageSources></configuration>");
        string tools = stein.PathOf("my tools");
        Dotnet(stein.Folder, environment, "tool", "install", "Stein.Tool", "--tool-path", tools, "--configfile", "nuget.config");

        string elsewhere = Directory.CreateDirectory(stein.PathOf("elsewhere")).FullName;
        string program = Path.Combine(tools, Path.GetFileName(ExternalProgram.Stein));
        Assert.Equal(stein.Run("--version").Output, Run(elsewhere, [], program, "--version").Output);
        Run(elsewhere, [], program, "ica", "--dim", "2", "--seed", "60", "--iterations", "20", "--device", "simd", "--out", "results");
        // The figures come from native libraries.
        string[] figures = Directory.GetFiles(Path.Combine(elsewhere, "results"), "*.png");
        Assert.NotEmpty(figures);
        Assert.All(figures, figure => Assert.Equal(PngSignature, File.ReadAllBytes(figure)[..PngSignature.Length]));
        Assert.Contains("student-t", Run(elsewhere, [], program, "[suggest]", "stein ica --base ").Output, StringComparison.Ordinal);

        Dotnet(stein.Folder, environment, "tool", "uninstall", "Stein.Tool", "--tool-path", tools);
        Assert.False(File.Exists(program));
    }

    [Fact]
    public void The_engine_is_packed_with_its_documentation()
    {
        using var stein = new SteinProgram();
        string package = Pack(stein, RootWithSdk(), "Stein.Engine", "Stein.Engine");
        using ZipArchive archive = ZipFile.OpenRead(package);
        string[] entries = [.. archive.Entries.Select(entry => entry.FullName)];
        foreach (string file in (string[])["lib/net10.0/Stein.Engine.dll", "lib/net10.0/Stein.Engine.xml", "library.md"])
            Assert.Contains(file, entries);
        XElement[] metadata = Metadata(archive, "Stein.Engine");
        Assert.Equal("MIT", Text(metadata, "license"));
        Assert.NotEqual("", Text(metadata, "description"));
        Assert.NotEqual("", Text(metadata, "tags"));
        Assert.Equal("library.md", Text(metadata, "readme"));
    }

    /// <summary>The one package that <c>dotnet pack</c> makes of a project, without a warning.</summary>
    private static string Pack(SteinProgram stein, string root, string project, string name)
    {
        // What is built already is packed: other tests are using it.
        string[] arguments = ["pack", project, "--no-build", "-c", Configuration(), "-o", stein.PathOf("feed"), "-nodeReuse:false"];
        Assert.DoesNotContain("warning", Dotnet(root, [], arguments).Output, StringComparison.OrdinalIgnoreCase);
        string package = Assert.Single(Directory.GetFiles(stein.PathOf("feed")));
        Assert.Matches($@"^{Regex.Escape(name)}\.\d+\.\d+\.\d+\.nupkg$", Path.GetFileName(package));
        return package;
    }

    private static XElement[] Metadata(ZipArchive archive, string name)
    {
        using Stream stream = archive.GetEntry($"{name}.nuspec")!.Open();
        return [.. XDocument.Load(stream).Descendants()];
    }

    private static string Text(XElement[] metadata, string name) => metadata.Single(element => element.Name.LocalName == name).Value;

    private static void CheckContents(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(package);
        string[] entries = [.. archive.Entries.Select(entry => entry.FullName)];
        Assert.Contains("README.md", entries);
        // Symbols of native libraries would make it three times as large.
        Assert.InRange(new FileInfo(package).Length, 0, 100_000_000);
        foreach (string platform in (string[])["linux-x64", "linux-arm64", "linux-musl-x64", "win-x64", "win-arm64", "osx"])
        {
            foreach (string library in (string[])["libSkiaSharp", "libHarfBuzzSharp"])
                Assert.Contains(entries, entry => entry.Contains($"/runtimes/{platform}/native/{library}.", StringComparison.Ordinal));
        }

        XElement[] metadata = Metadata(archive, "Stein.Tool");
        Assert.Equal("MIT", Text(metadata, "license"));
        Assert.NotEqual("", Text(metadata, "description"));
        Assert.Equal("README.md", Text(metadata, "readme"));
        Assert.Equal("DotnetTool", metadata.Single(element => element.Name.LocalName == "packageType").Attribute("name")!.Value);
    }

    private static SteinResult Dotnet(string folder, Dictionary<string, string?> environment, params string[] arguments)
        => Run(folder, environment, ExternalProgram.DotnetHost, arguments);

    private static SteinResult Run(string folder, Dictionary<string, string?> environment, string name, params string[] arguments)
    {
        SteinResult result = ExternalProgram.Run(folder, environment, name, arguments);
        Assert.True(result.ExitCode == 0, $"{name} {string.Join(' ', arguments)}: {result}");
        return result;
    }

    private static string Configuration() =>
        typeof(ToolPackageTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private static string RootWithSdk()
    {
        SteinResult sdk = ExternalProgram.Run(
            Repository.Folder, new Dictionary<string, string?>(), ExternalProgram.DotnetHost, "--version");
        Assert.SkipWhen(sdk.ExitCode != 0, $"there is no .NET SDK here: {sdk.Error}");
        return Repository.Folder;
    }
}
