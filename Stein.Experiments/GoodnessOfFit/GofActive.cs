using Stein.Experiments.Runs;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>Ways to choose slices: climbed from random ones, or active ones, which are eigenvectors. Power, and time.</summary>
internal sealed class GofActive : GofStudy
{
    private static readonly string[] Tests =
    [
        "maxsksd-random", "maxsksd", "maxsksd-fast", "maxsksd-active", "maxsksd-active-ascent", "maxsksd-active-estimated",
        "maxsksd-pruned",
    ];

    public override string Name => "gof-active";

    public override string Title => "Active slices beside slices found by gradient ascent: power and time";

    public override string Source =>
        "Gong, Zhang, Li and Hernández-Lobato, Active slices for sliced Stein discrepancy, ICML 2021, section 6.1";

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--problem diffusion --dim 5 --test maxsksd-active,maxsksd-fast --n 200 --trials 10", "two ways to choose slices")];

    protected override IReadOnlyList<GofSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([10, 50, 100], new() { Trials = 100 }),
        GridScale.Quick => Grid([10], new() { Samples = 300, Trials = 10, Replicates = 300 }),
        _ => [.. Grid([2, 4], new() { Samples = 40, Trials = 2, Replicates = 59 }).Where(config => config.Test == "maxsksd-active")],
    };

    private static IReadOnlyList<GofSettings> Grid(int[] dimensions, GofSettings settings) => Cross(
        from problem in (string[])["laplace", "student-t", "diffusion"]
        from dimension in dimensions
        select settings with { Problem = problem, Dimension = dimension },
        Tests);
}
