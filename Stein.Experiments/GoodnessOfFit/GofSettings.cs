using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Experiments.Declarations;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>
/// One cell: a goodness-of-fit test of samples that differ from the model in some way. The defaults are a cell of the benchmark by Liu, Lee
/// and Jordan (ICML 2016, section 6) as it has become usual: a Gauss–Bernoulli RBM with 40 hidden units whose weights are perturbed.
/// </summary>
internal sealed record GofSettings
{
    [Description("model, and how the samples differ from it"), OneOf(typeof(GofProblem)), Option("problem", "problems")]
    public string Problem { get; init; } = "rbm";

    [Description("test"), OneOf(typeof(GoodnessOfFitTests)), Option("test", "tests")]
    public string Test { get; init; } = "ksd";

    [Description("dimension D"), Range(1, 1000), Option("dim", "dimension"), OnlyFor(nameof(Problem), typeof(GofProblem))]
    public int Dimension { get; init; } = 50;

    [Description("size of the difference: σ of the noise added to all weights of the RBM, the variance of that added to one, the shift of "
        + "Gamma's shape, the correlation, or the mean")]
    [Range(0.0, double.MaxValue), OnlyFor(nameof(Problem), typeof(GofProblem))]
    public double Difference { get; init; } = 0.02;

    [Description("hidden units of the RBM"), Range(1, 1000), OnlyFor(nameof(Problem), typeof(GofProblem))]
    public int Hidden { get; init; } = 40;

    [Description("seed of the RBM and its perturbation, drawn by NumPy's generator as in the published scripts")]
    [OnlyFor(nameof(Problem), typeof(GofProblem))]
    public uint ModelSeed { get; init; }

    [Description("whether each test has an RBM of its own, with the next model seed")]
    [OnlyFor(nameof(Problem), typeof(GofProblem)), AddedLater]
    public bool VariesModel { get; init; }

    [Description("samples per test"), Range(10, 20_000), Option("n", "samples")]
    public int Samples { get; init; } = 1000;

    [Description("number of tests, each with its own samples"), Range(1, 1_000_000)]
    public int Trials { get; init; } = 200;

    [Description("replicates per test, where the test has replicates"), Range(19, 100_000)]
    public int Replicates { get; init; } = 1000;

    [Description("level of the tests; a test rejects if its p-value is at most the level")]
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Level { get; init; } = 0.05;

    /// <remarks>Cells that differ in the test alone have the same samples.</remarks>
    [Description("seed of everything else that is random")]
    public uint Seed { get; init; } = 60;
}
