using System.Text.Json.Serialization;
using Stein.Engine.Estimators;
using Stein.Engine.Kernels;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>Everything that changes a number of a run of functional gradient descent on samples in the plane.</summary>
internal sealed record DaeDescentSettings
{
    /// <summary>The value of <see cref="Data"/> for samples of somebody's own.</summary>
    public const string FileData = "file";

    /// <summary>The most samples: the Gram matrix has their square.</summary>
    public const int MostSamples = 10_000;

    private const int DefaultSamples = 300;

    /// <summary>The names of the data: those of <see cref="PlanarDensity"/>, and <c>file</c>.</summary>
    public static IReadOnlyList<string> AllData { get; } = [.. PlanarDensity.Names, FileData];

    /// <summary>A name of <see cref="AllData"/>.</summary>
    public string Data { get; init; } = PlanarDensity.Names[0];

    /// <summary>The CSV of samples, two columns; null unless <see cref="Data"/> is <c>file</c>.</summary>
    public string? File { get; init; }

    /// <summary>
    /// The SHA-256 of the bytes of <see cref="File"/>, in hexadecimal digits, so that other content is another run; null for that of the
    /// file as it is.
    /// </summary>
    public string? FileSha256 { get; init; }

    /// <summary>N; null for 300, of a file all. Of a file with more, so many are drawn.</summary>
    public int? Samples { get; init; }

    /// <summary>
    /// h; null for a density's own, near the least that the Fisher error can be at N = 300 and 1000 (h² = 0.72 for modes, as in an earlier
    /// measurement, where a larger one is better still; 0.5 for rings, 0.16 for moons), and for a file what <see cref="BandwidthChoice"/>
    /// chooses.
    /// </summary>
    public double? Bandwidth { get; init; }

    /// <summary>A name of <see cref="RadialKernels"/>.</summary>
    public string Kernel { get; init; } = RadialKernels.Names[0];

    /// <summary>Steps of the descent, T. It is measured at <see cref="MeasuringTimes"/>.</summary>
    public int Steps { get; init; } = 30_000;

    /// <summary>Points of the density at which the Fisher error is measured; not for a file, which has no density.</summary>
    public int TestPoints { get; init; } = 2000;

    /// <summary>Of everything random.</summary>
    public uint Seed { get; init; } = 60;

    /// <summary>Whether the samples are somebody's own.</summary>
    [JsonIgnore]
    public bool IsFile => Data == FileData;

    /// <summary>h where it is given or the density's own; null where it is to be chosen.</summary>
    [JsonIgnore]
    internal double? KnownBandwidth => Bandwidth ?? OwnBandwidth;

    /// <summary>The setting for people: the density or the file's name.</summary>
    [JsonIgnore]
    internal string DataName => IsFile ? Path.GetFileName(File!) : Data;

    private double? OwnBandwidth => Data switch
    {
        "modes" => Math.Sqrt(0.72),
        "rings" => Math.Sqrt(0.5),
        "moons" => 0.4,
        _ => null,
    };

    /// <summary>
    /// The settings with everything filled in that identifies the run: N, and of a file the checksum; and settings without effect at their
    /// defaults.
    /// </summary>
    /// <exception cref="InvalidConfigException">A file whose checksum or N is to be filled in cannot be used.</exception>
    internal DaeDescentSettings Normalised()
    {
        DaeDescentSettings known = this with { Bandwidth = Bandwidth == OwnBandwidth ? null : Bandwidth };
        if (!IsFile)
            return known with { Samples = Samples ?? DefaultSamples };
        known = known with { TestPoints = new DaeDescentSettings().TestPoints };
        if (FileSha256 is not null && Samples is not null)
            return known;
        SampleFile file = SampleFile.Read(File!);
        return known with { FileSha256 = FileSha256 ?? file.Sha256, Samples = Samples ?? file.Count };
    }

    /// <summary>Checks that every setting can be run; of a file without checksum also that it can be read and has enough samples.</summary>
    /// <exception cref="InvalidConfigException">One cannot; the message says which, and what is allowed.</exception>
    internal void Validate()
    {
        ConfigChecks.RequireName("data", Data, AllData);
        ConfigChecks.RequireName("kernel", Kernel, RadialKernels.Names);
        if (Samples is { } samples)
            ConfigChecks.RequireFrom("samples", samples, HeldOutSplit.FewestSamples, MostSamples);
        ConfigChecks.RequireFrom("steps", Steps, 1, 10_000_000);
        ConfigChecks.RequireFrom("test_points", TestPoints, 1, 1_000_000);
        if (Bandwidth is { } bandwidth && !(bandwidth is >= 1e-6 and <= 1e6))
            throw InvalidConfigException.Value("bandwidth", bandwidth, "a number from 1e-6 to 1e6, a length in the units of the samples");
        ValidateFile();
    }

    private void ValidateFile()
    {
        if (!IsFile)
        {
            if (File is not null)
                throw InvalidConfigException.Value("file", File, $"left out where data is {Data}; give \"data\": \"{FileData}\" to use it");
            if (FileSha256 is not null)
                throw InvalidConfigException.Value("file_sha256", FileSha256, $"left out where data is {Data}");
            return;
        }

        if (string.IsNullOrWhiteSpace(File))
            throw InvalidConfigException.Value("file", "nothing", $"the path of a CSV of two columns where data is {FileData}");
        if (FileSha256 is { } sum && !(sum.Length == 64 && sum.All(char.IsAsciiHexDigitLower)))
            throw InvalidConfigException.Value("file_sha256", sum, "64 lower-case hexadecimal digits, or left out");
        if (FileSha256 is null || Samples is null)
            SampleFile.Read(File).RequireCount(Samples);
    }
}
