using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.GoodnessOfFit.Slices;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Slices;

/// <summary>Slices climb, and never diverge.</summary>
public class SliceAscentTests
{
    /// <summary>
    /// Gaussian samples of any scale and mean against a normal model, with rates up to a thousand times the published one, and often
    /// fewer samples than dimensions.
    /// </summary>
    [Fact]
    public void Two_hundred_Gaussian_problems_end_finite_and_not_below_their_start()
    {
        using Device device = CpuDevices.CreateSimd();
        int climbed = 0;
        for (uint problem = 0; problem < 200; problem++)
        {
            var draw = new Draw(310 + problem);
            int dimension = 1 + (int)(draw.Uniform() * 100), count = 10 + (int)(draw.Uniform() * 40);
            double width = Math.Pow(10, (2 * draw.Uniform()) - 1), offset = 2 * draw.Normal(1)[0];
            double[] samples = [.. draw.Normal(count * dimension).Select((x, i) => (width * x) + (i % dimension == 0 ? offset : 0))];
            double[] scores = [.. samples.Select(x => -x)];
            var settings = new SliceAscentSettings
            {
                LearningRate = Math.Pow(10, -3 * draw.Uniform()),
                Ascent = new(8, 2, 2),
                Statistic = problem % 2 == 0 ? PairStatistic.U : PairStatistic.V,
                ClimbsScoreDirections = problem % 3 == 0,
            };
            var ascent = new SliceAscent(device, count, dimension, dimension, settings);
            SliceSet start = SliceSet.Random(SliceSet.Coordinates(dimension), dimension, new(problem, StreamPurpose.Slices));
            SliceAscentResult result = ascent.Climb(samples, scores, start, new(problem, StreamPurpose.Batches));

            Assert.True(double.IsFinite(result.End) && result.End >= result.Start, $"{problem}: from {result.Start} to {result.End}");
            Assert.Equal(result.Start, HeldOut(start));
            Assert.Equal(result.End, HeldOut(result.Slices));
            foreach (double[] directions in (double[][])[result.Slices.Scores, result.Slices.Samples])
            {
                for (int at = 0; at < directions.Length; at += dimension)
                    Assert.Equal(1, directions[at..(at + dimension)].Sum(x => x * x), 1e-5);
            }

            climbed += result.End > result.Start ? 1 : 0;

            double HeldOut(SliceSet slices)
            {
                int held = Math.Max(2, (int)(0.2 * count));
                var discrepancy = SlicedKernelisedSteinDiscrepancy<GaussianKernel>.WithSlices(
                    device, held, dimension, dimension, PairStatistic.U);
                slices.WriteTo(discrepancy.SliceDirections.Values, discrepancy.TestDirections.Values);
                DeviceMatrix s = device.Upload(held, dimension, scores.AsSpan((count - held) * dimension));
                discrepancy.Project(device.Upload(held, dimension, samples.AsSpan((count - held) * dimension)), s);
                return discrepancy.Value(s);
            }
        }

        Assert.InRange(climbed, 100, 200);
    }

    /// <summary>Equal marginals: only slices between the coordinates differ from the model.</summary>
    [Fact]
    public void A_correlation_is_found_between_the_coordinates()
    {
        using Device device = CpuDevices.CreateSimd();
        const int Count = 400;
        double[] samples = new Draw(520).Normal(2 * Count);
        for (int i = 0; i < samples.Length; i += 2)
            samples[i + 1] = (0.8 * samples[i]) + (0.6 * samples[i + 1]);
        var ascent = new SliceAscent(device, Count, 2, 2, new() { LearningRate = 5e-3, Ascent = new(300), Statistic = PairStatistic.U });
        SliceSet start = new(2, SliceSet.Coordinates(2), SliceSet.Coordinates(2));
        SliceSet found = ascent.Climb(samples, [.. samples.Select(x => -x)], start, new(1, StreamPurpose.Batches)).Slices;
        double[] active = new KernelSmoothedSlices(samples, [.. samples.Select(x => -x)], 2).For(SliceSet.Coordinates(2)).Samples;
        for (int slice = 0; slice < 2; slice++)
        {
            // s_p − s_q = (Σ⁻¹ − I)x, of which row r is the gradient: (16, −20)/9 and (−20, 16)/9.
            double[] exact = slice == 0 ? [16, -20] : [-20, 16];
            foreach (double[] g in (double[][])[found.Samples, active])
            {
                double product = (exact[0] * g[2 * slice]) + (exact[1] * g[(2 * slice) + 1]);
                Assert.InRange(Math.Abs(product) / Math.Sqrt(656), 0.9, 1.00001);
            }
        }
    }

    [Theory]
    [InlineData(2.5)]
    [InlineData(1e200)]
    public void Steps_that_diverge_are_halved_until_they_climb(double rate)
    {
        double x = 1, best = 1, step = rate;
        (double start, double end) = new HeldOutAscent(2000, 2, 1000).Run(
            () => best = x,
            factor => (x, step) = (best, rate * factor),
            () => x -= step * x,
            () => -x * x);
        Assert.Equal(-1, start);
        Assert.Equal(-best * best, end);
        Assert.Equal(best, x);
        Assert.InRange(end, -1e-3, 0);
    }

    [Fact]
    public void What_is_not_finite_is_never_kept()
    {
        double x = 1;
        (double start, double end) = new HeldOutAscent(50).Run(() => Assert.Equal(1, x), _ => x = 1, () => x = double.NaN, () => x);
        Assert.Equal((1, 1, 1), (start, end, x));
    }
}
