using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Gradients;

/// <summary>
/// Compares the pair terms with the definition of the Stein kernel, and their gradients with their values, up to rounding. All
/// derivatives are computed from the value of the kernel by <see cref="TaylorLane"/>; those that the kernel provides are not used.
/// </summary>
public class PairTermTests
{
    private const double InverseSquare = 0.6;

    [Theory]
    [MemberData(nameof(EveryKernel.WithSteinKernel), MemberType = typeof(EveryKernel))]
    public void The_pair_term_is_the_stein_kernel(string kernel) => EveryKernel.Run(kernel, new SteinTerm());

    [Theory]
    [MemberData(nameof(EveryKernel.WithSteinKernel), MemberType = typeof(EveryKernel))]
    public void The_sliced_pair_term_is_the_stein_kernel_of_a_slice(string kernel) => EveryKernel.Run(kernel, new SlicedTerm());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Gradients_of_the_sliced_pair_term_are_its_derivatives(string kernel) => EveryKernel.Run(kernel, new SlicedGradients());

    internal static void CheckSteinTerm<TKernel>()
        where TKernel : struct, IRadialKernel => new SteinTerm().Run<TKernel>();

    internal static void CheckSlicedTerm<TKernel>()
        where TKernel : struct, IRadialKernel => new SlicedTerm().Run<TKernel>();

    internal static void CheckSlicedGradients<TKernel>()
        where TKernel : struct, IRadialKernel => new SlicedGradients().Run<TKernel>();

    /// <summary>k, ∂k/∂x_d, ∂k/∂y_d and ∂²k/∂x_d∂y_d, the last from k along (e_d, e_d), (e_d, 0) and (0, e_d).</summary>
    private static (double Value, double ByX, double ByY, double ByBoth) Kernel<TKernel>(double[] x, double[] y, int along)
        where TKernel : struct, IRadialKernel
    {
        TaylorLane byX = Line(moveX: true, moveY: false), byY = Line(moveX: false, moveY: true);
        return (byX[0], byX[1], byY[1], Line(moveX: true, moveY: true)[2] - byX[2] - byY[2]);

        TaylorLane Line(bool moveX, bool moveY)
        {
            TaylorLane square = default;
            for (int d = 0; d < x.Length; d++)
            {
                TaylorLane difference = At(x[d], moveX && d == along) - At(y[d], moveY && d == along);
                square += difference * difference;
            }

            return RadialKernel<TKernel>.At(TaylorLane.Constant(InverseSquare) * square).Value;
        }
    }

    private static TaylorLane At(double value, bool moves) => moves ? TaylorLane.Variable(value) : TaylorLane.Constant(value);

    /// <summary>The part of the trace of a pair that the factor β removes, <c>(1 − β)·4a²φ″‖x − y‖²</c>.</summary>
    private static double Removed<TKernel>(double squaredDistance, double fourthOrder)
        where TKernel : struct, IRadialKernel
    {
        double rho = InverseSquare * squaredDistance;
        return (1 - fourthOrder) * 4 * InverseSquare * rho * RadialKernel<TKernel>.At(TaylorLane.Variable(rho)).Value.Derivative(2);
    }

    /// <summary>
    /// Pairs of one to five dimensions, near and far; equal ones too if the kernel has Taylor series there
    /// (<see cref="KernelSmoothnessTests"/> has the others).
    /// </summary>
    private static IEnumerable<(double[] X, double[] Y, double[] ScoreX, double[] ScoreY)> Pairs<TKernel>()
        where TKernel : struct, IRadialKernel
    {
        var draw = new Draw(91);
        foreach (int dimension in new[] { 1, 2, 5 })
        {
            foreach (double scale in TKernel.Derivatives == int.MaxValue ? new[] { 0, 0.1, 1, 3 } : [0.1, 1, 3])
            {
                double[] x = draw.Normal(dimension);
                double[] y = [.. x.Zip(draw.Normal(dimension, scale), (value, change) => value + change)];
                yield return (x, y, draw.Normal(dimension), draw.Normal(dimension));
            }
        }
    }

    /// <summary>Slices of pairs: projections, projected scores and coupling.</summary>
    private static IEnumerable<(double Zi, double Zj, double Pi, double Pj, double Coupling)> Slices<TKernel>()
        where TKernel : struct, IRadialKernel
        => from pair in Pairs<TKernel>()
           where pair.X.Length == 1
           from coupling in new[] { 0.8, -0.3 }
           select (pair.X[0], pair.Y[0], pair.ScoreX[0], pair.ScoreY[0], coupling);

    private static void Close(string what, double expected, double actual)
        => Checks.Close(what, [expected], [actual], _ => 1e-12 * (1 + Math.Abs(expected)));

    private static T Sliced<TKernel, T>(T zi, T zj, T pi, T pj, T coupling, double fourthOrder)
        where TKernel : struct, IRadialKernel
        where T : struct, ILane<T>
    {
        SlicedPairSlice<T> slice = SlicedPairTerm<TKernel>.Slice(coupling, T.Constant(InverseSquare), T.Constant(fourthOrder));
        T sum = default;
        SlicedPairTerm<TKernel>.AddValue(zi * slice.ProjectionScale, zj * slice.ProjectionScale, pi, pj, slice, ref sum);
        return sum;
    }

    private sealed class SteinTerm : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            foreach ((double[] x, double[] y, double[] scoreX, double[] scoreY) in Pairs<TKernel>())
            {
                int dimension = x.Length;
                double expected = 0, squaredDistance = 0;
                for (int d = 0; d < dimension; d++)
                {
                    (double value, double byX, double byY, double byBoth) = Kernel<TKernel>(x, y, d);
                    expected += (scoreX[d] * scoreY[d] * value) + (scoreX[d] * byY) + (scoreY[d] * byX) + byBoth;
                    squaredDistance += (x[d] - y[d]) * (x[d] - y[d]);
                }

                foreach (double fourthOrder in new[] { 1, 0.75 })
                {
                    var pair = new ArrayPair<DoubleLane>(
                        [Row(x), Row(scoreX)], [Row(y), Row(scoreY)], [new(InverseSquare), new(fourthOrder)]);
                    Close(
                        $"{TKernel.Name}, D = {dimension}, ‖x − y‖² = {squaredDistance}, β = {fourthOrder}",
                        expected + Removed<TKernel>(squaredDistance, fourthOrder),
                        pair.Value<SteinPairTerm<TKernel>>().Value);
                }
            }

            static DoubleLane[] Row(double[] values) => [.. values.Select(value => new DoubleLane(value))];
        }
    }

    private sealed class SlicedTerm : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            foreach ((double zi, double zj, double pi, double pj, double coupling) in Slices<TKernel>())
            {
                (double value, double byX, double byY, double byBoth) = Kernel<TKernel>([zi], [zj], 0);
                double square = coupling * coupling;
                double expected = (pi * pj * value) + (coupling * ((pi * byY) + (pj * byX))) + (square * byBoth);
                foreach (double fourthOrder in new[] { 1, 0.75 })
                {
                    double actual = Sliced<TKernel, DoubleLane>(
                        new(zi), new(zj), new(pi), new(pj), new(coupling), fourthOrder).Value;
                    Close(
                        $"{TKernel.Name}, z = {zi} and {zj}, β = {fourthOrder}",
                        expected + (square * Removed<TKernel>((zi - zj) * (zi - zj), fourthOrder)),
                        actual);
                }
            }
        }
    }

    private sealed class SlicedGradients : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            const double FourthOrder = 0.75;
            foreach ((double zi, double zj, double pi, double pj, double coupling) in Slices<TKernel>())
            {
                SlicedPairSlice<DoubleLane> slice = SlicedPairTerm<TKernel>.Slice<DoubleLane>(
                    new(coupling), new(InverseSquare), new(FourthOrder));
                DoubleLane wi = new DoubleLane(zi) * slice.ProjectionScale, wj = new DoubleLane(zj) * slice.ProjectionScale;
                DoubleLane byPi = default, byPj = default, byCoupling = default;
                SlicedPairTerm<TKernel>.AddScoreGradient(wi, wj, new(pi), new(pj), slice, ref byPi, ref byPj);
                DoubleLane byZi = slice.GradientScale
                    * SlicedPairTerm<TKernel>.ProjectionGradient(wi, wj, new(pi), new(pj), slice, ref byCoupling);
                string where = $"{TKernel.Name}, z = {zi} and {zj}, by ";
                Close(where + "zᵢ", Derivative(0), byZi.Value);
                Close(where + "zⱼ", Derivative(1), -byZi.Value);
                Close(where + "pᵢ", Derivative(2), byPi.Value);
                Close(where + "pⱼ", Derivative(3), byPj.Value);
                Close(where + "c", Derivative(4), (byCoupling * slice.GradientScale).Value);

                double Derivative(int moving) => Sliced<TKernel, TaylorLane>(
                    At(zi, moving == 0),
                    At(zj, moving == 1),
                    At(pi, moving == 2),
                    At(pj, moving == 3),
                    At(coupling, moving == 4),
                    FourthOrder)[1];
            }
        }
    }
}
