using System.Text.Json;
using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.Devices;
using Stein.Engine.Models;

namespace Stein.Engine.Tests.Golden;

/// <summary>
/// The scores of the densities of golden cases, on the host in double precision except for the ICA model, which the engine provides.
/// </summary>
internal static class GoldenDensity
{
    /// <summary>∇ log p at the samples (N×D) for the density under <paramref name="key"/>.</summary>
    public static DeviceMatrix Scores(JsonElement inputs, string key, DeviceMatrix samples)
    {
        JsonElement density = inputs.GetProperty(key);
        string type = density.GetProperty("type").GetString()!;
        if (type == "ica" && density.Scalar("df") == IcaData.StudentTDegreesOfFreedom)
        {
            var model = new IcaModel(samples.Device, samples.Columns, samples.Rows, BaseDensity.StudentT);
            samples.Device.Write(model.Unmixing, density.FlatMatrix("W_inv"));
            model.ComputeScores(samples);
            return model.Scores;
        }

        double[,] scores = Scores(density, type, inputs.Matrix("samples"));
        return samples.Device.Upload(samples.Rows, samples.Columns, [.. scores.Cast<double>()]);
    }

    /// <summary>∇ log p at the samples (N×D).</summary>
    internal static double[,] Scores(JsonElement density, string type, double[,] samples)
    {
        switch (type)
        {
            case "gaussian":
                double[] mean = density.Vector("mean");
                Matrix<double> precision = Matrix<double>.Build.DenseOfArray(density.Matrix("cov")).Inverse();
                return (Centred(samples, mean) * -precision).ToArray();
            case "product-t":
                return Standardised(density, samples, Student(density.Scalar("df")));
            case "product-laplace":
                return Standardised(density, samples, z => -Math.Sign(z));
            case "ica":
                Matrix<double> unmixing = Matrix<double>.Build.DenseOfArray(density.Matrix("W_inv"));
                Matrix<double> sources = Matrix<double>.Build.DenseOfArray(samples) * unmixing.Transpose();
                return (sources.Map(Student(density.Scalar("df"))) * unmixing).ToArray();
            default:
                throw new ArgumentException($"write the score of the density '{type}' here", nameof(type));
        }
    }

    /// <summary>The derivative of the logarithm of the standard Student-t density.</summary>
    private static Func<double, double> Student(double degreesOfFreedom)
        => z => -(degreesOfFreedom + 1) * z / (degreesOfFreedom + (z * z));

    /// <summary>The scores of independent coordinates (x_d − loc_d)/scale_d.</summary>
    private static double[,] Standardised(JsonElement density, double[,] samples, Func<double, double> derivative)
    {
        double[] location = PerDimension(density.GetProperty("loc"), samples.GetLength(1));
        double[] scale = PerDimension(density.GetProperty("scale"), samples.GetLength(1));
        return Centred(samples, location).MapIndexed((_, d, x) => derivative(x / scale[d]) / scale[d], Zeros.Include).ToArray();
    }

    private static Matrix<double> Centred(double[,] samples, double[] location)
        => Matrix<double>.Build.DenseOfArray(samples).MapIndexed((_, d, x) => x - location[d], Zeros.Include);

    /// <summary>Reads a list of numbers, or a single number that is repeated for every dimension.</summary>
    private static double[] PerDimension(JsonElement element, int dimension)
        => element.ValueKind == JsonValueKind.Array
            ? GoldenRun.Numbers(element)
            : [.. Enumerable.Repeat(element.GetDouble(), dimension)];
}
