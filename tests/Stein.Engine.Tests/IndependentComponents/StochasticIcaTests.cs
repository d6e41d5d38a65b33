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
        StochasticIca once = Fit(Data.Rows, passes: 1), twice = Fit(Data.Rows, passes: 2);
        foreach (StochasticIca search in (StochasticIca[])[once, twice])
        {
            (int[] sources, double largest, _) = Data.Judge(search.Unmixing);
            Assert.Equal(Enumerable.Range(0, Dimension), sources.Order());
            Assert.InRange(largest, 0, 0.1);
            Assert.InRange(search.SeparatedAfter!.Value, 200, 4000);
        }

        Assert.Equal((30, 60), (once.Iterations, twice.Iterations));

        // M at the matrix that the second pass ends with, over all samples.
        (SourceContrast[] contrasts, SourceInformation[] sourceInformation) = LikelihoodEquations.Terms(
            [.. Enumerable.Repeat(SourceDensity.Laplace, Dimension)], LikelihoodEquations.Smoothing(Dimension, 6000));
        double first = Norm(once), second = Norm(twice);
        Assert.Equal(first, twice.Remainder, 1e-9);
        Assert.True(second < 0.5 * first, $"the second pass left ‖M‖ at {second}, from {first}");

        double Norm(StochasticIca search)
        {
            double[] mean = search.Mean;
            PaddedMatrix samples = new(Dimension, 6000);
            for (int d = 0; d < Dimension; d++)
            {
                for (int i = 0; i < 6000; i++)
                    samples.Row(d)[i] = Data.Rows[(i * Dimension) + d] - mean[d];
            }

            SourceStatistics statistics = new SourceMoments(samples).Compute(
                search.Unmixing, contrasts, hasCurvature: false, Cancellation);
            return Math.Sqrt(LikelihoodEquations.Equations(statistics, sourceInformation).Sum(value => value * value));
        }
    }

    [Fact]
    public void Each_pass_asks_for_every_sample_once_and_in_order()
    {
        List<(long First, int Count)> asked = [];
        int count = 0;
        StochasticIca search = Begin(Data.Rows[..(2599 * Dimension)], 3, (first, length) => asked.Add((first, length)));
        while (!search.IsFinished)
        {
            search.Step(Cancellation);
            Assert.Equal(++count, asked.Count);
        }

        (long, int)[] pass = [.. Enumerable.Range(0, 11).Select(batch => (200L * batch, 200)), (2200, 399)];
        Assert.Equal([.. pass, .. pass, .. pass], asked);
    }

    [Fact]
    public void Sources_that_are_normal_are_never_separated()
    {
        StochasticIca search = Fit(new Draw(5).Normal(3000 * Dimension), passes: 2);
        Assert.Null(search.SeparatedAfter);
        Assert.Equal(double.PositiveInfinity, search.Remainder);
    }

    [Fact]
    public void Too_few_samples_and_a_result_before_the_first_batch_are_errors()
    {
        Assert.Contains(
            "199 samples", Assert.Throws<ArgumentException>(() => Begin(Data.Rows[..1990], 1)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Begin(Data.Rows, 1).Unmixing);
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

    private static StochasticIca Fit(double[] rows, int passes)
    {
        StochasticIca search = Begin(rows, passes);
        search.Run(int.MaxValue, cancellation: Cancellation);
        return search;
    }

    private static StochasticIca Begin(double[] rows, int passes, Action<long, int>? asked = null) => new(
        (first, count) =>
        {
            asked?.Invoke(first, count);
            return rows.AsSpan((int)first * Dimension, count * Dimension).ToArray();
        },
        rows.Length / Dimension,
        SourceDensity.Laplace,
        new SteinContrast(8, 10 / Math.Sqrt(2)),
        MaximumLikelihoodIca.RandomRotation(Dimension, 1, 0),
        passes);
}
