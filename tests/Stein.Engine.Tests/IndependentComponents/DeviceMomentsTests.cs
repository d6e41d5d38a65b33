using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.IndependentComponents;

/// <summary>Contrasts and their sums on devices, against the same in double precision on the host.</summary>
public sealed class DeviceMomentsTests
{
    private const int K = 5;
    private const int N = 300;

    private static readonly Dictionary<string, SourceContrast[]> Contrasts = new()
    {
        ["witness"] = All(SteinContrast.Default),
        ["another witness"] = All(new SteinContrast(2, 2)),
        ["laplace"] = All(SourceDensity.Laplace),
        ["smoothed laplace"] = All(SourceDensity.SmoothedLaplace(0.1)),
        ["hyperbolic secant"] = All(SourceDensity.HyperbolicSecant),
        ["student-t"] = All(SourceDensity.StudentT(5)),
        ["logistic"] = All(SourceDensity.Logistic),
        ["mixed"] =
        [
            SourceDensity.Laplace, SourceDensity.SubGaussian, SourceDensity.Logistic, SourceDensity.Laplace, SourceDensity.StudentT(3),
        ],
    };

    public static TheoryData<string, string> Devices => TestDevices.With(Contrasts.Keys);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Devices))]
    public void Devices_agree_with_the_host(string name, string contrast)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        double[] samples = new Draw(1).Normal(N * K);
        double[] unmixing = new Draw(2).Normal(K * K);
        var transposed = new PaddedMatrix(K, N);
        for (int n = 0; n < N; n++)
        {
            for (int d = 0; d < K; d++)
                transposed.Row(d)[n] = samples[(n * K) + d];
        }

        SourceStatistics expected = new SourceMoments(transposed).Compute(unmixing, Contrasts[contrast], cancellation: Cancellation);
        var moments = new DeviceSourceMoments(device, device.Upload(N, K, samples));
        SourceStatistics actual = moments.Compute(unmixing, Contrasts[contrast], cancellation: Cancellation);
        double tolerance = device.IsSinglePrecision ? 2e-5 : 1e-8;
        Close([expected.Value], [actual.Value]);
        Close(expected.SlopeProduct, actual.SlopeProduct);
        Close(expected.Curvature, actual.Curvature);
        Close(expected.MeanCurvatures, actual.MeanCurvatures);

        void Close(double[] right, double[] measured)
        {
            double largest = right.Max(Math.Abs);
            Assert.Equal(right.Length, measured.Length);
            for (int i = 0; i < right.Length; i++)
                Assert.InRange(Math.Abs(right[i] - measured[i]), 0, tolerance * largest);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void What_a_value_is_not_wanted_for_is_not_computed(string name, string contrast)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        double[] samples = new Draw(1).Normal(N * K), unmixing = new Draw(2).Normal(K * K);
        ISourceMoments[] all =
        [
            new DeviceSourceMoments(loan.Device, loan.Device.Upload(N, K, samples)),
            new SourceMoments(PaddedMatrix.FromRows(samples, K, N)),
        ];
        foreach (ISourceMoments moments in all)
        {
            SourceStatistics whole = moments.Compute(unmixing, Contrasts[contrast], cancellation: Cancellation);
            foreach (bool isWanted in (ReadOnlySpan<bool>)[false, true])
            {
                List<double> asked = [];
                SourceStatistics? part = moments.ComputeIf(unmixing, Contrasts[contrast], IsWanted, cancellation: Cancellation);
                Assert.Equal([whole.Value], asked);
                Assert.Equal(isWanted ? whole.SlopeProduct : null, part?.SlopeProduct);
                Assert.Equal(isWanted ? whole.Curvature : null, part?.Curvature);

                bool IsWanted(double value)
                {
                    asked.Add(value);
                    return isWanted;
                }
            }
        }
    }

    /// <summary>Whatever was computed before: for Laplace's density F′(z) z is −|z|.</summary>
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Mean_sizes_are_those_of_the_sources_of_the_matrix(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        var moments = new DeviceSourceMoments(loan.Device, loan.Device.Upload(N, K, new Draw(1).Normal(N * K)));
        double[] unmixing = new Draw(2).Normal(K * K), other = new Draw(3).Normal(K * K);
        double[] slopes = moments.Compute(unmixing, Contrasts["laplace"], hasCurvature: false, Cancellation).SlopeProduct;
        AssertSizes();
        moments.Compute(unmixing, Contrasts["witness"], hasCurvature: true, Cancellation);
        AssertSizes();
        moments.Compute(other, Contrasts["witness"], hasCurvature: false, Cancellation);
        AssertSizes();

        void AssertSizes()
        {
            double[] sizes = moments.MeanSizes(unmixing);
            for (int i = 0; i < K; i++)
                Assert.Equal(-slopes[(i * K) + i], sizes[i], loan.Device.IsSinglePrecision ? 1e-5 : 1e-12);
        }
    }

    /// <summary>Across blocks of rows and the end of a vector, on one core and on all.</summary>
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void One_pass_of_a_contrast_gives_the_bits_of_separate_operations(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        foreach ((int rows, int columns) in (ReadOnlySpan<(int, int)>)[(1, 1), (130, 37), (loan.Device.IsHost ? 90_000 : 64, 48)])
        {
            Device device = loan.Device;
            DeviceMatrix z = new Draw(3).NormalOn(device, rows, columns);
            DeviceMatrix slopes = device.Allocate(rows, columns), values = device.Allocate(rows, 1);
            DeviceMatrix curvatures = device.Allocate(1, columns);
            SteinContrast.Default.OnDevice!.Evaluate(device, slopes, values, curvatures, z);
            double[][] actual = [.. new[] { slopes, values, curvatures }.Select(device.Read)];
            device.Map<ContrastSlope<WhitenedWitnessContrast>>(slopes, z);
            device.SumRows<ContrastValue<WhitenedWitnessContrast>>(values, z);
            device.SumColumns<ContrastCurvature<WhitenedWitnessContrast>>(curvatures, z);
            Assert.Equal(new[] { slopes, values, curvatures }.Select(device.Read), actual);
        }
    }

    /// <summary>The closed form and the quadrature, where it matters and beyond.</summary>
    [Fact]
    public void The_witness_in_closed_form_is_that_of_the_quadrature()
    {
        var contrast = SteinContrast.Default;
        double[] points = [.. Enumerable.Range(-400, 801).Select(i => i / 20.0)];
        using DeviceLoan loan = TestDevices.Rent("double");
        Device device = loan.Device;
        DeviceMatrix Column() => device.Allocate(points.Length, 1);
        DeviceMatrix z = device.Upload(points.Length, 1, points), values = Column(), slopes = Column(), curvatures = Column();
        DeviceContrast formula = contrast.OnDevice!;
        formula.Evaluate(device, slopes, values, device.Allocate(1, 1), z);
        formula.Curvatures(device, curvatures, z);
        (double Value, double Slope, double Curvature)[] right = [.. points.Select(contrast.At)];
        Close(right.Select(at => at.Value), values);
        Close(right.Select(at => at.Slope), slopes);
        Close(right.Select(at => at.Curvature), curvatures);

        void Close(IEnumerable<double> expected, DeviceMatrix actual)
        {
            double[] values = [.. expected];
            double largest = values.Max(Math.Abs);
            double[] measured = device.Read(actual);
            for (int i = 0; i < values.Length; i++)
                Assert.InRange(Math.Abs(values[i] - measured[i]), 0, 2e-10 * largest);
        }
    }

    [Theory]
    [InlineData(3, 0.1)]
    [InlineData(40, 0.01)]
    [InlineData(40, 1000)]
    [InlineData(40, 1e-9)]
    public void The_orthogonal_factor_is_orthogonal_and_leaves_a_symmetric_factor(int k, double spread)
    {
        double[] a = new Draw(4).Normal(k * k);
        for (int i = 0; i < a.Length; i++)
            a[i] *= i / k == 0 ? spread : 1;
        double[] q = OrthogonalFactor.Of(a, k);
        double[] identity = Product(q, q, k), symmetric = Product(a, q, k);
        double size = symmetric.Max(Math.Abs);
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j < k; j++)
            {
                Assert.Equal(i == j ? 1 : 0, identity[(i * k) + j], 1e-12);
                Assert.InRange(Math.Abs(symmetric[(i * k) + j] - symmetric[(j * k) + i]), 0, 1e-10 * size);
            }
        }

        // A Bᵀ
        static double[] Product(double[] left, double[] right, int k)
        {
            var product = new double[k * k];
            for (int i = 0; i < product.Length; i++)
            {
                for (int d = 0; d < k; d++)
                    product[i] += left[(i / k * k) + d] * right[(i % k * k) + d];
            }

            return product;
        }
    }

    private static SourceContrast[] All(SourceContrast contrast) => [.. Enumerable.Repeat(contrast, K)];
}
