using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Estimators;
using Stein.Engine.Kernels;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

/// <summary>
/// Compares the Stein gradient estimator with the authors' functions in double precision. Their solves are accurate to 10⁻¹⁰; the
/// tolerance is 10⁻⁹.
/// </summary>
[Trait("Category", "Golden")]
public sealed class SteinGradientGoldenTests : IDisposable
{
    public const string Quantity = "stein_gradient";

    private const double Tolerance = 1e-9;

    private readonly Device device = CpuDevices.CreateDouble();

    public static TheoryData<string> Names => GoldenCases.Names(Quantity);

    public void Dispose() => device.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void The_Gram_matrix_and_the_sums_of_gradients_are_the_authors(string name)
    {
        GoldenCase golden = GoldenCases.Get(Quantity, name);
        SampleSet samples = Samples(golden);
        var gram = new PaddedMatrix(samples.Count, samples.Count);
        DeviceMatrix sums = new SampleGram<GaussianKernel>(samples).GradientSums(gram);
        Checks.CloseInMaximum("kernel", golden.Expected.FlatMatrix("kernel_matrix"), gram.ToArray(), Tolerance);
        Checks.CloseInMaximum("sums", golden.Expected.FlatMatrix("grad_kernel_sum"), samples.Units.PerLength(device.Read(sums)), Tolerance);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_estimate_at_the_samples_is_the_authors_invariant_one(string name)
    {
        GoldenCase golden = GoldenCases.Get(Quantity, name);
        foreach (string estimator in (string[])["stein", "stein-augmented"])
        {
            ScoreEstimate estimate = ScoreEstimators.Find(estimator).Fit(
                device,
                golden.Inputs.FlatMatrix("samples"),
                golden.Inputs.Matrix("samples").GetLength(1),
                new ScoreEstimatorSettings { Bandwidth = Bandwidth(golden), Regularisation = golden.Inputs.Scalar("lambda") });
            Checks.CloseInMaximum(
                estimator, golden.Expected.FlatMatrix("score_estimate"), estimate.ScoresAtSamples(), Tolerance);
        }
    }

    /// <summary>
    /// The released variant adds <c>(λ/b)(K + λI)⁻¹X</c>, so it depends on where the samples lie; the engine has no such estimator.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_released_variant_differs_by_what_is_not_invariant(string name)
    {
        GoldenCase golden = GoldenCases.Get(Quantity, name);
        (RidgeSolution solution, double[] released) = Released(golden);
        double[] expected = golden.Expected.FlatMatrix("score_estimate_steingrad");
        Checks.CloseInMaximum("released", expected, released, Tolerance);
        double[] difference = [.. released.Zip(Samples(golden).Units.PerLength(solution.Scores), (theirs, ours) => theirs - ours)];
        Checks.CloseInMaximum("difference", golden.Expected.FlatMatrix("steingrad_minus_sliced"), difference, Tolerance);
    }

    /// <summary>The predictor is the same for any estimate at the samples; the authors use their released variant.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_non_parametric_predictor_is_the_authors(string name)
    {
        GoldenCase golden = GoldenCases.Get(Quantity, name);
        (RidgeSolution solution, double[] released) = Released(golden);
        SampleSet samples = Samples(golden);
        var estimate = new AugmentedSteinEstimate<GaussianKernel>(
            samples,
            golden.Inputs.Scalar("lambda"),
            solution with { Scores = [.. released.Select(score => score * samples.Units.Length)] });
        Checks.CloseInMaximum(
            "out of sample",
            golden.Expected.FlatMatrix("out_of_sample_steingrad"),
            estimate.Scores(golden.Inputs.FlatMatrix("query")),
            Tolerance);
    }

    private static double Bandwidth(GoldenCase golden) => Math.Sqrt(2 * golden.Inputs.Scalar("bandwidth_b"));

    private SampleSet Samples(GoldenCase golden) => SampleSet.Create(
        device,
        golden.Inputs.FlatMatrix("samples"),
        golden.Inputs.Matrix("samples").GetLength(1),
        Bandwidth(golden),
        BandwidthRule.Median);

    private (RidgeSolution Solution, double[] Released) Released(GoldenCase golden)
    {
        double[,] samples = golden.Inputs.Matrix("samples");
        double ridge = golden.Inputs.Scalar("lambda");
        SampleSet set = Samples(golden);
        var solution = RidgeSolution.Solve<GaussianKernel>(set, ridge);
        PaddedMatrix shift = PaddedMatrix.FromRows(golden.Inputs.FlatMatrix("samples"), samples.GetLength(0), samples.GetLength(1));
        solution.Factor.Solve(shift);
        double factor = ridge / golden.Inputs.Scalar("bandwidth_b");
        return (solution, [.. set.Units.PerLength(solution.Scores).Zip(shift.ToArray(), (score, solved) => score + (factor * solved))]);
    }
}
