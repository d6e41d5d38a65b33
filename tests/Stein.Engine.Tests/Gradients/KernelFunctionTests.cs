using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Kernels.Functions;
using Stein.Engine.Lanes;
using Stein.Engine.Tests.Testing;
using Xunit;
using Cubic = Stein.Engine.Kernels.Functions.PolynomialFunction<Stein.Engine.Kernels.Functions.ThirdDegree>;
using Linear = Stein.Engine.Kernels.Functions.PolynomialFunction<Stein.Engine.Kernels.Functions.FirstDegree>;
using Rbf = Stein.Engine.Kernels.Functions.RadialFunction<Stein.Engine.Kernels.GaussianKernel>;

namespace Stein.Engine.Tests.Gradients;

/// <summary>
/// Kernels of two invariants: derivatives and Stein kernels compared with those of the value by <see cref="TaylorLane"/>, and the slopes
/// of Stein kernels with their values.
/// </summary>
public class KernelFunctionTests
{
    /// <summary>Enough for every kernel here; bandwidths, exponents, weights and offsets are all of this size.</summary>
    private static readonly double[] Numbers = [0.7, 1.3, 0.4, 0.9, 1.6, 0.5];

    [Fact]
    public void Derivatives_are_those_of_the_value() => Visit(new JetTest());

    [Fact]
    public void The_stein_kernel_is_that_of_the_kernel() => Visit(new SteinTest());

    [Fact]
    public void Slopes_of_the_stein_kernel_are_its_derivatives() => Visit(new SlopesTest());

    [Fact]
    public void At_equal_points_everything_is_finite_and_the_limit() => Visit(new LimitTest());

    [Fact]
    public void Values_are_those_of_the_formulas()
    {
        const double Rho = 1.2, Pi = -0.8;
        double rbf = Math.Exp(-0.7 * Rho), linear = (0.7 * Pi) + 1.3;
        Equal(rbf + Math.Exp(-1.3 * Rho), Value<SumFunction<Rbf, Rbf>>());
        Equal(rbf * ((1.3 * Pi) + 0.4), Value<ProductFunction<Rbf, Linear>>());
        Equal(linear * linear * linear, Value<Cubic>());
        Equal(Math.Pow(1 + (0.7 * Rho), -1.3), Value<MultiquadricFunction>());
        Equal(0.7 * Math.Exp(-1.3 * Rho), Value<ProductFunction<ConstantFunction, Rbf>>());

        static void Equal(double expected, double actual) => Assert.Equal(expected, actual, 1e-14);

        static double Value<TKernel>()
            where TKernel : struct, IKernelFunction => At<TKernel, DoubleLane>(new(Rho), new(Pi)).Value.Value;
    }

    [Fact]
    public void A_composed_kernel_is_as_smooth_as_its_least_smooth_part()
    {
        Assert.Equal(int.MaxValue, Derivatives<SumFunction<Rbf, ProductFunction<Cubic, MultiquadricFunction>>>());
        Assert.Equal(4, Derivatives<SumFunction<Rbf, RadialFunction<Matern52Kernel>>>());
        Assert.Equal(2, Derivatives<ProductFunction<RadialFunction<Matern52Kernel>, RadialFunction<Matern32Kernel>>>());
        Assert.Equal(0, Derivatives<SumFunction<ProductFunction<ConstantFunction, RadialFunction<LaplaceKernel>>, Linear>>());
        string message = Assert.Throws<ArgumentException>(() => KernelFunctionSmoothness.Require<
            SumFunction<Rbf, ProductFunction<Linear, RadialFunction<LaplaceKernel>>>>(
                KernelSmoothness.SteinKernel, "the kernelised Stein discrepancy")).Message;
        Assert.Equal(
            "The kernel cannot be rbf + (linear)·(laplace): the kernelised Stein discrepancy needs 2 derivatives of the kernel where its "
            + "points are equal, and rbf + (linear)·(laplace) has none. Use rbf, imq, matern52, matern32.",
            message);

        static int Derivatives<TKernel>()
            where TKernel : struct, IKernelFunction => TKernel.Derivatives;
    }

    [Fact]
    public void A_preconditioner_needs_a_kernel_of_the_distance()
    {
        PreconditionedPairTerm<SumFunction<Rbf, MultiquadricFunction>>.RequireDistanceKernel();
        string message = Assert.Throws<ArgumentException>(
            PreconditionedPairTerm<SumFunction<Rbf, Linear>>.RequireDistanceKernel).Message;
        Assert.StartsWith("The kernel rbf + linear cannot have a preconditioner", message, StringComparison.Ordinal);
    }

    /// <summary>Every kind of kernel, and sums and products of those that depend on one invariant, on the other and on both.</summary>
    private static void Visit(IFunctionTest test)
    {
        test.Run<Rbf>();
        test.Run<RadialFunction<InverseMultiquadricKernel>>();
        test.Run<RadialFunction<Matern52Kernel>>();
        test.Run<RadialFunction<Matern32Kernel>>();
        test.Run<MultiquadricFunction>();
        test.Run<ConstantFunction>();
        test.Run<Linear>();
        test.Run<PolynomialFunction<SecondDegree>>();
        test.Run<Cubic>();
        test.Run<SumFunction<Rbf, Rbf>>();
        test.Run<SumFunction<Linear, Rbf>>();
        test.Run<ProductFunction<ConstantFunction, MultiquadricFunction>>();
        test.Run<ProductFunction<Rbf, Rbf>>();
        test.Run<ProductFunction<Rbf, Linear>>();
        test.Run<ProductFunction<Cubic, RadialFunction<Matern52Kernel>>>();
        test.Run<ProductFunction<Linear, Cubic>>();
        test.Run<ProductFunction<SumFunction<Linear, Rbf>, SumFunction<MultiquadricFunction, ConstantFunction>>>();
        test.Run<ProductFunction<SumFunction<Rbf, Linear>, SumFunction<Rbf, ConstantFunction>>>();
        test.Run<ProductFunction<ProductFunction<Rbf, Linear>, Linear>>();
        test.Run<ProductFunction<Rbf, ProductFunction<Rbf, Linear>>>();
    }

    private static KernelJet<T> At<TKernel, T>(T rho, T pi)
        where TKernel : struct, IKernelFunction
        where T : struct, ILane<T> => TKernel.Evaluate(rho, pi, new Constants<T>(), 0);

    private static TaylorLane Along(double value, double slope)
        => TaylorLane.Constant(value) + (TaylorLane.Constant(slope) * TaylorLane.Variable(0));

    private static void Close(string what, double expected, double actual)
        => Checks.Close(what, [expected], [actual], _ => 1e-12 * (1 + Math.Abs(expected)));

    private readonly struct Constants<T> : IKernelNumbers<T>
        where T : struct, ILane<T>
    {
        public T Number(int index) => T.Constant(Numbers[index]);
    }

    private interface IFunctionTest
    {
        void Run<TKernel>()
            where TKernel : struct, IKernelFunction;
    }

    private sealed class JetTest : IFunctionTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IKernelFunction
        {
            Assert.InRange(TKernel.Numbers, 1, Numbers.Length);
            foreach ((double rho, double pi) in new[] { (0.3, 0.5), (2, -1.1) })
            {
                KernelJet<DoubleLane> k = TKernel.Evaluate<DoubleLane, Constants<DoubleLane>>(
                    new(rho), new(pi), default, 0, out ThirdDerivatives<DoubleLane> third);
                KernelJet<DoubleLane> same = At<TKernel, DoubleLane>(new(rho), new(pi));
                Assert.Equal(k, same);

                // Along (1, 0), (0, 1), (1, 1) and (1, −1) all derivatives to the third are found.
                foreach ((double u, double v) in new[] { (1.0, 0.0), (0, 1), (1, 1), (1, -1) })
                {
                    TaylorLane value = At<TKernel, TaylorLane>(Along(rho, u), Along(pi, v)).Value;
                    string what = $"{TKernel.Name} at ({rho}, {pi}) along ({u}, {v}), derivative ";
                    Close(what + 0, value[0], k.Value.Value);
                    Close(what + 1, value[1], (u * k.ByRho.Value) + (v * k.ByPi.Value));
                    Close(
                        what + 2,
                        value.Derivative(2),
                        (u * u * k.ByRhoRho.Value) + (2 * u * v * k.ByRhoPi.Value) + (v * v * k.ByPiPi.Value));
                    Close(
                        what + 3,
                        value.Derivative(3),
                        (u * u * u * third.ByRhoRhoRho.Value) + (3 * u * u * v * third.ByRhoRhoPi.Value)
                        + (3 * u * v * v * third.ByRhoPiPi.Value) + (v * v * v * third.ByPiPiPi.Value));
                }
            }
        }
    }

    /// <summary>u from its definition, the derivatives of k by x and y from those of its value.</summary>
    private sealed class SteinTest : IFunctionTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IKernelFunction
        {
            var draw = new Draw(52);
            foreach (int dimension in new[] { 1, 3 })
            {
                foreach (bool isPreconditioned in new[] { false, true })
                {
                    double[] x = draw.Normal(dimension), y = draw.Normal(dimension);
                    double[] s = draw.Normal(dimension), t = draw.Normal(dimension);
                    double[] root = isPreconditioned ? draw.Normal(dimension * dimension) : Identity(dimension);
                    double expected = 0;
                    for (int d = 0; d < dimension; d++)
                    {
                        TaylorLane byX = Line(d, moveX: true, moveY: false), byY = Line(d, moveX: false, moveY: true);
                        double byBoth = Line(d, moveX: true, moveY: true)[2] - byX[2] - byY[2];
                        expected += (s[d] * t[d] * byX[0]) + (s[d] * byY[1]) + (t[d] * byX[1]) + byBoth;
                    }

                    (KernelSums<DoubleLane> sums, double trace) = Sums(x, y, s, t, root);
                    double actual = KernelFunctionStein<TKernel>.Value(
                        sums, new DoubleLane(trace), default(Constants<DoubleLane>), 0).Value;
                    Checks.Close(
                        $"{TKernel.Name}, D = {dimension}, P {isPreconditioned}",
                        [expected],
                        [actual],
                        _ => 1e-11 * (1 + Math.Abs(expected)));

                    TaylorLane Line(int along, bool moveX, bool moveY)
                    {
                        TaylorLane rho = default, pi = default;
                        for (int k = 0; k < dimension; k++)
                        {
                            TaylorLane left = default, right = default;
                            for (int d = 0; d < dimension; d++)
                            {
                                TaylorLane weight = TaylorLane.Constant(root[(d * dimension) + k]);
                                left += weight * Along(x[d], moveX && d == along ? 1 : 0);
                                right += weight * Along(y[d], moveY && d == along ? 1 : 0);
                            }

                            rho += (left - right) * (left - right);
                            pi += left * right;
                        }

                        return At<TKernel, TaylorLane>(rho, pi).Value;
                    }
                }
            }
        }

        private static double[] Identity(int dimension)
            => [.. Enumerable.Range(0, dimension * dimension).Select(i => i % (dimension + 1) == 0 ? 1.0 : 0)];

        /// <summary>The sums with <c>z = Lᵀx</c> and <c>w = Lz</c>, and <c>tr LLᵀ</c>.</summary>
        private static (KernelSums<DoubleLane> Sums, double Trace) Sums(double[] x, double[] y, double[] s, double[] t, double[] root)
        {
            int dimension = x.Length;
            double[] z = Transposed(x), w = Times(z), z2 = Transposed(y), w2 = Times(z2);
            return (
                new()
                {
                    SquaredDistance = Sum(d => (z[d] - z2[d]) * (z[d] - z2[d])),
                    Product = Sum(d => z[d] * z2[d]),
                    SquaredStretch = Sum(d => (w[d] - w2[d]) * (w[d] - w2[d])),
                    StretchedProduct = Sum(d => w[d] * w2[d]),
                    ScoreProduct = Sum(d => s[d] * t[d]),
                    ScoreDisplacement = Sum(d => (s[d] - t[d]) * (w[d] - w2[d])),
                    ScoreAlong = Sum(d => (s[d] * w[d]) + (t[d] * w2[d])),
                },
                root.Sum(value => value * value));

            DoubleLane Sum(Func<int, double> term) => new(Enumerable.Range(0, dimension).Sum(term));

            double[] Transposed(double[] v)
                => [.. Enumerable.Range(0, dimension).Select(k => Sum(d => root[(d * dimension) + k] * v[d]).Value)];

            double[] Times(double[] v)
                => [.. Enumerable.Range(0, dimension).Select(d => Sum(k => root[(d * dimension) + k] * v[k]).Value)];
        }
    }

    private sealed class SlopesTest : IFunctionTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IKernelFunction
        {
            double[] at = [0.8, -0.6, 1.9, 0.7, -1.2, 0.5, 1.4];
            KernelSums<DoubleLane> slopes = KernelFunctionStein<TKernel>.Slopes(
                Sums(i => new DoubleLane(at[i])), new DoubleLane(2.5), default(Constants<DoubleLane>), 0);
            DoubleLane[] stated =
            [
                slopes.SquaredDistance, slopes.Product, slopes.SquaredStretch, slopes.StretchedProduct,
                slopes.ScoreProduct, slopes.ScoreDisplacement, slopes.ScoreAlong,
            ];
            for (int moving = 0; moving < at.Length; moving++)
            {
                TaylorLane u = KernelFunctionStein<TKernel>.Value(
                    Sums(i => Along(at[i], i == moving ? 1 : 0)), TaylorLane.Constant(2.5), default(Constants<TaylorLane>), 0);
                Close($"{TKernel.Name}, slope {moving}", u[1], stated[moving].Value);
            }
        }

        private static KernelSums<T> Sums<T>(Func<int, T> at)
            where T : struct, ILane<T> => new()
            {
                SquaredDistance = at(0),
                Product = at(1),
                SquaredStretch = at(2),
                StretchedProduct = at(3),
                ScoreProduct = at(4),
                ScoreDisplacement = at(5),
                ScoreAlong = at(6),
            };
    }

    private sealed class LimitTest : IFunctionTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IKernelFunction
        {
            double near = Value<DoubleLane>(1e-14).Value;
            Checks.Close(TKernel.Name, [near], [Value<DoubleLane>(0).Value], _ => 1e-5 * (1 + Math.Abs(near)));
            Checks.Close($"{TKernel.Name}, float", [near], [Value<FloatLane>(0).Value], _ => 1e-5 * (1 + Math.Abs(near)));
            if (TKernel.Derivatives < KernelSmoothness.SteinKernelGradient)
                return;
            double slope = Slope<DoubleLane>(1e-14).Value;
            Checks.Close($"{TKernel.Name}, slope", [slope], [Slope<DoubleLane>(0).Value], _ => 1e-4 * (1 + Math.Abs(slope)));
            Checks.Close($"{TKernel.Name}, slope, float", [slope], [Slope<FloatLane>(0).Value], _ => 1e-4 * (1 + Math.Abs(slope)));

            static KernelSums<T> Sums<T>(double squaredDistance)
                where T : struct, ILane<T> => new()
                {
                    SquaredDistance = T.Constant(squaredDistance),
                    Product = T.Constant(0.6),
                    SquaredStretch = T.Constant(1.5 * squaredDistance),
                    StretchedProduct = T.Constant(0.9),
                    ScoreProduct = T.Constant(1.2),
                    ScoreAlong = T.Constant(0.7),
                };

            static T Value<T>(double squaredDistance)
                where T : struct, ILane<T>
                => KernelFunctionStein<TKernel>.Value(Sums<T>(squaredDistance), T.Constant(3), default(Constants<T>), 0);

            static T Slope<T>(double squaredDistance)
                where T : struct, ILane<T>
            {
                KernelSums<T> slopes = KernelFunctionStein<TKernel>.Slopes(
                    Sums<T>(squaredDistance), T.Constant(3), default(Constants<T>), 0);
                return slopes.SquaredDistance + slopes.SquaredStretch;
            }
        }
    }
}
