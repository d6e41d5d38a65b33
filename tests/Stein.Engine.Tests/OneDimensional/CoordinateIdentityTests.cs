using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.OneDimensional;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.OneDimensional;

/// <summary>
/// What Stein discrepancies in the coordinates z = V x of a model are: diffusion Stein discrepancies of x with the constant matrix
/// m = W = V⁻¹, invariant under linear maps, and zero at the truth.
/// </summary>
public sealed class CoordinateIdentityTests
{
    private const int Count = 30;
    private const int Dimension = 4;
    private const double Tolerance = 1e-12;

    private static readonly CoordinateSteinSettings Settings = new() { Bandwidth = 1.5 };

    /// <summary>
    /// With the model's score <c>s = Vᵀψ(z)</c> and a kernel of <c>‖V(x − y)‖</c>, the double sum over x by the definition of the operator,
    /// <c>T f = s·(W f) + div(W f)</c>, is the KSD of z with the score ψ(z).
    /// </summary>
    [Theory]
    [InlineData(PairStatistic.U)]
    [InlineData(PairStatistic.V)]
    public void The_diffusion_discrepancy_with_the_mixing_matrix_is_that_of_the_coordinates(PairStatistic statistic)
    {
        const double SquaredBandwidth = 2;
        using Device device = CpuDevices.CreateDouble();
        var model = new Model(device);
        var ksd = new KernelisedSteinDiscrepancy<InverseMultiquadricKernel>(device, Count, Dimension, statistic);
        ksd.Bandwidth.SetExactly(SquaredBandwidth);
        double expected = ksd.Value(model.Z, model.BaseScores);

        double[] x = device.Read(model.X), scores = device.Read(model.Scores), v = device.Read(model.V), w = device.Read(model.W);
        double sum = 0;
        for (int i = 0; i < Count; i++)
        {
            for (int j = 0; j < Count; j++)
            {
                if (i != j || statistic == PairStatistic.V)
                    sum += Pair(i, j);
            }
        }

        double value = sum * statistic.Weight(Count);
        Checks.Close("by definition", [expected], [value], _ => Tolerance * Math.Abs(expected));

        // The engine's own: with the kernel of Vx the matrix is V m, which is I up to rounding.
        DeviceMatrix drifts = device.Allocate(Count, Dimension), product = device.Allocate(Dimension, Dimension);
        device.Multiply(drifts, model.Scores, model.W);
        device.Multiply(product, model.V, model.W);
        DeviceMatrix matrices = device.Upload(
            Count, Dimension * Dimension, [.. Enumerable.Repeat(device.Read(product), Count).SelectMany(row => row)]);
        var diffusion = new DiffusionSteinDiscrepancy<InverseMultiquadricKernel>(device, Count, statistic);
        diffusion.Bandwidth.SetExactly(SquaredBandwidth);
        double actual = diffusion.Value(model.Z, drifts, matrices);
        Checks.Close("by the engine", [expected], [actual], _ => Tolerance * Math.Abs(expected));

        // For every column w of W: (s·w + w·∇)(s′·w + w·∇′) of k, with ∇ = Vᵀ ∂/∂z.
        double Pair(int i, int j)
        {
            double[] d = [.. Enumerable.Range(0, Dimension).Select(a => x[(i * Dimension) + a] - x[(j * Dimension) + a])];
            double[] e = Apply(v, d);
            double q = 1 + (e.Sum(entry => entry * entry) / SquaredBandwidth);
            double k = 1 / Math.Sqrt(q), first = -k / q / SquaredBandwidth, second = -3 * first / q / SquaredBandwidth;
            double[] image = Apply(v, e, isTransposed: true);
            double total = 0;
            for (int c = 0; c < Dimension; c++)
            {
                double[] column = [.. Enumerable.Range(0, Dimension).Select(a => w[(a * Dimension) + c])];
                double s = Dot(column, scores[(i * Dimension)..((i + 1) * Dimension)]);
                double other = Dot(column, scores[(j * Dimension)..((j + 1) * Dimension)]);

                // ∂k/∂x = first·VᵀV d and ∂²k/∂x∂y = −first·VᵀV − second·VᵀV d (VᵀV d)ᵀ.
                double along = Dot(column, image);
                double[] moved = Apply(v, column);
                total += (s * other * k) - (s * first * along) + (other * first * along) - (first * Dot(moved, moved))
                    - (second * along * along);
            }

            return total;
        }
    }

    /// <summary>
    /// The discrepancies of single coordinates are sliced Stein discrepancies of x with slices tied to the model: the score along the d-th
    /// column of W, the samples along the d-th row of V, and their coupling 1.
    /// </summary>
    [Theory]
    [InlineData(PairStatistic.U)]
    [InlineData(PairStatistic.V)]
    public void Discrepancies_of_coordinates_are_sliced_along_the_rows_of_the_unmixing_matrix(PairStatistic statistic)
    {
        using Device device = CpuDevices.CreateDouble();
        var model = new Model(device);
        DeviceMatrix projections = device.Allocate(Count, Dimension), scores = device.Allocate(Count, Dimension);
        device.Multiply(projections, model.X, model.V, transposeRight: true);
        device.Multiply(scores, model.Scores, model.W);
        double[] v = device.Read(model.V), w = device.Read(model.W);
        double[] couplings =
        [
            .. Enumerable.Range(0, Dimension).Select(
                d => Enumerable.Range(0, Dimension).Sum(a => v[(d * Dimension) + a] * w[(a * Dimension) + d])),
        ];
        double[] ones = [.. Enumerable.Repeat(1.0, Dimension)];
        var request = new SlicedPairRequest
        {
            Projections = projections,
            ProjectedScores = scores,
            Couplings = device.Upload(1, Dimension, couplings),
            InverseSquareBandwidths = device.Upload(
                1, Dimension, [.. ones.Select(one => one / (Settings.Bandwidth * Settings.Bandwidth))]),
            FourthOrders = device.Upload(1, Dimension, ones),
            Statistic = statistic,
            Values = device.Allocate(1, Dimension),
        };
        device.SlicedPairSums<SlicedPairTerm<Matern52Kernel>>(request);
        Checks.CloseInMaximum(
            "values",
            device.Read(request.Values),
            Values<StudentTDensity, Matern52Kernel>(device, model.Z, Settings with { Statistic = statistic }),
            Tolerance);
    }

    /// <summary>x → Bx and V → VB⁻¹: the values and the relative gradient stay.</summary>
    [Fact]
    public void Linear_maps_of_the_samples_change_nothing()
    {
        using Device device = CpuDevices.CreateDouble();
        var model = new Model(device);
        double[] b = new Draw(21).Normal(Dimension * Dimension);
        DeviceMatrix map = device.Upload(Dimension, Dimension, b);
        DeviceMatrix inverse = device.Upload(Dimension, Dimension, SquareMatrix.Inverse(b, Dimension));
        DeviceMatrix x = device.Allocate(Count, Dimension), z = device.Allocate(Count, Dimension);
        DeviceMatrix v = device.Allocate(Dimension, Dimension);
        device.Multiply(x, model.X, map, transposeRight: true);
        device.Multiply(v, model.V, inverse);
        device.Multiply(z, x, v, transposeRight: true);
        foreach (bool isOdd in (bool[])[false, true])
        {
            foreach (bool isPooled in (bool[])[false, true])
            {
                CoordinateSteinSettings settings = Settings with { IsOdd = isOdd, IsPooled = isPooled };
                (double[] values, double[] gradient) = At(model.Z, model.X, model.V);
                (double[] mapped, double[] gradientOfMapped) = At(z, x, v);
                Checks.CloseInMaximum("values", values, mapped, 1e-11);
                Checks.CloseInMaximum("relative gradient", gradient, gradientOfMapped, 1e-11);

                (double[] Values, double[] Gradient) At(DeviceMatrix coordinates, DeviceMatrix samples, DeviceMatrix unmixing)
                {
                    var discrepancy = new CoordinateSteinDiscrepancy<StudentTDensity, GaussianKernel>(
                        device, Count, Dimension, settings);
                    DeviceMatrix output = device.Allocate(1, Dimension);
                    DeviceMatrix byMatrix = device.Allocate(Dimension, Dimension), relative = device.Allocate(Dimension, Dimension);
                    discrepancy.Prepare(coordinates);
                    discrepancy.Values(output);
                    discrepancy.MatrixGradient(byMatrix, samples);
                    device.Multiply(relative, byMatrix, unmixing, transposeRight: true);
                    return (device.Read(output), device.Read(relative));
                }
            }
        }
    }

    /// <summary>
    /// U-statistics of 200 batches: their mean is within 4 standard errors of 0 at the truth, and more than 8 above it for samples of twice
    /// the scale. A correct program fails for 6·10⁻⁵ of all seeds in each of 16 comparisons.
    /// </summary>
    [Fact]
    public void They_are_zero_at_the_truth_and_positive_elsewhere()
    {
        Run<LaplaceDensity>(Settings, stream => stream.NextLaplace());
        Run<StudentTDensity>(Settings, stream => stream.NextStudentT(5));
        Run<HyperbolicScore>(Settings with { P = 1, Q = 0.5 }, stream => Logit(stream.NextOpenUniform()));

        // The logit of the median of 2a − 1 uniform numbers has a density proportional to sech^2a(t/2).
        Run<HyperbolicScore>(Settings with { P = 1.8, Q = 1.8 / 8 }, stream => Logit(
            Enumerable.Range(0, 7).Select(_ => stream.NextOpenUniform()).Order().ElementAt(3)) / (2 * 1.8 / 8));

        static double Logit(double u) => Math.Log(u / (1 - u));

        static void Run<TDensity>(CoordinateSteinSettings settings, Func<PhiloxStream, double> draw)
            where TDensity : struct, IBaseScore
        {
            const int Batches = 200, Samples = 40;
            using Device device = CpuDevices.CreateDouble();
            var stream = new PhiloxStream(22, StreamPurpose.TestData);
            double[][] batches = [.. Enumerable.Range(0, Batches).Select(_ => Batch())];
            foreach (bool isOdd in (bool[])[false, true])
            {
                foreach (bool isPooled in (bool[])[false, true])
                {
                    var discrepancy = new CoordinateSteinDiscrepancy<TDensity, GaussianKernel>(
                        device,
                        Samples,
                        2,
                        settings with { IsOdd = isOdd, IsPooled = isPooled, Statistic = PairStatistic.U, Nodes = 128 });
                    string what = $"{typeof(TDensity).Name}, odd {isOdd}, pooled {isPooled}";
                    (double mean, double error) = Mean(1);
                    Assert.True(Math.Abs(mean) <= 4 * error, $"{what}, the truth: {mean} ± {error}");
                    (mean, error) = Mean(2);
                    Assert.True(mean > 8 * error, $"{what}, twice the scale: {mean} ± {error}");

                    (double Mean, double Error) Mean(double scale)
                    {
                        double[] values = [.. batches.Select(batch => Value([.. batch.Select(z => scale * z)]))];
                        double average = values.Average();
                        return (average, Math.Sqrt(values.Sum(value => (value - average) * (value - average)) / (Batches - 1.0) / Batches));
                    }

                    double Value(double[] z)
                    {
                        DeviceMatrix output = device.Allocate(1, 2);
                        discrepancy.Prepare(device.Upload(Samples, 2, z));
                        discrepancy.Values(output);
                        return device.Read(output).Average();
                    }
                }
            }

            double[] Batch() => [.. Enumerable.Range(0, 2 * Samples).Select(_ => draw(stream))];
        }
    }

    private static double[] Values<TDensity, TKernel>(Device device, DeviceMatrix z, CoordinateSteinSettings settings)
        where TDensity : struct, IBaseScore
        where TKernel : struct, IRadialKernel
    {
        var discrepancy = new CoordinateSteinDiscrepancy<TDensity, TKernel>(device, z.Rows, z.Columns, settings);
        DeviceMatrix output = device.Allocate(1, z.Columns);
        discrepancy.Prepare(z);
        discrepancy.Values(output);
        return device.Read(output);
    }

    private static double[] Apply(double[] matrix, double[] vector, bool isTransposed = false)
        =>
        [
            .. Enumerable.Range(0, Dimension).Select(a => Enumerable.Range(0, Dimension).Sum(
                c => matrix[isTransposed ? (c * Dimension) + a : (a * Dimension) + c] * vector[c])),
        ];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (left, right) => left * right).Sum();

    /// <summary>Samples of no particular model, a matrix V that is far from orthogonal, and scores of Student-t sources.</summary>
    private sealed class Model
    {
        public Model(Device device)
        {
            var draw = new Draw(20);
            double[] mixing = draw.Normal(Dimension * Dimension);
            X = draw.NormalOn(device, Count, Dimension);
            W = device.Upload(Dimension, Dimension, mixing);
            V = device.Upload(Dimension, Dimension, SquareMatrix.Inverse(mixing, Dimension));
            (Z, BaseScores, Scores) =
                (device.Allocate(Count, Dimension), device.Allocate(Count, Dimension), device.Allocate(Count, Dimension));
            device.Multiply(Z, X, V, transposeRight: true);
            device.Map<BaseScore<StudentTDensity>>(BaseScores, Z);
            device.Multiply(Scores, BaseScores, V);
        }

        public DeviceMatrix X { get; }

        public DeviceMatrix W { get; }

        public DeviceMatrix V { get; }

        public DeviceMatrix Z { get; }

        /// <summary>ψ(z).</summary>
        public DeviceMatrix BaseScores { get; }

        /// <summary><c>s = Vᵀψ(z)</c>, the score of the model of x.</summary>
        public DeviceMatrix Scores { get; }
    }
}
