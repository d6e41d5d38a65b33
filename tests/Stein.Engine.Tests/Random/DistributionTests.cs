using MathNet.Numerics.Distributions;
using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.Random;

/// <summary>The shapes of the distributions; error rates are stated in <see cref="Goodness"/>.</summary>
public class DistributionTests
{
    private const int Count = 200_000;

    [Fact]
    public void Uniforms_are_uniform_inside_their_interval()
    {
        double[] uniform = Draw(stream => stream.NextUniform());
        double[] open = Draw(stream => stream.NextOpenUniform());
        Assert.All(uniform, value => Assert.InRange(value, 0, Math.BitDecrement(1.0)));
        Assert.All(open, value => Assert.InRange(value, double.Epsilon, Math.BitDecrement(1.0)));
        Goodness.AssertFollows(uniform, value => value);
        Goodness.AssertFollows(open, value => value);
        Goodness.AssertMean(uniform.Zip(uniform.Skip(1), (a, b) => (a - 0.5) * (b - 0.5)), 0, 1.0 / 144);
    }

    [Fact]
    public void Every_bit_of_a_word_is_fair()
    {
        var stream = new PhiloxStream(1, StreamPurpose.Probes);
        ulong[] words = [.. Enumerable.Range(0, Count).Select(_ => stream.NextUInt64())];
        for (int bit = 0; bit < 64; bit++)
        {
            Goodness.AssertMean(words.Select(word => (double)((word >> bit) & 1)), 0.5, 0.25);
        }
    }

    [Fact]
    public void Normals_are_standard_normal()
    {
        double[] sample = Draw(stream => stream.NextNormal());
        Goodness.AssertFollows(sample, value => Normal.CDF(0, 1, value));
        Goodness.AssertMean(sample, 0, 1);
        Goodness.AssertMean(sample.Select(value => value * value), 1, 2);
        Goodness.AssertMean(sample.Select(value => Math.Pow(value, 4)), 3, 96);
        Goodness.AssertMean(sample.Zip(sample.Skip(1), (a, b) => a * b), 0, 1);
    }

    /// <summary>Of lengths that are and are not multiples of what is drawn at once.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(1001)]
    public void Many_normals_are_standard_normal(int length)
    {
        var stream = new PhiloxStream(1, StreamPurpose.Probes);
        var values = new double[length];
        double[] sample = [.. Enumerable.Range(0, Count / length).SelectMany(_ =>
        {
            ulong before = stream.Position;
            stream.FillNormal(values);
            Assert.Equal((ulong)((length + 1) / 2 * 4), stream.Position - before);
            return values.ToArray();
        })];
        Goodness.AssertFollows(sample, value => Normal.CDF(0, 1, value));
        Goodness.AssertMean(sample, 0, 1);
        Goodness.AssertMean(sample.Select(value => value * value), 1, 2);
        Goodness.AssertMean(sample.Select(value => Math.Pow(value, 4)), 3, 96);
        Goodness.AssertMean(sample.Zip(sample.Skip(1), (a, b) => a * b), 0, 1);
        Goodness.AssertMean(sample.Zip(sample.Skip(25), (a, b) => a * b), 0, 1);
        Goodness.AssertMean(sample.Zip(sample.Skip(64), (a, b) => a * b), 0, 1);
    }

    [Fact]
    public void Laplace_values_have_location_0_and_scale_1()
    {
        double[] sample = Draw(stream => stream.NextLaplace());
        Goodness.AssertFollows(sample, value => value < 0 ? 0.5 * Math.Exp(value) : 1 - (0.5 * Math.Exp(-value)));
        Goodness.AssertMean(sample, 0, 2);
        Goodness.AssertMean(sample.Select(Math.Abs), 1, 1);
        Goodness.AssertMean(sample.Select(value => value * value), 2, 20);

        // Sign and magnitude come from the same word and must not be related.
        Goodness.AssertMean(sample.Select(value => Math.Sign(value) * (Math.Abs(value) - 1)), 0, 1);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(40)]
    public void Student_t_values_have_their_degrees_of_freedom(double degreesOfFreedom)
    {
        double[] sample = Draw(stream => stream.NextStudentT(degreesOfFreedom));
        Goodness.AssertFollows(sample, value => StudentT.CDF(0, 1, degreesOfFreedom, value));
        if (degreesOfFreedom == 5)
        {
            // E z² = ν/(ν−2) = 5/3; E|z| = 2√ν Γ(3) / ((ν−1) √π Γ(5/2)), Γ(3) = 2, Γ(5/2) = ¾√π.
            double meanMagnitude = 4 * Math.Sqrt(5) / (3 * Math.PI);
            Goodness.AssertMean(sample, 0, 5.0 / 3);
            Goodness.AssertMean(sample.Select(Math.Abs), meanMagnitude, (5.0 / 3) - (meanMagnitude * meanMagnitude));
        }
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(1.2)]
    [InlineData(5)]
    [InlineData(300)]
    public void Gamma_values_have_their_shape(double shape)
    {
        double[] sample = Draw(stream => stream.NextGamma(shape));
        Goodness.AssertFollows(sample, value => Gamma.CDF(shape, 1, value));
        Goodness.AssertMean(sample, shape, shape);
        Assert.Throws<ArgumentOutOfRangeException>(() => Draw(stream => stream.NextGamma(0)));
    }

    [Fact]
    public void NumPys_normals_are_standard_normal()
    {
        var sample = new double[Count];
        new NumpyLegacyRandom(60).FillNormal(sample);
        Goodness.AssertFollows(sample, value => Normal.CDF(0, 1, value));
    }

    [Fact]
    public void Mersenne_Twister_gives_the_reference_word()
    {
        // The C++ standard fixes the 10 000th word of mt19937 with its default seed 5489 ([rand.predef]).
        var generator = new MersenneTwister(5489);
        uint word = 0;
        for (int i = 0; i < 10_000; i++)
        {
            word = generator.NextUInt32();
        }

        Assert.Equal(4123659995u, word);
    }

    private static double[] Draw(Func<PhiloxStream, double> next)
    {
        var stream = new PhiloxStream(60, StreamPurpose.TestData);
        return [.. Enumerable.Range(0, Count).Select(_ => next(stream))];
    }
}
