using System.Runtime.Intrinsics;
using System.Text.Json;
using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

[Trait("Category", "Golden")]
public class IcaGoldenTests
{
    private const string Quantity = "ica";
    private const string LikelihoodGradient = "grad_log_likelihood_mean_W_inv";

    private static readonly GoldenRun Run = new(Quantity)
    {
        Program = Measure,
        Translate = Translate,

        // See MaxSksdGoldenTests.
        IsZero = (golden, path) => golden.Inputs.Matrix("x").GetLength(1) == 1
            && (path.Contains("grad_r", StringComparison.Ordinal) || path.Contains("grad_g", StringComparison.Ordinal)),
    };

    [Theory]
    [MemberData(nameof(GoldenCases.OnEveryDevice), Quantity, MemberType = typeof(GoldenCases))]
    public void Scores_likelihoods_losses_and_gradients_are_the_authors(string name, string device) => Run.Check(name, device);

    /// <summary>The base density a case names.</summary>
    internal static BaseDensity Density(JsonElement inputs) => inputs.GetProperty("base").GetString() switch
    {
        "laplace" => BaseDensity.Laplace,
        "multi-t" => BaseDensity.StudentT,
        var unknown => throw new NotSupportedException($"The base density '{unknown}' is not one of the engine's."),
    };

    private static void Translate(GoldenCase golden, Dictionary<string, double[]> expected)
    {
        GoldenRun.SquareBandwidths(expected, path => path.Contains("bandwidth", StringComparison.Ordinal));
        if (expected.TryGetValue(LikelihoodGradient, out double[]? gradient))
        {
            // The engine has the relative gradient, which is ∂/∂V times VᵀV.
            double[,] v = golden.Inputs.Matrix("W_inv");
            int d = v.GetLength(0);
            double[] outer = TimesTransposed(gradient);
            var relative = new double[d * d];
            for (int i = 0; i < d * d; i++)
                relative[i] = Enumerable.Range(0, d).Sum(k => outer[(i / d * d) + k] * v[k, i % d]);
            expected[LikelihoodGradient] = relative;

            double[] TimesTransposed(double[] matrix)
            {
                var product = new double[d * d];
                for (int i = 0; i < d * d; i++)
                    product[i] = Enumerable.Range(0, d).Sum(k => matrix[(i / d * d) + k] * v[i % d, k]);
                return product;
            }
        }
    }

    private static void Measure(GoldenCase golden, Device device, Measurements results)
    {
        DeviceMatrix x = golden.Inputs.MatrixOn("x", device);
        (int count, int dimension) = (x.Rows, x.Columns);
        var model = new IcaModel(device, dimension, count, Density(golden.Inputs));
        double[] unmixing = golden.Inputs.FlatMatrix("W_inv");
        device.Write(model.Unmixing, unmixing);
        model.ComputeScores(x);
        results.Add("score", model.Scores);

        var likelihood = new IcaLikelihood(device, x);
        results.Add("un_log_likelihood_per_sample", () => likelihood.PerSample(model.Unmixing, model.Density).ToArray());
        double[] perSample = results["un_log_likelihood_per_sample"];
        results.AddDerived(
            "un_log_likelihood_mean",
            [perSample.Average()],
            () => [Measurements.Combine(0, 1.0 / count, results.Errors("un_log_likelihood_per_sample"))]);

        // The determinant of V rounded entry by entry: its logarithm moves by tr(V⁻¹ ∂V).
        double[] inverse = SquareMatrix.Inverse(unmixing, dimension);
        double determinantBound = 0;
        for (int i = 0; i < inverse.Length; i++)
            determinantBound += Math.Abs(inverse[i] * unmixing[(i % dimension * dimension) + (i / dimension)]);
        double logDeterminant = SquareMatrix.LogDeterminant(device.Read(model.Unmixing), dimension).LogAbsoluteDeterminant;
        var determinantError = new RunningErrorLane(0, determinantBound, Vector512.Create(determinantBound));
        results.AddDerived("log_abs_det_W_inv", [logDeterminant], () => [determinantError]);
        results.AddDerived(
            "log_likelihood_mean",
            [likelihood.Evaluate(model.Unmixing, model.Density)],
            () => [Measurements.Combine(0, 1, [determinantError, .. results.Errors("un_log_likelihood_mean")])]);

        DeviceMatrix workspace = device.Allocate(dimension, dimension);
        model.ComputeRelativeLikelihoodGradient(workspace);
        results.Add(LikelihoodGradient, model.UnmixingGradient);

        MeasureKsd(golden, device, results, model, x);
        MeasureMaxSksd("maxsksd_identity", device, results, model, x, Identity(dimension), Identity(dimension), dimension);
        MeasureBasis("maxsksd_identity", device, results, model, x);
        int slices = golden.Inputs.GetProperty("g").GetArrayLength();
        MeasureMaxSksd(
            "maxsksd_random", device, results, model, x, golden.Inputs.Transposed("r"), golden.Inputs.Transposed("g"), slices);
    }

    private static void MeasureKsd(GoldenCase golden, Device device, Measurements results, IcaModel model, DeviceMatrix x)
    {
        var ksd = new KernelisedSteinDiscrepancy<GaussianKernel>(device, x.Rows, x.Columns, PairStatistic.U);
        ksd.SetSamples(x);
        ksd.SetBandwidthByBatchMedian();
        results.Add("ksd/median_sq_dist", ksd.Bandwidth.Medians);
        int batch = golden.Inputs.WholeNumber("batch_size");
        if (batch != x.Rows)
            ksd.Bandwidth.Set([Math.Sqrt(device.Read(ksd.Bandwidth.Medians)[0] / Math.Log(batch))]);
        GoldenRun.AddSquaredBandwidths(results, "ksd/bandwidth", ksd.Bandwidth);
        results.AddSum("ksd/loss_U", PairStatistic.U.Weight(x.Rows), () => ksd.Value(x, model.Scores));
        DeviceMatrix gradient = device.Allocate(x.Rows, x.Columns);
        ksd.Gradient(gradient, x, model.Scores);
        model.BackPropagate(x, gradient);
        results.Add("ksd/grad_W_inv", model.UnmixingGradient);
    }

    private static void MeasureMaxSksd(
        string path, Device device, Measurements results, IcaModel model, DeviceMatrix x, double[] r, double[] g, int slices)
    {
        DeviceMatrix gradient = device.Allocate(x.Rows, x.Columns);
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            var sksd = SlicedKernelisedSteinDiscrepancy<GaussianKernel>.WithSlices(device, x.Rows, x.Columns, slices, statistic);
            device.Write(sksd.SliceDirections.Values, r);
            device.Write(sksd.TestDirections.Values, g);
            sksd.Project(x, model.Scores);
            if (statistic == PairStatistic.V)
                GoldenRun.AddSquaredBandwidths(results, $"{path}/bandwidth_per_slice", sksd.Bandwidth);
            results.AddSum($"{path}/loss_{statistic}", 1, () => sksd.Value(model.Scores));
            sksd.ScoreGradient(gradient, model.Scores);
            model.BackPropagate(x, gradient);
            results.Add($"{path}/grad_W_inv_{statistic}", model.UnmixingGradient);
            sksd.DirectionGradients(x, model.Scores, bySlices: true);
            results.AddTransposed($"{path}/grad_g_{statistic}", sksd.TestDirections.Gradient);
            results.AddTransposed($"{path}/grad_r_{statistic}", sksd.SliceDirections.Gradient);
        }
    }

    /// <summary>The method used in training, which skips products with r, must agree with the general one.</summary>
    private static void MeasureBasis(string path, Device device, Measurements results, IcaModel model, DeviceMatrix x)
    {
        DeviceMatrix gradient = device.Allocate(x.Rows, x.Columns);
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            var sksd = SlicedKernelisedSteinDiscrepancy<GaussianKernel>.OnBasis(device, x.Rows, x.Columns, statistic);
            sksd.Project(x, model.Scores);
            Hold($"{path}/loss_{statistic}", [sksd.Value(model.Scores)]);
            sksd.ScoreGradient(gradient, model.Scores);
            model.BackPropagate(x, gradient);
            Hold($"{path}/grad_W_inv_{statistic}", device.Read(model.UnmixingGradient));
            sksd.DirectionGradients(x, model.Scores, bySlices: false);
            DeviceMatrix transposed = device.Allocate(x.Columns, x.Columns);
            device.Transpose(transposed, sksd.TestDirections.Gradient);
            Hold($"{path}/grad_g_{statistic}", device.Read(transposed));
        }

        // Normalised unit vectors are unit vectors, so both differ only by the 1e-10 of the normalisation and by rounding.
        void Hold(string name, double[] values) => Checks.CloseInMaximum(
            name + " on the basis", results[name], values, 1e-9 + (64 * x.Rows * device.UnitRoundoff));
    }

    private static double[] Identity(int dimension)
        => [.. Enumerable.Range(0, dimension * dimension).Select(i => i / dimension == i % dimension ? 1.0 : 0.0)];
}
