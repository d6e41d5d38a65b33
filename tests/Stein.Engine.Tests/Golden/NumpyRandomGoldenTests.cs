using System.Text.Json;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.Golden;

/// <summary>NumPy's legacy normals and the published ICA matrices, to the last bit.</summary>
[Trait("Category", "Golden")]
public class NumpyRandomGoldenTests
{
    private const string Quantity = "numpy_rng_ica_matrices";

    // The values differ only by the rounding of another SVD or LU: D·u times the condition number is below 1e-11.
    private const double RelativeTolerance = 1e-9;

    [Theory]
    [MemberData(nameof(GoldenCases.Names), Quantity, MemberType = typeof(GoldenCases))]
    public void First_normals_are_NumPys(string name)
    {
        GoldenCase golden = GoldenCases.Get(Quantity, name);
        double[] expected = golden.Expected.Vector("randn_first_12");
        var actual = new double[expected.Length];
        new NumpyLegacyRandom(golden.Inputs.GetProperty("seed").GetUInt32()).FillNormal(actual);
        AssertSameBits(expected, actual);
    }

    [Theory]
    [MemberData(nameof(GoldenCases.Names), Quantity, MemberType = typeof(GoldenCases))]
    public void Matrices_are_the_authors(string name)
    {
        GoldenCase golden = GoldenCases.Get(Quantity, name);
        uint seed = golden.Inputs.GetProperty("seed").GetUInt32();
        int compared = 0;
        foreach (JsonProperty perDimension in golden.Expected.GetProperty("per_dim").EnumerateObject())
        {
            int dimension = int.Parse(perDimension.Name);
            PaperMatrices matrices = PaperMatrices.Draw(seed, dimension);
            AssertSame(perDimension.Value.GetProperty("W_true"), matrices.Truth, dimension);
            AssertSame(perDimension.Value.GetProperty("W_init"), matrices.Initial, dimension);
            compared++;
        }

        Assert.True(compared > 0, "The case holds no dimension.");
    }

    private static void AssertSame(JsonElement expected, AcceptedMatrix actual, int dimension)
    {
        Assert.Equal(expected.WholeNumber("attempts"), actual.Attempts);
        AssertSameBits(expected.Vector("first_row"), actual.Values.AsSpan(0, dimension));
        if (expected.TryGetProperty("matrix", out _))
        {
            AssertSameBits(expected.FlatMatrix("matrix"), actual.Values);
        }

        AssertClose(expected.Scalar("cond"), actual.ConditionNumber);
        (int sign, double logarithm) = SquareMatrix.LogDeterminant(actual.Values, dimension);
        Assert.Equal(expected.Scalar("slogdet_sign"), sign);
        AssertClose(expected.Scalar("slogdet_logabsdet"), logarithm);
    }

    private static void AssertClose(double expected, double actual) =>
        Assert.False(
            !(Math.Abs(actual - expected) <= RelativeTolerance * Math.Abs(expected)),
            $"{actual:R} is not within {RelativeTolerance} of {expected:R}.");

    private static void AssertSameBits(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(
                BitConverter.DoubleToInt64Bits(expected[i]) == BitConverter.DoubleToInt64Bits(actual[i]),
                $"Entry {i} is {actual[i]:R}, not {expected[i]:R}.");
        }
    }
}
