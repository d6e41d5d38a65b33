using System.Text.Json;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

/// <summary>Compares the scores used in golden cases with those of the authors and with difference quotients.</summary>
public class GoldenDensityTests
{
    private const string Quantity = "active_slices";

    [Theory]
    [Trait("Category", "Golden")]
    [MemberData(nameof(GoldenCases.Names), Quantity, MemberType = typeof(GoldenCases))]
    public void Scores_are_the_authors(string name)
    {
        GoldenCase golden = GoldenCases.Get(Quantity, name);
        using Device device = CpuDevices.CreateDouble();
        int compared = 0;
        foreach (string density in new[] { "p", "q" })
        {
            if (!golden.Expected.TryGetProperty($"score_{density}", out _))
                continue;
            double[] expected = golden.Expected.FlatMatrix($"score_{density}");
            JsonElement element = golden.Inputs.GetProperty(density);
            double[,] onHost = GoldenDensity.Scores(element, element.GetProperty("type").GetString()!, golden.Inputs.Matrix("samples"));
            Checks.CloseInMaximum($"{name}, {density}", expected, [.. onHost.Cast<double>()], 1e-10);
            DeviceMatrix onDevice = GoldenDensity.Scores(golden.Inputs, density, golden.Inputs.MatrixOn("samples", device));
            Checks.CloseInMaximum($"{name}, {density} on the device", expected, device.Read(onDevice), 1e-10);
            compared++;
        }

        Assert.True(compared > 0, "The case holds no score.");
    }

    [Theory]
    [InlineData("""{"type": "gaussian", "mean": [0.3, -1], "cov": [[2, 0.5], [0.5, 1]]}""")]
    [InlineData("""{"type": "product-t", "df": 4, "loc": [0.5, 0.1], "scale": [2, 0.7]}""")]
    [InlineData("""{"type": "product-laplace", "loc": 0.25, "scale": 1.5}""")]
    [InlineData("""{"type": "ica", "df": 3, "W_inv": [[1, 0.5], [-0.3, 2]]}""")]
    public void Scores_are_derivatives_of_the_logarithm_of_the_density(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement density = document.RootElement;
        string type = density.GetProperty("type").GetString()!;
        double[] at = [0.9, -1.7];
        double[,] scores = GoldenDensity.Scores(density, type, new double[,] { { at[0], at[1] } });
        FiniteDifferences.Check(type, LogDensity, at, [scores[0, 0], scores[0, 1]], quadratic: type is "gaussian" or "product-laplace");

        double LogDensity(double[] x)
        {
            switch (type)
            {
                case "gaussian":
                    Vector<double> centred = Vector<double>.Build.Dense(x) - Vector<double>.Build.Dense(density.Vector("mean"));
                    return -0.5 * centred.DotProduct(Matrix<double>.Build.DenseOfArray(density.Matrix("cov")).Solve(centred));
                case "product-t":
                    double[] location = density.Vector("loc"), scale = density.Vector("scale");
                    return x.Select((value, d) => StudentT.PDFLn(location[d], scale[d], density.Scalar("df"), value)).Sum();
                case "product-laplace":
                    return x.Sum(value => Laplace.PDFLn(density.Scalar("loc"), density.Scalar("scale"), value));
                default:
                    Vector<double> sources = Matrix<double>.Build.DenseOfArray(density.Matrix("W_inv")) * Vector<double>.Build.Dense(x);
                    return sources.Sum(source => StudentT.PDFLn(0, 1, density.Scalar("df"), source));
            }
        }
    }
}
