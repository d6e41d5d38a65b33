using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Particles;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Particles;

/// <summary>The velocities of SVGD, sliced SVGD and KSD descent, in double precision.</summary>
public class ParticleFlowTests
{
    private static readonly (int Particles, int Dimension)[] Shapes = [(2, 1), (7, 3), (4, 6)];

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Svgd_is_the_double_sum_of_the_paper(string kernel) => EveryKernel.Run(kernel, new SvgdByItsDefinition());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Sliced_svgd_is_the_double_sum_of_the_paper_along_its_directions(string kernel)
        => EveryKernel.Run(kernel, new SlicedByItsDefinition());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Ksd_descent_follows_the_gradient_of_the_statistic(string kernel) => EveryKernel.Run(kernel, new KsdByFiniteDifferences());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Ksd_descent_goes_down_half_the_particles_times_the_gradient(string kernel)
        => EveryKernel.Run(kernel, new KsdVelocity());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void The_order_of_particles_does_not_matter(string kernel) => EveryKernel.Run(kernel, new Permutation());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Too_few_particles_or_dimensions_are_refused(string kernel) => EveryKernel.Run(kernel, new TooFew());

    /// <summary>Towards a density of which only the score is known, not its derivatives.</summary>
    /// <remarks>
    /// Not with sliced SVGD, all parts of which are compared elsewhere: Adam's first step is as long for a gradient of rounding errors.
    /// </remarks>
    [Theory]
    [Trait("Category", "Device")]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Velocities_towards_any_density_on_every_device(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Measurements.Compare(nameof(Velocities_towards_any_density_on_every_device), loan.Device, (device, results) =>
        {
            foreach (int particles in Sizes.All(loan.Device).Where(size => size >= 2))
            {
                foreach (ParticleFlow flow in Flows<GaussianKernel>(device, particles, 2).Where(flow => flow.Parts.Count == 0))
                {
                    DeviceMatrix velocities = device.Allocate(particles, 2);
                    flow.Velocities(velocities, new Draw(6).NormalOn(device, particles, 2), new BananaDensity());
                    results.Add($"{flow.GetType().Name} {particles}", velocities);
                }
            }
        });
    }

    /// <summary>The flows of one kernel.</summary>
    private static IEnumerable<ParticleFlow> Flows<TKernel>(Device device, int particles, int dimension)
        where TKernel : struct, IRadialKernel
        =>
        [
            new SteinVariationalGradientDescent<TKernel>(device, particles, dimension),
            new SlicedSteinVariationalGradientDescent<TKernel>(device, particles, dimension),
            new KernelSteinDescent<TKernel>(device, particles, dimension),
        ];

    private static double[] Velocities(ParticleFlow flow, double[] positions, GaussianMixture target)
    {
        DeviceMatrix velocities = flow.Device.Allocate(flow.Particles, flow.Dimension);
        flow.Velocities(velocities, flow.Device.Upload(flow.Particles, flow.Dimension, positions), target);
        return flow.Device.Read(velocities);
    }

    private sealed class SvgdByItsDefinition : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            foreach ((int particles, int dimension) in Shapes)
            {
                GaussianMixture target = Mixtures.Irregular(dimension, 2, full: false);
                double[] x = new Draw(2).Normal(particles * dimension, 2);
                double[] actual = Velocities(new SteinVariationalGradientDescent<TKernel>(device, particles, dimension), x, target);
                Checks.CloseInMaximum($"{particles}×{dimension}", Naive<TKernel>(x, dimension, target), actual, 1e-12);
            }
        }

        /// <summary>Equation 8 of Liu and Wang, and their bandwidth.</summary>
        private static double[] Naive<TKernel>(double[] x, int dimension, GaussianMixture target)
            where TKernel : struct, IRadialKernel
        {
            int particles = x.Length / dimension;
            var scores = new double[x.Length];
            target.Score(x, scores);
            double[] distances =
            [
                .. from i in Enumerable.Range(0, particles)
                   from j in Enumerable.Range(0, i)
                   let distance = SquaredDistance(i, j)
                   orderby distance
                   select distance,
            ];
            double square = (distances[(distances.Length - 1) / 2] / Math.Log(particles)) + 1e-9;
            var velocity = new double[x.Length];
            for (int i = 0; i < particles; i++)
            {
                for (int j = 0; j < particles; j++)
                {
                    RadialProfile<DoubleLane> profile = RadialKernel<TKernel>.At(new DoubleLane(SquaredDistance(i, j) / square));
                    double value = profile.Value.Value;
                    double slope = -value * profile.FirstRatio.Value;
                    for (int d = 0; d < dimension; d++)
                    {
                        // The gradient of φ(‖x_j − x_i‖²/h²) with respect to x_j.
                        double byOther = slope * 2 * (x[(j * dimension) + d] - x[(i * dimension) + d]) / square;
                        velocity[(i * dimension) + d] += ((value * scores[(j * dimension) + d]) + byOther) / particles;
                    }
                }
            }

            return velocity;

            double SquaredDistance(int i, int j)
                => Enumerable.Range(0, dimension).Sum(d => Math.Pow(x[(i * dimension) + d] - x[(j * dimension) + d], 2));
        }
    }

    private sealed class SlicedByItsDefinition : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            foreach ((int particles, int dimension) in Shapes.Where(shape => shape.Particles > 3))
            {
                GaussianMixture target = Mixtures.Irregular(dimension, 2, full: false);
                double[] x = new Draw(2).Normal(particles * dimension, 2);
                var flow = new SlicedSteinVariationalGradientDescent<TKernel>(device, particles, dimension);
                for (int step = 0; step < 3; step++)
                {
                    // Far enough for the directions to move.
                    x = Array.ConvertAll(x, entry => entry + 0.2);
                    double[] actual = Velocities(flow, x, target);
                    double[] directions = device.Read((DeviceMatrix)flow.Parts[0]);
                    double[] expected = Naive<TKernel>(x, dimension, target, directions);
                    Checks.CloseInMaximum($"{particles}×{dimension}, step {step}", expected, actual, 1e-11);
                    Assert.Equal(step == 0, directions[1] == 0);
                }
            }
        }

        /// <summary>
        /// The update of section 3.4 of Gong et al. for directions in the columns of a matrix, with the bandwidths of their script.
        /// </summary>
        private static double[] Naive<TKernel>(double[] x, int dimension, GaussianMixture target, double[] directions)
            where TKernel : struct, IRadialKernel
        {
            // What the script adds to the length of every direction, r as well as g.
            const double AddedToLength = 1e-10;
            int particles = x.Length / dimension;
            var scores = new double[x.Length];
            target.Score(x, scores);
            var velocity = new double[x.Length];
            for (int d = 0; d < dimension; d++)
            {
                double[] g = [.. Enumerable.Range(0, dimension).Select(row => directions[(row * dimension) + d])];
                double length = Math.Sqrt(g.Sum(entry => entry * entry)) + AddedToLength;
                double[] z = [.. x.Chunk(dimension).Select(point => point.Zip(g, (entry, along) => entry * along).Sum() / length)];
                double[] distances =
                [
                    .. from i in Enumerable.Range(0, particles)
                       from j in Enumerable.Range(0, i + 1)
                       let distance = (z[i] - z[j]) * (z[i] - z[j])
                       orderby distance
                       select distance,
                ];
                double square = (2 * distances[(distances.Length - 1) / 2]) + 1e-9;
                for (int i = 0; i < particles; i++)
                {
                    for (int j = 0; j < particles; j++)
                    {
                        double difference = z[j] - z[i];
                        RadialProfile<DoubleLane> profile = RadialKernel<TKernel>.At(new DoubleLane(difference * difference / square));
                        double value = profile.Value.Value;
                        double byOther = -value * profile.FirstRatio.Value * 2 * difference / square;
                        velocity[(i * dimension) + d] +=
                            ((value * scores[(j * dimension) + d]) + (g[d] / length / (1 + AddedToLength) * byOther)) / particles;
                    }
                }
            }

            return velocity;
        }
    }

    private sealed class KsdByFiniteDifferences : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            int slopes = 0;
            foreach ((int particles, int dimension) in Shapes)
            {
                foreach (bool full in new[] { false, true })
                {
                    GaussianMixture target = Mixtures.Irregular(dimension, 2, full);
                    double[] at = new Draw(3).Normal(particles * dimension);
                    var flow = new KernelSteinDescent<TKernel>(device, particles, dimension);
                    flow.Discrepancy.Bandwidth.Set([1.3]);
                    DeviceMatrix positions = device.Upload(particles, dimension, at);
                    flow.Discrepancy.SetSamples(positions);
                    DeviceMatrix gradient = device.Allocate(particles, dimension);
                    flow.Gradient(gradient, positions, target, 1);
                    slopes += FiniteDifferences.Check(
                        $"KSD by {particles}×{dimension} positions",
                        Statistic,
                        at,
                        device.Read(gradient),
                        magnitude: 10,
                        largestStep: 1.0 / 64);

                    double Statistic(double[] values)
                    {
                        var scores = new double[values.Length];
                        target.Score(values, scores);
                        return flow.Discrepancy.Value(
                            device.Upload(particles, dimension, values), device.Upload(particles, dimension, scores));
                    }
                }
            }

            // There are 18 directions; in the others the coefficient of the error is too small to determine the slope.
            Assert.InRange(slopes, 4, 18);
        }
    }

    private sealed class KsdVelocity : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            GaussianMixture target = Mixtures.Irregular(3, 2, full: false);
            double[] x = new Draw(5).Normal(21);
            var flow = new KernelSteinDescent<TKernel>(device, 7, 3);
            double[] velocities = Velocities(flow, x, target);
            DeviceMatrix gradient = device.Allocate(7, 3);
            flow.Gradient(gradient, device.Upload(7, 3, x), target, 1);
            Checks.CloseInMaximum("velocity", [.. device.Read(gradient).Select(entry => -0.5 * 7 * entry)], velocities, 1e-13);
        }
    }

    private sealed class Permutation : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            const int Particles = 11;
            const int Dimension = 2;
            using Device device = CpuDevices.CreateDouble();
            GaussianMixture target = GaussianMixture.TwoModes(3, 0.4, Dimension);
            var draw = new Draw(8);
            double[] x = draw.Normal(Particles * Dimension, 2);
            int[] order = draw.Permutation(Particles);
            foreach ((ParticleFlow one, ParticleFlow other) in
                Flows<TKernel>(device, Particles, Dimension).Zip(Flows<TKernel>(device, Particles, Dimension)))
            {
                double[] expected = Ordered(Velocities(one, x, target), order);
                Checks.CloseInMaximum(one.GetType().Name, expected, Velocities(other, Ordered(x, order), target), 1e-12);
            }

            static double[] Ordered(double[] rows, int[] order)
                => [.. order.SelectMany(row => rows[(row * Dimension)..((row + 1) * Dimension)])];
        }
    }

    private sealed class TooFew : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            var exception = Assert.Throws<ArgumentOutOfRangeException>(() => new KernelSteinDescent<TKernel>(device, 1, 3));
            Assert.StartsWith("The number of particles cannot be 1; it must be at least 2.", exception.Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentOutOfRangeException>(() => new SteinVariationalGradientDescent<TKernel>(device, 3, 0));
        }
    }
}
