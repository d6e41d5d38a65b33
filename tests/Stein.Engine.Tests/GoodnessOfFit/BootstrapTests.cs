using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit;

/// <summary>Compares the bootstrap with its definition on every device, and checks which arguments it rejects.</summary>
public class BootstrapTests
{
    private const ulong Seed = 90;

    public static TheoryData<BootstrapWeights> Kinds => [.. Enum.GetValues<BootstrapWeights>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Replicates_are_the_double_sums_over_all_pairs(BootstrapWeights kind)
    {
        using Device device = CpuDevices.CreateDouble();
        foreach ((int samples, int replicates) in new[] { (2, 1), (3, 5), (17, 4), (33, 3), (70, 9) })
        {
            double[] pairs = Pairs(samples);
            var bootstrap = new Bootstrap(device, samples, replicates, kind, Stream());
            double[] actual = [.. bootstrap.Run(device.Upload(samples, samples, pairs))];
            double[] weights = Weights(kind, samples, replicates);
            var expected = new double[replicates];
            for (int b = 0; b < replicates; b++)
            {
                for (int i = 0; i < samples; i++)
                {
                    for (int j = 0; j < samples; j++)
                        expected[b] += weights[(b * samples) + i] * weights[(b * samples) + j] * pairs[(i * samples) + j];
                }
            }

            // The N² terms add up to at most a few times the largest replicate, and to zero for two samples drawn equally often.
            double size = Math.Max(Checks.LargestMagnitude(expected), Checks.LargestMagnitude(pairs) / samples);
            Checks.Close($"{kind} of {samples}", expected, actual, _ => 1e-13 * size);
            double statistic = pairs.Sum() / (samples * (samples - 1.0));
            TestOutcome result = bootstrap.Test(device.Upload(samples, samples, pairs));
            Assert.Equal(statistic, result.Statistic, 1e-12);
            Assert.Equal((1.0 + expected.Count(replicate => replicate >= statistic)) / (1 + replicates), result.PValue);
        }
    }

    [Theory]
    [Trait("Category", "Device")]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Every_device_has_the_same_replicates_and_statistic(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Measurements.Compare(nameof(Every_device_has_the_same_replicates_and_statistic), loan.Device, (device, results) =>
        {
            foreach (int samples in Sizes.Few(loan.Device).Where(size => size > 1))
            {
                foreach (BootstrapWeights kind in Enum.GetValues<BootstrapWeights>())
                {
                    var bootstrap = new Bootstrap(device, samples, 17, kind, Stream());
                    DeviceMatrix pairs = device.Upload(samples, samples, Pairs(samples));
                    double perPair = PairStatistic.V.Weight(samples);
                    string row = $"{kind} of {samples}, ";
                    results.AddSum(row + "mean replicate", perPair / 17, () =>
                    {
                        double sum = 0;
                        foreach (double replicate in bootstrap.Run(pairs))
                            sum += replicate;
                        return sum / 17;
                    });
                    results.AddSum(row + "statistic", PairStatistic.U.Weight(samples), () => bootstrap.Test(pairs).Statistic);
                }
            }
        });
    }

    [Theory]
    [Trait("Category", "Device")]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_bootstrap_used_again_gives_the_bits_of_a_new_one(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        const int Samples = 21;
        DeviceMatrix first = device.Upload(Samples, Samples, Pairs(Samples));
        DeviceMatrix second = device.Upload(Samples, Samples, [.. Pairs(Samples).Select(pair => -3 * pair)]);
        foreach (BootstrapWeights kind in Enum.GetValues<BootstrapWeights>())
        {
            var used = new Bootstrap(device, Samples, 40, kind, Stream());
            TestOutcome before = used.Test(first);
            double[] replicates = [.. used.Replicates];
            used.Test(second);
            Assert.Equal(before, used.Test(first));
            Checks.Same("used again", replicates, used.Replicates);

            // Redrawing from a rewound stream gives the same bits too, after other weights in between.
            PhiloxStream stream = Stream();
            var redrawn = new Bootstrap(device, Samples, 40, kind, stream);
            redrawn.Redraw(stream);
            redrawn.Test(first);
            Assert.NotEqual(replicates, redrawn.Replicates.ToArray());
            stream.Position = 0;
            redrawn.Redraw(stream);
            Assert.Equal(before, redrawn.Test(first));
            Checks.Same("redrawn", replicates, redrawn.Replicates);
        }
    }

    [Fact]
    public void Given_counts_are_the_weights_and_the_order_of_samples_does_not_matter()
    {
        using Device device = CpuDevices.CreateDouble();
        const int Samples = 12;
        double[] weights = Weights(BootstrapWeights.Multinomial, Samples, 6);
        int[] counts = [.. weights.Select(weight => (int)Math.Round((weight * Samples) + 1))];
        double[] pairs = Pairs(Samples);
        Bootstrap given = Bootstrap.FromCounts(device, Samples, counts);
        TestOutcome result = given.Test(device.Upload(Samples, Samples, pairs));
        double[] replicates = [.. given.Replicates];
        var drawn = new Bootstrap(device, Samples, 6, BootstrapWeights.Multinomial, Stream());
        Checks.Same("drawn", drawn.Run(device.Upload(Samples, Samples, pairs)), replicates);

        int[] order = new Draw(91).Permutation(Samples);
        double[] otherPairs = [.. order.SelectMany(i => order.Select(j => pairs[(i * Samples) + j]))];
        int[] otherCounts = [.. Enumerable.Range(0, 6).SelectMany(b => order.Select(i => counts[(b * Samples) + i]))];
        Bootstrap other = Bootstrap.FromCounts(device, Samples, otherCounts);
        TestOutcome reordered = other.Test(device.Upload(Samples, Samples, otherPairs));
        Assert.Equal(result.Statistic, reordered.Statistic, 1e-13);
        Assert.Equal(result.PValue, reordered.PValue);
        Checks.CloseInMaximum("replicates in another order", replicates, other.Replicates, 1e-13);
    }

    /// <summary>
    /// The mean of replicates over all weights is <c>Σ_ij E[v_i v_j] h_ij</c>, which is 0 for signs and <c>−Σh/N³</c> for counts, whose
    /// covariance is −1/N times the variance of a count. Checked within 4 standard errors for the fixed seed.
    /// </summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_mean_replicate_is_that_of_the_weights(BootstrapWeights kind)
    {
        using Device device = CpuDevices.CreateDouble();
        const int Samples = 9;
        const int Replicates = 40_000;
        double[] pairs = Pairs(Samples);
        double[] replicates = [.. new Bootstrap(device, Samples, Replicates, kind, Stream()).Run(device.Upload(Samples, Samples, pairs))];
        double mean = replicates.Average();
        double error = Math.Sqrt(replicates.Sum(replicate => Math.Pow(replicate - mean, 2)) / Replicates / Replicates);
        double expected = kind == BootstrapWeights.Rademacher ? 0 : -pairs.Sum() / Math.Pow(Samples, 3);
        Assert.True(Math.Abs(mean - expected) <= 4 * error, $"{mean} ± {error}, not {expected}");
    }

    [Fact]
    public void A_p_value_counts_ties_and_is_never_zero()
    {
        using Device device = CpuDevices.CreateDouble();
        // If one of two samples is drawn twice, v = (±1, ∓1)/2 and the replicate is −h/2; if each is drawn once, both are 0.
        Bootstrap bootstrap = Bootstrap.FromCounts(device, 2, [2, 0, 1, 1, 0, 2, 2, 0]);
        bootstrap.Run(device.Upload(2, 2, [0, 4, 4, 0]));
        Checks.Same("replicates", [-2, 0, -2, -2], bootstrap.Replicates);
        Assert.Equal(1, bootstrap.PValue(-3));
        Assert.Equal(1, bootstrap.PValue(-2));
        Assert.Equal(0.4, bootstrap.PValue(-1.5));
        Assert.Equal(0.4, bootstrap.PValue(0));
        Assert.Equal(0.2, bootstrap.PValue(0.5));
    }

    [Fact]
    public void Invalid_arguments_are_rejected_with_a_reason()
    {
        using Device device = CpuDevices.CreateDouble();
        Refuses<ArgumentOutOfRangeException>("number of samples cannot be 1", () => Create(1, 10));
        Refuses<ArgumentOutOfRangeException>("number of replicates cannot be 0", () => Create(10, 0));
        Refuses<ArgumentOutOfRangeException>("number of replicates cannot be -1", () => Create(10, -1));
        Refuses<ArgumentOutOfRangeException>("at least two", () => Bootstrap.FromCounts(device, 1, [1]));
        Refuses<ArgumentOutOfRangeException>("at least 1", () => Bootstrap.FromCounts(device, 3, []));
        Refuses<ArgumentException>("not a whole number of rows of 3", () => Bootstrap.FromCounts(device, 3, [1, 1, 1, 1]));
        Refuses<ArgumentException>("replicate 1 add up to 2", () => Bootstrap.FromCounts(device, 3, [1, 1, 1, 0, 1, 1]));
        Bootstrap bootstrap = Create(3, 10);
        Refuses<ArgumentException>("pair matrix of 4×4 was passed to a bootstrap of 3", () => bootstrap.Run(device.Allocate(4, 4)));
        double[] pairs = Pairs(3);
        pairs[1] = double.NaN;
        Refuses<ArgumentException>("statistic of NaN", () => bootstrap.Test(device.Upload(3, 3, pairs)));
        pairs[1] = double.PositiveInfinity;
        Refuses<ArgumentException>("must be finite", () => bootstrap.Test(device.Upload(3, 3, pairs)));

        Bootstrap Create(int samples, int replicates)
            => new(device, samples, replicates, BootstrapWeights.Rademacher, Stream());
    }

    internal static void Refuses<TException>(string reason, Action action)
        where TException : Exception
        => Assert.Contains(reason, Assert.Throws<TException>(action).Message, StringComparison.Ordinal);

    private static PhiloxStream Stream() => new(Seed, StreamPurpose.Bootstrap);

    /// <summary>A symmetric matrix with a diagonal of zeros.</summary>
    private static double[] Pairs(int samples)
    {
        double[] numbers = new Draw(92).Normal(samples * samples);
        for (int i = 0; i < samples; i++)
        {
            numbers[(i * samples) + i] = 0;
            for (int j = 0; j < i; j++)
                numbers[(i * samples) + j] = numbers[(j * samples) + i];
        }

        return numbers;
    }

    /// <summary>The weights v (B×N) as the stream gives them.</summary>
    private static double[] Weights(BootstrapWeights kind, int samples, int replicates)
    {
        PhiloxStream stream = Stream();
        var weights = new double[replicates * samples];
        for (int b = 0; b < replicates; b++)
        {
            Span<double> row = weights.AsSpan(b * samples, samples);
            if (kind == BootstrapWeights.Multinomial)
            {
                row.Fill(-1.0 / samples);
                for (int draw = 0; draw < samples; draw++)
                    row[stream.NextInt32(samples)] += 1.0 / samples;
                continue;
            }

            for (int start = 0; start < samples; start += 32)
            {
                uint word = stream.NextUInt32();
                for (int i = start; i < Math.Min(start + 32, samples); i++, word >>= 1)
                    row[i] = ((word & 1) == 0 ? -1.0 : 1.0) / samples;
            }
        }

        return weights;
    }
}
