using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.IndependentComponents;

public class StochasticIcaTests
{
    private const int Dimension = 10;

    private static readonly MixedSources Data = MixedSources.OfLaplace(Dimension, 6000, seed: 11);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_pass_separates_and_a_second_one_solves_the_equations_of_all_samples()
    {
        StreamSolution once = Fit(Blocks(Data.Rows, 77), passes: 1), twice = Fit(Blocks(Data.Rows, 77), passes: 2);
        foreach (StreamSolution solution in (StreamSolution[])[once, twice])
        {
            (int[] sources, double largest, _) = Data.Judge(solution.Unmixing);
            Assert.Equal(Enumerable.Range(0, Dimension), sources.Order());
            Assert.InRange(largest, 0, 0.1);
            Assert.Equal(6000, solution.Samples);
            Assert.InRange(solution.SeparatedAfter!.Value, 200, 4000);
        }

        // M at the matrix that the second pass ends with, over all samples.
        (SourceContrast[] contrasts, SourceInformation[] sourceInformation) = LikelihoodEquations.Terms(
            [.. Enumerable.Repeat(SourceDensity.Laplace, Dimension)], LikelihoodEquations.Smoothing(Dimension, 6000));
        double first = Norm(once), second = Norm(twice);
        Assert.Equal(first, twice.Norm, 1e-9);
        Assert.True(second < 0.5 * first, $"the second pass left ‖M‖ at {second}, from {first}");

        double Norm(StreamSolution solution)
        {
            var centred = new double[Data.Rows.Length];
            for (int i = 0; i < centred.Length; i++)
                centred[i] = Data.Rows[i] - solution.Mean[i % Dimension];
            PaddedMatrix samples = new(Dimension, 6000);
            for (int d = 0; d < Dimension; d++)
            {
                for (int i = 0; i < 6000; i++)
                    samples.Row(d)[i] = centred[(i * Dimension) + d];
            }

            SourceStatistics statistics = new SourceMoments(samples).Compute(
                solution.Unmixing, contrasts, hasCurvature: false, Cancellation);
            return Math.Sqrt(LikelihoodEquations.Equations(statistics, sourceInformation).Sum(value => value * value));
        }
    }

    [Fact]
    public void How_samples_are_divided_into_blocks_does_not_matter()
    {
        double[] expected = Fit(Blocks(Data.Rows, 77), passes: 2).Unmixing;
        Assert.Equal(expected, Fit(Blocks(Data.Rows, 1), passes: 2).Unmixing);
        Assert.Equal(expected, Fit([[], Data.Rows, []], passes: 2).Unmixing);
    }

    [Fact]
    public void Sources_that_are_normal_are_never_separated()
    {
        double[] rows = new Draw(5).Normal(3000 * Dimension);
        StreamSolution solution = Fit(Blocks(rows, 500), passes: 2);
        Assert.Null(solution.SeparatedAfter);
        Assert.True(double.IsNaN(solution.Norm));
    }

    [Fact]
    public void Too_few_samples_and_parts_of_rows_are_errors()
    {
        Assert.Contains("199 samples", Assert.Throws<ArgumentException>(() => Fit([Data.Rows[..1990]], 1)).Message,
            StringComparison.Ordinal);
        Assert.Contains("15 numbers", Assert.Throws<ArgumentException>(() => Fit([new double[15]], 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Running_moments_are_those_of_all_samples()
    {
        const int Count = 500;
        double[] values = [.. new Draw(2).Normal(3 * Count).Select((value, i) => value + (1e6 * (i / Count)))];
        var running = new RunningMoments(3);
        int first = 0;
        foreach (int size in (int[])[1, 99, 400])
        {
            double[] block = [.. Enumerable.Range(0, 3).SelectMany(d => values.Skip((d * Count) + first).Take(size))];
            running.Add(PaddedMatrix.FromRows(block, 3, size));
            first += size;
        }

        double[][] columns = [.. values.Chunk(Count)];
        double[] means = [.. columns.Select(column => column.Average())];
        Assert.Equal(Count, running.Count);
        Checks.Close("mean", means, running.Mean, _ => 1e-8);
        double[] covariance =
        [
            .. from i in Enumerable.Range(0, 3)
               from j in Enumerable.Range(0, 3)
               select columns[i].Zip(columns[j], (x, y) => (x - means[i]) * (y - means[j])).Average(),
        ];
        Checks.Close("covariance", covariance, running.Covariance, _ => 1e-7);
    }

    private static StreamSolution Fit(IEnumerable<double[]> blocks, int passes) => StochasticIca.Fit(
        blocks,
        Dimension,
        SourceDensity.Laplace,
        new SteinContrast(8, 10 / Math.Sqrt(2)),
        MaximumLikelihoodIca.RandomRotation(Dimension, 1, 0),
        passes,
        cancellation: Cancellation);

    private static IEnumerable<double[]> Blocks(double[] rows, int size) => rows.Chunk(size * Dimension);
}
