using Stein.Engine.Estimators;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>Functions in the space of a kernel: derivatives of the kernel, norms, inner products and values.</summary>
public class ReproducingKernelExpansionTests
{
    private const double SquaredBandwidth = 1.7;

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Inner_products_are_the_kernel_and_its_derivatives(string kernel)
        => EveryKernel.Run(kernel, new DerivativesByFiniteDifferences());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void The_inner_product_with_a_kernel_is_the_value_there(string kernel) => EveryKernel.Run(kernel, new ReproducingProperty());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Norms_and_inner_products_belong_to_one_bilinear_form(string kernel) => EveryKernel.Run(kernel, new BilinearForm());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Multiples_of_the_identity_agree_with_full_matrices(string kernel) => EveryKernel.Run(kernel, new IdentityMatrices());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void The_u_statistic_leaves_out_equal_terms(string kernel) => EveryKernel.Run(kernel, new OffDiagonalSum());

    [Fact]
    public void The_gaussian_at_a_known_distance()
    {
        var left = new ReproducingKernelExpansion<GaussianKernel>(2, 4, [1, 2], [3, -1], gradientScale: 0);
        var right = new ReproducingKernelExpansion<GaussianKernel>(2, 4, [0, 0], [2, 5], gradientScale: 0);
        Assert.Equal(Math.Exp(-5.0 / 4), left.InnerProduct(right), 1e-15);
    }

    [Fact]
    public void Invalid_arguments_are_rejected_with_what_is_allowed()
    {
        Refused("3 numbers are not rows of 2", () => new ReproducingKernelExpansion<GaussianKernel>(2, 1, new double[3], new double[3], 1));
        Refused("is NaN", () => new ReproducingKernelExpansion<GaussianKernel>(1, 1, [double.NaN], [0], 1));
        Refused("pass 4", () => new ReproducingKernelExpansion<GaussianKernel>(2, 1, new double[4], new double[2], 1));
        Refused("pass 2×2×2 = 8", () => new ReproducingKernelExpansion<GaussianKernel>(2, 1, new double[4], new double[4], new double[4]));
        Refused("must be a positive", () => new ReproducingKernelExpansion<GaussianKernel>(2, 0, new double[4], new double[4], 1));
        var one = new ReproducingKernelExpansion<GaussianKernel>(2, 1, new double[2], new double[2], 1);
        var other = new ReproducingKernelExpansion<GaussianKernel>(2, 2, new double[2], new double[2], 1);
        Refused("not in one space", () => one.InnerProduct(other));
        Assert.Throws<ArgumentOutOfRangeException>(() => one.SquaredNorm(PairStatistic.U));

        static void Refused(string words, Func<object> action)
            => Assert.Contains(words, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

    /// <summary><c>k(x,·) e₀</c>, or with an index i <c>∂_{x_i} k(x,·) e₀</c>.</summary>
    private static ReproducingKernelExpansion<TKernel> Single<TKernel>(double[] x, int? derivative = null)
        where TKernel : struct, IRadialKernel
    {
        var values = new double[x.Length];
        var matrices = new double[x.Length * x.Length];
        if (derivative is { } i)
            matrices[i] = 1;
        else
            values[0] = 1;
        return new(x.Length, SquaredBandwidth, x, values, matrices);
    }

    private static ReproducingKernelExpansion<TKernel> Random<TKernel>(ulong seed, int count, int dimension)
        where TKernel : struct, IRadialKernel
    {
        var draw = new Draw(seed);
        int size = count * dimension;
        return new(dimension, SquaredBandwidth, draw.Normal(size), draw.Normal(size), draw.Normal(size * dimension));
    }

    private sealed class DerivativesByFiniteDifferences : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            var draw = new Draw(11);
            for (int dimension = 1; dimension <= 3; dimension++)
            {
                double[] x = draw.Normal(dimension);
                double[] y = draw.Normal(dimension);
                double[] axes = [.. Enumerable.Range(0, dimension).Select(axis => (double)axis)];
                FiniteDifferences.Check(
                    $"{TKernel.Name}, ∇_x k",
                    at => Single<TKernel>(at).InnerProduct(Single<TKernel>(y)),
                    x,
                    Array.ConvertAll(axes, i => Single<TKernel>(x, (int)i).InnerProduct(Single<TKernel>(y))));
                FiniteDifferences.Check(
                    $"{TKernel.Name}, ∇_y k",
                    at => Single<TKernel>(x).InnerProduct(Single<TKernel>(at)),
                    y,
                    Array.ConvertAll(axes, j => Single<TKernel>(x).InnerProduct(Single<TKernel>(y, (int)j))));
                for (int i = 0; i < dimension; i++)
                {
                    int axis = i;
                    FiniteDifferences.Check(
                        $"{TKernel.Name}, ∇_y ∂_x{axis} k",
                        at => Single<TKernel>(x, axis).InnerProduct(Single<TKernel>(at)),
                        y,
                        Array.ConvertAll(axes, j => Single<TKernel>(x, axis).InnerProduct(Single<TKernel>(y, (int)j))));
                }
            }
        }
    }

    private sealed class ReproducingProperty : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            ReproducingKernelExpansion<TKernel> function = Random<TKernel>(3, 9, 3);
            double[] point = new Draw(4).Normal(3);
            var value = new double[3];
            function.Evaluate(point, value);
            double[] products =
            [
                .. Enumerable.Range(0, 3).Select(i =>
                {
                    var unit = new double[3];
                    unit[i] = 1;
                    return function.InnerProduct(new(3, SquaredBandwidth, point, unit, gradientScale: 0));
                }),
            ];
            Checks.CloseInMaximum(TKernel.Name, products, value, 1e-13);
        }
    }

    private sealed class BilinearForm : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            ReproducingKernelExpansion<TKernel> left = Random<TKernel>(5, 6, 2);
            ReproducingKernelExpansion<TKernel> right = Random<TKernel>(6, 4, 2);

            // The sum of two functions consists of the terms of both.
            var (a, b) = (new Draw(5), new Draw(6));
            var sum = new ReproducingKernelExpansion<TKernel>(2, SquaredBandwidth, Both(2), Both(2), Both(4));
            double expected = left.SquaredNorm() + (2 * left.InnerProduct(right)) + right.SquaredNorm();
            Assert.Equal(expected, sum.SquaredNorm(), 1e-12 * expected);
            Assert.Equal(left.InnerProduct(right), right.InnerProduct(left), 1e-13 * expected);
            Assert.Equal(left.InnerProduct(left), left.SquaredNorm(), 1e-13 * expected);
            Assert.True(left.SquaredNorm() > 0);

            double[] Both(int numbers) => [.. a.Normal(6 * numbers), .. b.Normal(4 * numbers)];
        }
    }

    private sealed class IdentityMatrices : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            var draw = new Draw(8);
            (double[] points, double[] values, var matrices) = (draw.Normal(15), draw.Normal(15), new double[45]);
            for (int n = 0; n < 5; n++)
            {
                for (int i = 0; i < 3; i++)
                    matrices[(9 * n) + (4 * i)] = 0.4;
            }

            var implied = new ReproducingKernelExpansion<TKernel>(3, SquaredBandwidth, points, values, gradientScale: 0.4);
            var stored = new ReproducingKernelExpansion<TKernel>(3, SquaredBandwidth, points, values, matrices);
            ReproducingKernelExpansion<TKernel> other = Random<TKernel>(9, 4, 3);
            double size = stored.SquaredNorm();
            Assert.Equal(size, implied.SquaredNorm(), 1e-13 * size);
            Assert.Equal(size, implied.InnerProduct(stored), 1e-13 * size);
            Assert.Equal(stored.InnerProduct(other), implied.InnerProduct(other), 1e-13 * (size + other.SquaredNorm()));
            Assert.Equal(other.InnerProduct(stored), other.InnerProduct(implied), 1e-13 * (size + other.SquaredNorm()));
        }
    }

    private sealed class OffDiagonalSum : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            const int Count = 5, Dimension = 2;
            var draw = new Draw(10);
            double[] points = draw.Normal(Count * Dimension);
            double[] values = draw.Normal(Count * Dimension);
            double[] matrices = draw.Normal(Count * Dimension * Dimension);
            ReproducingKernelExpansion<TKernel>[] terms =
            [
                .. Enumerable.Range(0, Count).Select(n => new ReproducingKernelExpansion<TKernel>(
                    Dimension,
                    SquaredBandwidth,
                    points.AsSpan(n * Dimension, Dimension),
                    values.AsSpan(n * Dimension, Dimension),
                    matrices.AsSpan(n * Dimension * Dimension, Dimension * Dimension))),
            ];
            double sum = terms.SelectMany((left, n) => terms.Where((_, m) => m != n).Select(left.InnerProduct)).Sum();
            double found = new ReproducingKernelExpansion<TKernel>(Dimension, SquaredBandwidth, points, values, matrices)
                .SquaredNorm(PairStatistic.U);
            Assert.Equal(sum * Count / (Count - 1), found, 1e-12 * terms.Sum(term => term.SquaredNorm()));
        }
    }
}
