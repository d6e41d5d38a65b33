using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;
using Stein.Tests;

namespace Stein.Cli.Tests;

/// <summary><c>dotnet pack cli</c>, and the tool installed from that package alone.</summary>
public sealed class ToolPackageTests
{
    private static readonly byte[] PngSignature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    [Fact]
    public void Packed_installed_run_and_uninstalled()
    {
        using var stein = new SteinProgram();
        string root = Repository.Folder;

        // Nothing may come from elsewhere: neither from a server nor from packages that earlier tests left.
        var environment = new Dictionary<string, string?>
        {
            ["NUGET_PACKAGES"] = stein.PathOf("packages"),
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
        };
        SteinResult sdk = ExternalProgram.Run(root, environment, ExternalProgram.DotnetHost, "--version");
        if (sdk.ExitCode != 0)
            Assert.Skip($"there is no .NET SDK here: {sdk.Error}");

        // What is built already is packed: other tests are using it.
        Dotnet(root, [], "pack", "cli", "--no-build", "-c", Configuration(), "-o", stein.PathOf("feed"), "-nodeReuse:false");
        string package = Assert.Single(Directory.GetFiles(stein.PathOf("feed")));
        Assert.Matches(@"^Stein\.Tool\.\d+\.\d+\.\d+\.nupkg$", Path.GetFileName(package));
        CheckContents(package);

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

        using Stream stream = archive.GetEntry("Stein.Tool.nuspec")!.Open();
        XElement[] metadata = [.. XDocument.Load(stream).Descendants()];
        Assert.Equal("MIT", Text("license"));
        Assert.NotEqual("", Text("description"));
        Assert.Equal("README.md", Text("readme"));
        Assert.Equal("DotnetTool", metadata.Single(element => element.Name.LocalName == "packageType").Attribute("name")!.Value);

        string Text(string name) => metadata.Single(element => element.Name.LocalName == name).Value;
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
}
