using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>Dimensions by methods by seeds, with all other settings in common.</summary>
/// <param name="Dimensions">D.</param>
/// <param name="Methods">As on the command line.</param>
/// <param name="Seeds">Of the matrices and everything else.</param>
/// <param name="Settings">Everything else.</param>
internal sealed record IcaGrid(
    IReadOnlyList<int> Dimensions, IReadOnlyList<string> Methods, IReadOnlyList<uint> Seeds, IcaSettings Settings)
{
    /// <summary>The published table with its yardsticks, or the reduced grid of that scale.</summary>
    public static IcaGrid Of(GridScale scale) => scale switch
    {
        GridScale.Paper => new([.. PublishedIca.Dimensions], [.. IcaProtocol.Methods], [.. IcaProtocol.Seeds], new IcaSettings()),
        // From the dimension at which KSD is best to one at which it is worst, trained long enough to show it.
        GridScale.Quick => new(
            [10, 40, 100], [.. IcaProtocol.Methods], [.. IcaProtocol.Seeds.Take(3)], new IcaSettings { Iterations = 5000 }),
        _ => new(
            [2, 3],
            [.. IcaProtocol.Methods],
            [.. IcaProtocol.Seeds.Take(3)],
            new IcaSettings
            {
                Iterations = 400,
                Batch = 20,
                TrainingSamples = 500,
                TestSamples = 100,
                Hidden = 10,
                EvaluateEvery = 50,
            }),
    };

    /// <summary>Every run, by dimension, then method, then seed.</summary>
    public IReadOnlyList<IcaSettings> Configs() =>
    [
        .. from dimension in Dimensions
           from method in Methods
           from seed in Seeds
           select Settings with { Dimension = dimension, Method = method, Seed = seed },
    ];
}
