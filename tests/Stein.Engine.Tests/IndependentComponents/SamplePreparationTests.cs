using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.IndependentComponents;

public class SamplePreparationTests
{
    private const int D = 4, N = 500;
    private static readonly double[] Samples = Correlated();

    [Fact]
    public void Whitened_samples_are_uncorrelated_and_undone()
    {
        var whitening = SamplePreparation.Whiten(Samples, D, D);
        PaddedMatrix whitened = whitening.Apply(Samples);
        for (int i = 0; i < D; i++)
        {
            for (int j = 0; j < D; j++)
            {
                double sum = whitened.Row(i).ToArray().Zip(whitened.Row(j).ToArray(), (a, b) => a * b).Sum() / N;
                Assert.Equal(i == j ? 1 : 0, sum, 1e-12);
            }
        }

        for (int d = 0; d < D; d++)
        {
            double back = whitening.Mean[d];
            for (int c = 0; c < D; c++)
                back += whitening.Backward[(d * D) + c] * whitened.Row(c)[7];
            Assert.Equal(Samples[(7 * D) + d], back, 1e-11);
        }

        Assert.Equal(SquareMatrix.LogDeterminant(whitening.Forward, D).LogAbsoluteDeterminant, whitening.LogVolume, 1e-12);
        Assert.Equal(1, whitening.ExplainedShare, 1e-12);
        Assert.InRange(SamplePreparation.Whiten(Samples, D, 2).ExplainedShare, 0.6, 0.999);
    }

    [Fact]
    public void Standardised_columns_have_variance_one()
    {
        var scaling = SamplePreparation.Standardise(Samples, D);
        PaddedMatrix scaled = scaling.Apply(Samples);
        for (int d = 0; d < D; d++)
            Assert.Equal(1, scaled.Row(d).ToArray().Select(value => value * value).Average(), 1e-12);
        Assert.Equal(SquareMatrix.LogDeterminant(scaling.Forward, D).LogAbsoluteDeterminant, scaling.LogVolume, 1e-12);
    }

    [Fact]
    public void Superfluous_columns_are_named()
    {
        Assert.True(ColumnDependence.Find(Samples, D).IsNone(D));

        ColumnDependence sum = ColumnDependence.Find(With(row => (3 * row[0]) - row[2] + 7), D + 1);
        Assert.Equal(D, sum.Rank);
        Assert.Equal([0, 2, D], sum.Dependent!.Value.Of.Append(sum.Dependent.Value.Column).Order());

        ColumnDependence copy = ColumnDependence.Find(With(row => (-2e-3 * row[1]) + 1), D + 1);
        Assert.Equal([(D, 1)], copy.Duplicates);
        Assert.Equal(D, copy.Rank);

        ColumnDependence constant = ColumnDependence.Find(With(_ => 0.1), D + 1);
        Assert.Equal([D], constant.Constant);
        Assert.Equal(D, constant.Rank);

        // A column that is nearly, but not quite, a combination of others is one of its own.
        Assert.True(ColumnDependence.Find(With(row => row[0] + row[1] + (1e-6 * row[2] * row[3])), D + 1).IsNone(D + 1));
    }

    private static double[] With(Func<double[], double> column)
        => [.. Samples.Chunk(D).SelectMany(row => (double[])[.. row, column(row)])];

    private static double[] Correlated()
    {
        double[] values = new Draw(11).Normal(N * D);
        for (int i = 0; i < N; i++)
        {
            values[i * D] += 2 * values[(i * D) + 1];
            values[(i * D) + 2] = 100 + (5 * values[(i * D) + 2]);
        }

        return values;
    }
}
