using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>Every test on every problem of one size: which discrepancy sees what, and at what cost.</summary>
internal sealed class Gof : GofStudy
{
    private const int Trials = 100;
    private const int NullTrials = 400;

    public override string Name => "gof";

    public override string Title => "Goodness-of-fit tests on benchmark problems: which discrepancy sees what, and at what cost";

    public override string Source =>
        "Gong, Li and Hernández-Lobato, Sliced Kernelized Stein Discrepancy, ICLR 2021, section 4.1; Liu, Lee and Jordan, A kernelized "
        + "Stein discrepancy for goodness-of-fit tests, ICML 2016";

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--problem rbm --test ksd,linear-ksd --difference 0,0.02 --trials 50", "noise on the weights of an RBM, and none"),
        ("--problem laplace --dim 2,10,30 --trials 50", "the test by KSD loses its power as D grows"),
        ("--problem gamma --n 500 --difference 0,0.2,0.4 --trials 50", "one dimension, another shape"),
    ];

    public override HelpSection? Advice => TestAdvice.Of(GoodnessOfFitTests.Names);

    protected override IReadOnlyList<GofSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Cross(Cells(10, 1000, Trials, NullTrials), Tests),
        GridScale.Quick =>
        [
            .. Cross(Cells(10, 200, 5, 20), Tests).Where(cell => cell.Problem != "rbm" || !SamplesModel(cell)),
        ],
        _ => Cross(Cells(3, 60, 3, 5).Where(cell => cell.Problem is "gaussian" or "rbm"), "ksd", "fssd-opt", "maxsksd-active"),
    };

    /// <summary>All but those of an experiment of their own.</summary>
    private static IEnumerable<string> Tests => GoodnessOfFitTests.Names.Except(DeepKernelGof.Own);

    private static IEnumerable<GofSettings> Cells(int dimension, int samples, int trials, int nullTrials)
    {
        GofSettings settings = new() { Dimension = dimension, Samples = samples, Trials = trials };
        return
        [
            settings with { Problem = "gaussian", Trials = nullTrials },
            settings with { Problem = "laplace" },
            settings with { Problem = "student-t" },
            settings with { Problem = "diffusion" },
            settings with { Problem = "correlated", Difference = 0.5 },
            settings with { Problem = "rbm", Difference = 0.05 },
        ];
    }
}
