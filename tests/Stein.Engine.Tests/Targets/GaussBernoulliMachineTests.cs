using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Targets;

/// <summary>The machine against sums over all states of its hidden units, and its chains against a plain loop.</summary>
public sealed class GaussBernoulliMachineTests
{
    private const int Dimension = 3;
    private const int Hidden = 4;

    // Couplings so different that a transposed product, or one with another unit, would show.
    private static readonly double[] Couplings = [1, -0.4, 0.3, 1.2, -1, 0.8, 0.1, -0.7, 0.5, 1.5, -1.1, 0.2];
    private static readonly double[] VisibleBias = [0.5, -0.2, 1];
    private static readonly double[] HiddenBias = [0.3, -0.6, 0.1, 0.4];

    /// <summary>All h, with the logarithm of the weight of N(b + ½Bh, I) and its mean.</summary>
    private static readonly (double LogWeight, double[] Mean)[] Components =
    [
        .. from state in Enumerable.Range(0, 1 << Hidden)
           let h = Enumerable.Range(0, Hidden).Select(k => ((state >> k) & 1) == 1 ? 1.0 : -1).ToArray()
           let mean = Enumerable.Range(0, Dimension)
               .Select(d => VisibleBias[d] + (0.5 * h.Select((unit, k) => unit * Couplings[(d * Hidden) + k]).Sum())).ToArray()
           select (h.Zip(HiddenBias, (unit, bias) => unit * bias).Sum() + (0.5 * mean.Sum(entry => entry * entry)), mean),
    ];

    [Fact]
    public void The_log_density_is_the_sum_over_all_hidden_states()
    {
        GaussBernoulliMachine machine = Create();
        double[] points = new Draw(1).Normal(20 * Dimension, 2);
        double offset = machine.LogDensity(points.AsSpan(0, Dimension)) - Exact(points[..Dimension]);
        foreach (double[] point in points.Chunk(Dimension))
            Assert.Equal(Exact(point) + offset, machine.LogDensity(point), 1e-12);

        static double Exact(double[] point) => Math.Log(Components.Sum(component
            => Math.Exp(component.LogWeight - (0.5 * point.Zip(component.Mean, (x, mean) => (x - mean) * (x - mean)).Sum()))));
    }

    [Fact]
    public void It_is_the_mixture_of_all_hidden_states()
    {
        GaussBernoulliMachine machine = Create();
        GaussianMixture mixture = machine.ToMixture();
        double total = Components.Sum(component => Math.Exp(component.LogWeight));
        Assert.Equal(Components.Length, mixture.Components);
        for (int k = 0; k < Components.Length; k++)
        {
            Assert.Equal(Math.Exp(Components[k].LogWeight) / total, mixture.Weights[k], 1e-12);
            Checks.Close("mean", Components[k].Mean, mixture.Mean(k), _ => 1e-12);
        }

        double[] points = new Draw(4).Normal(20 * Dimension, 2);
        double[] scores = new double[points.Length], mixed = new double[points.Length];
        machine.Score(points, scores);
        mixture.Score(points, mixed);
        Checks.Close("scores", scores, mixed, _ => 1e-12);
        Assert.Throws<InvalidOperationException>(new GaussBernoulliMachine(new double[17], [0], new double[17]).ToMixture);
    }

    [Fact]
    public void Derivatives_agree_with_differences()
    {
        const double Step = 1e-5;
        GaussBernoulliMachine machine = Create();
        double[] points = new Draw(2).Normal(20 * Dimension, 2), vectors = new Draw(3).Normal(20 * Dimension);
        double[] scores = new double[points.Length], products = new double[points.Length];
        machine.Score(points, scores);
        machine.HessianProducts(points, vectors, products);
        for (int start = 0; start < points.Length; start += Dimension)
        {
            double[] point = points[start..(start + Dimension)], vector = vectors[start..(start + Dimension)];
            var score = new double[Dimension];
            Assert.Equal(machine.LogDensity(point), machine.LogDensityAndScore(point, score));
            Checks.Close("scores at once", score, scores.AsSpan(start, Dimension), _ => 1e-13);
            double[] above = new double[Dimension], below = new double[Dimension];
            for (int d = 0; d < Dimension; d++)
            {
                double[] unit = [.. Enumerable.Range(0, Dimension).Select(index => index == d ? 1.0 : 0)];
                double difference = machine.LogDensity(Moved(point, unit, Step)) - machine.LogDensity(Moved(point, unit, -Step));
                Assert.Equal(difference / (2 * Step), score[d], 1e-8);
            }

            machine.LogDensityAndScore(Moved(point, vector, Step), above);
            machine.LogDensityAndScore(Moved(point, vector, -Step), below);
            Checks.Close(
                "Hessian products",
                [.. above.Zip(below, (a, b) => (a - b) / (2 * Step))],
                products.AsSpan(start, Dimension),
                _ => 1e-8);
        }

        static double[] Moved(double[] point, double[] along, double step) => [.. point.Zip(along, (x, v) => x + (step * v))];
    }

    /// <summary>Error rates are stated in <see cref="Goodness"/>.</summary>
    [Fact]
    public void Samples_have_the_moments_of_the_sum_over_all_hidden_states()
    {
        double largest = Components.Max(component => component.LogWeight);
        double[] weights = [.. Components.Select(component => Math.Exp(component.LogWeight - largest))];
        double total = weights.Sum();
        double[] samples = Create(burnIn: 100).Sample(new PhiloxStream(1, StreamPurpose.TestData), 40_000);
        double[][] columns = [.. Enumerable.Range(0, Dimension).Select(d => Mixtures.Column(samples, Dimension, d))];
        for (int i = 0; i < Dimension; i++)
        {
            double mean = Moment(component => component.Mean[i]);
            Goodness.AssertMean(columns[i], mean, Moment(component => component.Mean[i] * component.Mean[i]) + 1 - (mean * mean));
            for (int j = 0; j <= i; j++)
            {
                double second = Moment(component => component.Mean[i] * component.Mean[j]) + (i == j ? 1 : 0);
                double[] products = [.. columns[i].Zip(columns[j], (a, b) => a * b)];
                Goodness.AssertMean(products, second, products.Average(product => (product - second) * (product - second)));
            }
        }

        double Moment(Func<(double LogWeight, double[] Mean), double> value)
            => Components.Zip(weights, (component, weight) => weight * value(component)).Sum() / total;
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(8, 1)]
    [InlineData(17, 10)]
    public void Chains_are_the_plain_loop_of_their_own_stream(int dimension, int hidden)
    {
        const int Updates = 3;
        const int Chains = 11;
        var draw = new Draw(4);
        double[] couplings = draw.Normal(dimension * hidden), b = draw.Normal(dimension), c = draw.Normal(hidden);
        double[] ends = new GibbsChains(couplings, b, c).Run(9, Chains, Updates);
        for (int chain = 0; chain < Chains; chain++)
        {
            var stream = new PhiloxStream(9, StreamPurpose.GibbsChains, (uint)chain);
            var x = new double[dimension];
            Skip(hidden);
            AddNormals(x);
            for (int update = 0; update < Updates; update++)
            {
                NextBlock();
                double[] h =
                [
                    .. from k in Enumerable.Range(0, hidden)
                       let input = (2 * c[k]) + x.Select((entry, d) => entry * couplings[(d * hidden) + k]).Sum()
                       select Uniform() < 1 / (1 + Math.Exp(-input)) ? 1.0 : -1,
                ];
                for (int d = 0; d < dimension; d++)
                    x[d] = b[d] + (0.5 * h.Select((unit, k) => unit * couplings[(d * hidden) + k]).Sum());
                AddNormals(x);
            }

            Checks.Close($"chain {chain}", x, ends.AsSpan(chain * dimension, dimension), _ => 2e-5);

            void AddNormals(double[] to)
            {
                for (int d = 0; d < dimension; d += 2)
                {
                    (double radius, double angle) = (Math.Sqrt(-2 * Math.Log(Uniform())), 2 * Math.PI * Uniform());
                    to[d] += radius * Math.Cos(angle);
                    if (d + 1 < dimension)
                        to[d + 1] += radius * Math.Sin(angle);
                }
            }

            double Uniform() => ((stream.NextUInt32() >> 8) + 0.5) / (1 << 24);

            void Skip(int words) => stream.Position += (ulong)words;

            void NextBlock() => stream.Position = (stream.Position + 3) / 4 * 4;
        }
    }

    [Fact]
    public void The_first_samples_do_not_depend_on_how_many_follow()
    {
        double[] many = Create(burnIn: 5).Sample(new PhiloxStream(2, StreamPurpose.TestData), 100);
        for (int count = 0; count <= 100; count += 7)
        {
            var stream = new PhiloxStream(2, StreamPurpose.TestData);
            Assert.Equal(many[..(count * Dimension)], Create(burnIn: 5).Sample(stream, count));
            Assert.Equal(2UL, stream.Position);
        }

        Assert.NotEqual(many, Create(burnIn: 5).Sample(new PhiloxStream(3, StreamPurpose.TestData), 100));
    }

    [Fact]
    public void Perturbations_change_all_entries()
    {
        const int Many = 30;
        GaussBernoulliMachine machine = GaussBernoulliMachine.Random(new PhiloxStream(1, StreamPurpose.Initialisation), Many, Many);
        double[] origin = new double[Many], plain = Scores(machine);
        double[] all = Scores(machine.Perturbed(Noise(), 0.5)), none = Scores(machine.Perturbed(Noise(), 0));
        Assert.Equal(plain, none);
        Assert.All(plain.Zip(all), pair => Assert.NotEqual(pair.First, pair.Second));

        double[] Scores(GaussBernoulliMachine of)
        {
            var scores = new double[Many];
            of.LogDensityAndScore(origin, scores);
            return scores;
        }

        static PhiloxStream Noise() => new(1, StreamPurpose.SmoothingNoise);
    }

    [Fact]
    public void What_is_not_a_machine_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new GaussBernoulliMachine([1, 2, 3], [0, 0], [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaussBernoulliMachine([], [0], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Create(burnIn: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Create().Sample(new PhiloxStream(1, StreamPurpose.TestData), -1));
    }

    private static GaussBernoulliMachine Create(int burnIn = 10) => new(Couplings, VisibleBias, HiddenBias, burnIn);
}
