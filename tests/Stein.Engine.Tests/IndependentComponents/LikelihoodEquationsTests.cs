using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.IndependentComponents;
using Stein.Engine.Kernels;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.OneDimensional;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.IndependentComponents;

/// <summary>
/// The Stein identity of linear test functions, <c>M = E[ψ(z) zᵀ] + I = 0</c>, holds where the likelihood is stationary and nowhere else:
/// M is the relative gradient of the log-likelihood.
/// </summary>
public class LikelihoodEquationsTests
{
    private const int K = 3;
    private const int Samples = 400;

    public static TheoryData<bool> Kinks => [false, true];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>At an arbitrary matrix. Steps are so short that no source of Laplace's density passes its jump at 0.</summary>
    [Theory]
    [MemberData(nameof(Kinks))]
    public void The_gradient_of_the_likelihood_is_M(bool hasKink)
    {
        SourceDensity density = hasKink ? SourceDensity.Laplace : SourceDensity.Logistic;
        (SourceMoments moments, double[] samples) = Draw(stream => stream.NextLaplace());
        double[] unmixing = new Draw(31).NearIdentity(K);
        double nearest = double.PositiveInfinity;
        for (int i = 0; i < K; i++)
        {
            for (int n = 0; n < Samples; n++)
            {
                int row = i;
                nearest = Math.Min(
                    nearest, Math.Abs(Enumerable.Range(0, K).Sum(d => unmixing[(row * K) + d] * samples[(d * Samples) + n])));
            }
        }

        double step = Math.Min(1e-5, nearest / 100);
        double[] m = Equations(moments, density, unmixing);
        Assert.True(m.Max(Math.Abs) > 0.05, "the matrix is stationary");
        Checks.Close("gradient", Differences(moments, density, unmixing, step), m, _ => 1e-8 + (1e-14 / step));
    }

    [Fact]
    public void The_solution_is_stationary_and_a_maximum()
    {
        (SourceMoments moments, _) = Draw(stream => Math.Log(1 / stream.NextOpenUniform() - 1));
        var search = new LikelihoodEquations(moments, new Draw(32).NearIdentity(K), SourceDensity.Logistic, tolerance: 1e-12);
        search.Run(200, cancellation: Cancellation);
        (double[] solution, double norm) = (search.Unmixing, search.Remainder);
        Assert.InRange(norm, 0, 1e-11);
        Checks.Close("gradient", new double[K * K], Differences(moments, SourceDensity.Logistic, solution, 1e-5), _ => 1e-9);
        double best = Likelihood(moments, SourceDensity.Logistic, solution);
        for (int entry = 0; entry < K * K; entry++)
        {
            Assert.True(Likelihood(moments, SourceDensity.Logistic, Moved(solution, entry, 1e-3)) < best);
            Assert.True(Likelihood(moments, SourceDensity.Logistic, Moved(solution, entry, -1e-3)) < best);
        }
    }

    /// <summary>
    /// Two sources with all symmetries of a square, turned by 45°: M is diagonal, whatever the scale, and 0 at the right one. The
    /// likelihood is lowest there among rotations, so that the equations do not separate; the Stein discrepancies of the coordinates do.
    /// </summary>
    [Fact]
    public void M_is_zero_at_a_saddle_where_the_discrepancies_of_coordinates_are_not()
    {
        var stream = new PhiloxStream(33, StreamPurpose.TestData);
        var pairs = new List<(double First, double Second)>();
        for (int i = 0; i < 200; i++)
        {
            (double a, double b) = (Math.Abs(stream.NextLaplace()), Math.Abs(stream.NextLaplace()));
            foreach ((double x, double y) in ((double, double)[])[(a, b), (b, a)])
                pairs.AddRange([(x, y), (-x, y), (x, -y), (-x, -y)]);
        }

        double[] samples = [.. pairs.Select(pair => pair.First), .. pairs.Select(pair => pair.Second)];
        var moments = new SourceMoments(PaddedMatrix.FromRows(samples, 2, pairs.Count));
        double[] whitened = Turned(Math.PI / 4, 1);
        double[] m = Equations(moments, SourceDensity.Laplace, whitened);
        Assert.Equal(0, m[1], 1e-13);
        Assert.Equal(0, m[2], 1e-13);
        Assert.Equal(m[0], m[3], 1e-13);
        Assert.True(Math.Abs(m[0]) > 0.01, $"the scale is right, {m[0]}");

        double[] saddle = Turned(Math.PI / 4, 1 / (1 - m[0])), truth = Turned(0, pairs.Count / pairs.Sum(pair => Math.Abs(pair.First)));
        foreach (double[] stationary in (double[][])[saddle, truth])
        {
            Checks.Close("M", new double[4], Equations(moments, SourceDensity.Laplace, stationary), _ => 1e-13);
            var search = new LikelihoodEquations(moments, stationary, SourceDensity.Laplace);
            search.Run(60, cancellation: Cancellation);
            Assert.Equal(0, search.Iterations);
            Checks.Same("solution", stationary, search.Unmixing);
        }

        double lowest = Likelihood(moments, SourceDensity.Laplace, saddle);
        foreach (double angle in (double[])[-0.2, -0.1, 0.1, 0.2])
            Assert.True(Likelihood(moments, SourceDensity.Laplace, Turned((Math.PI / 4) + angle, 1 / (1 - m[0]))) > lowest);
        Assert.True(Likelihood(moments, SourceDensity.Laplace, truth) > lowest + 0.01);
        Assert.InRange(Discrepancy(saddle) / Discrepancy(truth), 5, double.PositiveInfinity);

        double Discrepancy(double[] unmixing)
        {
            using Device device = CpuDevices.CreateDouble();
            var discrepancy = new CoordinateSteinDiscrepancy<LaplaceDensity, GaussianKernel>(
                device, pairs.Count, 2, new() { Bandwidth = 2, IsOdd = true });
            DeviceMatrix z = device.Allocate(pairs.Count, 2), values = device.Allocate(1, 2);
            device.Multiply(
                z, device.Upload(2, pairs.Count, samples), device.Upload(2, 2, unmixing), transposeLeft: true, transposeRight: true);
            discrepancy.Prepare(z);
            discrepancy.Values(values);
            return device.Read(values).Sum();
        }

        static double[] Turned(double angle, double scale) =>
        [
            scale * Math.Cos(angle), scale * Math.Sin(angle), -scale * Math.Sin(angle), scale * Math.Cos(angle),
        ];
    }

    private static (SourceMoments Moments, double[] Samples) Draw(Func<PhiloxStream, double> draw)
    {
        var stream = new PhiloxStream(30, StreamPurpose.TestData);
        double[] samples = [.. Enumerable.Range(0, K * Samples).Select(_ => draw(stream))];
        return (new SourceMoments(PaddedMatrix.FromRows(samples, K, Samples)), samples);
    }

    /// <summary>M.</summary>
    private static double[] Equations(SourceMoments moments, SourceDensity density, double[] unmixing)
    {
        double[] m = Compute(moments, density, unmixing).SlopeProduct;
        for (int i = 0; i < moments.Sources; i++)
            m[i * (moments.Sources + 1)]++;
        return m;
    }

    /// <summary>Central differences of the log-likelihood along <c>V ← (I + tE_ij) V</c>.</summary>
    private static double[] Differences(SourceMoments moments, SourceDensity density, double[] unmixing, double step) =>
    [
        .. Enumerable.Range(0, unmixing.Length).Select(entry => (Likelihood(moments, density, Moved(unmixing, entry, step))
            - Likelihood(moments, density, Moved(unmixing, entry, -step))) / (2 * step)),
    ];

    private static double[] Moved(double[] unmixing, int entry, double step)
    {
        var moved = (double[])unmixing.Clone();
        for (int d = 0; d < K; d++)
            moved[(entry / K * K) + d] += step * unmixing[(entry % K * K) + d];
        return moved;
    }

    private static double Likelihood(SourceMoments moments, SourceDensity density, double[] unmixing)
        => Compute(moments, density, unmixing).Value + SquareMatrix.LogDeterminant(unmixing, moments.Sources).LogAbsoluteDeterminant;

    private static SourceStatistics Compute(SourceMoments moments, SourceDensity density, double[] unmixing)
        => moments.Compute(unmixing, [.. Enumerable.Repeat(density, moments.Sources)], hasCurvature: false, Cancellation);
}
