using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Gradients;

/// <summary>Compares the kernel maps of score estimates with finite differences, on the double lane.</summary>
public class KernelMapTests
{
    [Theory]
    [MemberData(nameof(EveryKernel.All), MemberType = typeof(EveryKernel))]
    public void Maps_are_the_derivatives_of_the_kernel(string kernel) => EveryKernel.Run(kernel, new Maps());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Maps_on_the_line_are_derivatives_of_one_another(string kernel) => EveryKernel.Run(kernel, new LineMaps());

    private sealed class LineMaps : IKernelTest
    {
        private const double Step = 0.25;
        private const double InverseSquare = 0.7;

        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            foreach (double distance in new[] { -2.5, -0.3, 1 })
            {
                string what = $"{TKernel.Name}, u = {distance}, derivative ";
                double value = KernelValue<TKernel>.Apply<DoubleLane>(
                    new(distance * distance), new(InverseSquare), default, default, default).Value;
                Assert.Equal(value, Map<LineKernel<TKernel>>(distance), 1e-14);
                Check<LineKernel<TKernel>, LineKernelFirstDerivative<TKernel>>("1");
                Check<LineKernelFirstDerivative<TKernel>, LineKernelSecondDerivative<TKernel>>("2");
                Check<LineKernelSecondDerivative<TKernel>, LineKernelThirdDerivative<TKernel>>("3");
                Check<LineKernelThirdDerivative<TKernel>, LineKernelFourthDerivative<TKernel>>("4");

                void Check<TFunction, TDerivative>(string order)
                    where TFunction : struct, IElementMap
                    where TDerivative : struct, IElementMap
                    => FiniteDifferences.Check(
                        what + order,
                        at => Map<TFunction>(at[0]),
                        [distance],
                        [Map<TDerivative>(distance)],
                        magnitude: 4,
                        largestStep: 1.0 / 64);
            }

            static double Map<TMap>(double distance)
                where TMap : struct, IElementMap
                => TMap.Apply<DoubleLane>(new(distance / Step), new(Step), new(InverseSquare), default, default).Value;
        }
    }

    private sealed class Maps : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            const double Scale = 0.7;
            foreach (int dimension in new[] { 1, 2, 5 })
            {
                foreach (double length in new[] { 0.3, 1, 2.5 })
                {
                    // For functions of r = ‖x − y‖, Δf = f″ + (D − 1)f′/r = r^(1−D) (r^(D−1) f′)′, and the gradient is f′ along d/r.
                    string what = $"{TKernel.Name}, D = {dimension}, r = {length}: ";
                    double volume = Math.Pow(length, dimension - 1);
                    Check("φ′", r => -Map<KernelValue<TKernel>>(r), 2 * Scale * length * Map<KernelFirstDerivative<TKernel>>(length));
                    Check(
                        "φ″",
                        r => -Map<KernelFirstDerivative<TKernel>>(r),
                        2 * Scale * length * Map<KernelSecondDerivative<TKernel>>(length));
                    Check(
                        "Laplacian",
                        r => 2 * Scale * r * Map<KernelFirstDerivative<TKernel>>(r) * Math.Pow(r, dimension - 1),
                        volume * Map<KernelMixedTrace<TKernel>>(length));
                    Check(
                        "gradient of the Laplacian",
                        r => -Map<KernelMixedTrace<TKernel>>(r),
                        4 * Scale * Scale * length * Map<KernelLaplacianGradient<TKernel>>(length));

                    // Up to factors of 2a, the gradient of the Laplacian is 4a²w d, and w d has divergence Dw + 2ρw′.
                    Check(
                        "Laplacian of the Laplacian",
                        r => r * Map<KernelLaplacianGradient<TKernel>>(r) * Math.Pow(r, dimension - 1),
                        volume * Map<KernelBilaplacian<TKernel>>(length));

                    void Check(string name, Func<double, double> f, double derivative)
                        => FiniteDifferences.Check(
                            what + name, at => f(at[0]), [length], [derivative], magnitude: 4, largestStep: 1.0 / 64);

                    double Map<TMap>(double r)
                        where TMap : struct, IElementMap
                        => TMap.Apply(
                            DoubleLane.Constant(r * r),
                            DoubleLane.Constant(Scale),
                            default,
                            DoubleLane.Constant(dimension),
                            default).Value;
                }
            }
        }
    }
}
