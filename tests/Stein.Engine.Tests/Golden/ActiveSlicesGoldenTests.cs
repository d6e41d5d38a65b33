using System.Text.Json;
using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit.Slices;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

/// <summary>Compares active slices with the authors', in double precision.</summary>
[Trait("Category", "Golden")]
public sealed class ActiveSlicesGoldenTests : IDisposable
{
    private const string Quantity = "active_slices";

    /// <summary>That of the README of the cases; the estimator's linear solves agree to this too.</summary>
    private const double Tolerance = 1e-10;

    private readonly Device device = CpuDevices.CreateDouble();

    /// <summary>The cases that have slices of a kind.</summary>
    public static TheoryData<string> With(string key)
        => [.. GoldenCases.Of(Quantity).Where(golden => golden.Expected.TryGetProperty(key, out _)).Select(golden => golden.Name)];

    public void Dispose() => device.Dispose();

    [Theory]
    [MemberData(nameof(With), "g_kernel")]
    public void Kernel_smoothed_slices_are_the_authors(string name)
    {
        GoldenCase golden = GoldenCases.Get(Quantity, name);
        var slices = new KernelSmoothedSlices(
            golden.Inputs.FlatMatrix("samples"), golden.Expected.FlatMatrix("score_p"), golden.Inputs.Matrix("samples").GetLength(1));
        Checks.CloseInMaximum(
            "bandwidth", [golden.Expected.GetProperty("g_kernel").Scalar("bandwidth")], [slices.Bandwidth], Tolerance);
        Check(golden, slices, "r_kernel", "g_kernel");
    }

    [Theory]
    [MemberData(nameof(With), "g_optimal_exact")]
    public void Slices_by_the_exact_score_are_the_authors(string name)
    {
        GoldenCase golden = GoldenCases.Get(Quantity, name);
        var slices = new ExactSlices(
            golden.Inputs.FlatMatrix("samples"), GoldenModel.Of(golden.Inputs, "p"), GoldenModel.Of(golden.Inputs, "q"));
        Check(golden, slices, "r_optimal_exact", "g_optimal_exact");
    }

    [Theory]
    [MemberData(nameof(With), "g_optimal_estimator")]
    public void Slices_by_the_estimated_score_are_the_authors(string name)
    {
        GoldenCase golden = GoldenCases.Get(Quantity, name);
        var slices = new EstimatedSlices(
            device,
            golden.Inputs.FlatMatrix("samples"),
            GoldenModel.Of(golden.Inputs, "p"),
            golden.Inputs.Scalar("estimator_lambda"));
        Checks.CloseInMaximum("estimate", golden.Expected.FlatMatrix("score_q_estimated"), slices.Scores, Tolerance);
        Check(golden, slices, "r_optimal_estimator", "g_optimal_estimator");
    }

    private static void Check(GoldenCase golden, ActiveSlices slices, string scoreKey, string sampleKey)
    {
        JsonElement expected = golden.Expected.GetProperty(scoreKey);
        PrincipalDirections directions = slices.ScoreDirections();
        Checks.CloseInMaximum("r, matrix", expected.FlatMatrix("matrix"), directions.Moment, Tolerance);
        Checks.CloseInMaximum("r, eigenvalues", expected.Vector("eigenvalues_descending"), directions.Values, Tolerance);
        CheckUpToSigns("r", expected.FlatMatrix("r_rows"), directions.Rows, slices.Dimension);
        Assert.Equal(
            expected.Vector("num_selected_by_threshold"),
            golden.Inputs.Vector("thresholds").Select(threshold => (double)directions.CountWithin(threshold)));

        double[] r = golden.Inputs.FlatMatrix("r");
        expected = golden.Expected.GetProperty(sampleKey);
        double[] matrices = GoldenRun.Numbers(expected.GetProperty("matrix_per_r"));
        double[] values = expected.FlatMatrix("eigenvalues_descending_per_r");
        int d = slices.Dimension;
        for (int k = 0; k < r.Length / d; k++)
        {
            PrincipalDirections found = slices.SampleDirections(r.AsSpan(k * d, d));
            Checks.CloseInMaximum($"g of r {k}, matrix", matrices.AsSpan(k * d * d, d * d), found.Moment, Tolerance);
            Checks.CloseInMaximum($"g of r {k}, eigenvalues", values.AsSpan(k * d, d), found.Values, Tolerance);
        }

        CheckUpToSigns("g", expected.FlatMatrix("g_rows"), slices.For(r).Samples, d);
    }

    /// <summary>The eigenvalues of all cases are well separated.</summary>
    private static void CheckUpToSigns(string what, double[] expected, double[] actual, int dimension)
    {
        var signed = new double[actual.Length];
        for (int start = 0; start < actual.Length; start += dimension)
        {
            double product = 0;
            for (int d = start; d < start + dimension; d++)
                product += expected[d] * actual[d];
            for (int d = start; d < start + dimension; d++)
                signed[d] = Math.Sign(product) * actual[d];
        }

        Checks.CloseInMaximum(what, expected, signed, Tolerance);
    }
}

/// <summary>A density of golden cases with its score and the derivative of that; nobody asks for the density itself.</summary>
internal sealed class GoldenModel(JsonElement density, int dimension) : IDensity
{
    private readonly string type = density.GetProperty("type").GetString()!;

    public int Dimension => dimension;

    public static GoldenModel Of(JsonElement inputs, string key)
        => new(inputs.GetProperty(key), inputs.Matrix("samples").GetLength(1));

    public double LogDensity(ReadOnlySpan<double> point) => throw new NotSupportedException();

    public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score)
    {
        ScoreRow(point).CopyTo(score);
        return 0;
    }

    public void HessianProducts(ReadOnlySpan<double> points, ReadOnlySpan<double> vectors, Span<double> products)
    {
        for (int start = 0; start < points.Length; start += dimension)
        {
            Vector<double> v = Vector<double>.Build.Dense(vectors.Slice(start, dimension).ToArray());
            (Hessian(points.Slice(start, dimension)) * v).AsArray().CopyTo(products[start..]);
        }
    }

    private double[] ScoreRow(ReadOnlySpan<double> point)
    {
        var row = new double[1, dimension];
        for (int d = 0; d < dimension; d++)
            row[0, d] = point[d];
        return [.. GoldenDensity.Scores(density, type, row).Cast<double>()];
    }

    private Matrix<double> Hessian(ReadOnlySpan<double> point)
    {
        if (type == "gaussian")
            return -Matrix<double>.Build.DenseOfArray(density.Matrix("cov")).Inverse();
        double df = density.Scalar("df");
        Vector<double> x = Vector<double>.Build.Dense(point.ToArray());
        Matrix<double> unmixing = type == "ica"
            ? Matrix<double>.Build.DenseOfArray(density.Matrix("W_inv"))
            : Matrix<double>.Build.DenseIdentity(dimension) / density.Scalar("scale");
        Vector<double> sources = type == "ica" ? unmixing * x : unmixing * (x - density.Scalar("loc"));
        Vector<double> slopes = sources.Map(z => -(df + 1) * (df - (z * z)) / Math.Pow(df + (z * z), 2));
        return unmixing.Transpose() * Matrix<double>.Build.DenseOfDiagonalVector(slopes) * unmixing;
    }
}
