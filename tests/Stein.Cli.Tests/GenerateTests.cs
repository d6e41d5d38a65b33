using System.Runtime.InteropServices;
using Stein.Experiments.Generators;

namespace Stein.Cli.Tests;

/// <summary><c>stein generate</c>, end to end.</summary>
[Collection(nameof(InThisProcess))]
public sealed class GenerateTests
{
    private const int Pixels = 64;

    /// <summary>What is wrong with files or options, and what the message has to say.</summary>
    public static TheoryData<string, string> Faults => new()
    {
        { "--model m.json --count 0", "--count 0: it must be 1 to" },
        { "--model m.json --count 2.5", "--count 2.5: it must be a whole number" },
        { "--model m.json", "--count" },
        { "--count 5", "--model" },
        { "--model none.json --count 5", "--model none.json: there is no such file. A run of stein generator-digits leaves model.json" },
        { "--model . --count 5", "--model .: it is a folder" },
        { "--model x.csv --count 5", "--model x.csv: it is not a model" },
        { "--model plane.json --count 5 --image a.png", "have 2 coordinates, and images have 64" },
        { "--model m.json --count 5 --image a.jpg", "it is written as PNG" },
        { "--model m.json --count 5 --out m.json", "--model is read from that file" },
        { "--model m.json --count 5 --seed -1", "--seed -1: it must be a whole number that is not negative" },
    };

    /// <summary>Independent pixels.</summary>
    internal static SamplerModel Model { get; } = MeanField(Pixels);

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_fewer_samples_are_the_first_ones()
    {
        using SteinProgram stein = Files();
        Assert.Equal(0, stein.RunHere("generate", "--model", "m.json", "--count", "20", "--out", "a.csv").ExitCode);
        Assert.Equal(0, stein.RunHere("generate", "--model", "m.json", "--count", "20", "--out", "b.csv", "-q").ExitCode);
        Assert.Equal(0, stein.RunHere("generate", "--model", "m.json", "--count", "20", "--seed", "1", "--out", "c.csv").ExitCode);
        Assert.Equal(File.ReadAllBytes(stein.PathOf("a.csv")), File.ReadAllBytes(stein.PathOf("b.csv")));
        Assert.NotEqual(File.ReadAllBytes(stein.PathOf("a.csv")), File.ReadAllBytes(stein.PathOf("c.csv")));
        string[] lines = stein.ReadLines("a.csv");
        Assert.Equal(21, lines.Length);
        Assert.StartsWith("x1,x2,", lines[0], StringComparison.Ordinal);
        SteinResult printed = stein.Run("generate", "--model", "m.json", "--count", "3", "-q");
        Assert.Equal(lines[..4], printed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(printed.Error);
    }

    [Fact]
    public void Digits_are_drawn_as_a_picture()
    {
        using SteinProgram stein = Files();
        SteinResult result = stein.RunHere(
            "generate", "--model", "m.json", "--count", "20", "--out", "a.csv", "--image", "a.png");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(
            "20 samples with 64 coordinates, seed 0; a.csv is written; a.png is written", result.Error, StringComparison.Ordinal);
        Assert.Equal([0x89, .. "PNG"u8], File.ReadAllBytes(stein.PathOf("a.png"))[..4]);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_is_wrong_is_said(string options, string message)
    {
        using SteinProgram stein = Files();
        SteinResult result = stein.RunHere(["generate", .. options.Split(' ')]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    private static SamplerModel MeanField(int dimension) => new(
        "stein.sampler/1",
        dimension,
        [],
        dimension,
        "relu",
        "identity",
        IsMeanField: true,
        MemoryMarshal.AsBytes(Enumerable.Range(0, 2 * dimension).Select(i => i < dimension ? 0.2 : 0.5).ToArray().AsSpan()).ToArray());

    private static SteinProgram Files()
    {
        var stein = new SteinProgram();
        (string, SamplerModel)[] models = [("m.json", Model), ("plane.json", MeanField(2))];
        foreach ((string file, SamplerModel model) in models)
        {
            using FileStream stream = File.Create(stein.PathOf(file));
            model.Write(stream);
        }

        File.WriteAllText(stein.PathOf("x.csv"), "1,2\n");
        return stein;
    }
}
