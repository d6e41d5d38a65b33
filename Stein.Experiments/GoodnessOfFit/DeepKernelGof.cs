using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>What a trained kernel adds to tests by kernels and by slices, and what becomes of it without a split of the samples.</summary>
internal sealed class DeepKernelGof : GofStudy
{
    /// <summary>Those of deep kernels, which are of this experiment alone.</summary>
    public static readonly IReadOnlyList<string> Own =
        ["deep-kernel", "deep-kernel-deviation", "deep-kernel-unbounded", "deep-kernel-same-data"];

    /// <summary>Of true models, at each of two dimensions, for tests that take a fraction of a second; and for the others.</summary>
    private const int NullTrials = 1000, FewNullTrials = 100;

    private static readonly string[] Rivals = ["ksd-rbf", "ksd", "maxsksd"];

    public override string Name => "deep-kernel-gof";

    public override string Title => "Goodness-of-fit tests with a deep kernel";

    public override string Source =>
        "Li, Make Stein's method great again for generative modelling?; Liu et al., Learning deep kernels for non-parametric two-sample "
        + "tests, ICML 2020; problems of Gong, Li and Hernández-Lobato, Sliced Kernelized Stein Discrepancy, ICLR 2021";

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--problem diffusion --dim 50 --test ksd-rbf,deep-kernel --n 600 --trials 20", "a thin direction among fifty")];

    protected override IReadOnlyList<GofSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(
            [20, 50], [0, 0.02, 0.03], new() { Samples = 600, Trials = 100, Replicates = 500 }, NullTrials, FewNullTrials),
        GridScale.Quick => Grid([20], [], new() { Samples = 200, Trials = 5, Replicates = 100 }, 5, 5),
        _ => Grid([3], [], new() { Samples = 40, Trials = 2, Replicates = 59 }, 3, 2),
    };

    private static IReadOnlyList<GofSettings> Grid(
        int[] dimensions, double[] noises, GofSettings settings, int nullTrials, int fewNullTrials) =>
    [
        .. from cell in Cross(
               [
                   .. from problem in (string[])["gaussian", "laplace", "diffusion"]
                      from dimension in dimensions
                      select settings with { Problem = problem, Dimension = dimension },
                   .. from noise in noises select settings with { Problem = "rbm", Dimension = 50, Difference = noise },
               ],
               [.. Rivals, .. Own])
           select cell.Problem != "gaussian" ? cell
               : cell with { Trials = cell.Test is "maxsksd" or "deep-kernel-same-data" ? fewNullTrials : nullTrials },
    ];
}
