using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Kernels.Functions;
using Xunit;

namespace Stein.Engine.Tests.Testing;

/// <summary>The pair terms of all tests: every term of this list is run on every device, and all its derivatives are checked.</summary>
internal static class EveryPairTerm
{
    private static readonly IReadOnlyList<PairTermCase> Rows =
    [
        new PairTermCase<ConstantDerivative<SteinPairTerm<GaussianKernel>>>(
            "derivative of KSD by its constants", [0.6, 0.8, 0.75, -0.3], d => d, d => d),
        new PairTermCase<ConstantDerivative<ScalarDiffusionPairTerm<InverseMultiquadricKernel>>>(
            "derivative of scalar diffusion KSD by the bandwidth", [0.6, 1], d => d, d => d, _ => 1),
        .. RadialKernels.NamesWith(KernelSmoothness.SteinKernelGradient).SelectMany(name => RadialKernels.Visit(name, new OfKernel())),
        Function<RadialFunction<Matern52Kernel>>(0.6),
        Function<SumFunction<ProductFunction<ConstantFunction, RadialFunction<GaussianKernel>>, MultiquadricFunction>>(0.7, 0.6, 0.4, 0.9),
        Function<ProductFunction<SumFunction<RadialFunction<GaussianKernel>, ConstantFunction>, PolynomialFunction<ThirdDegree>>>(
            0.6, 0.3, 0.2, 0.5),
        Preconditioned<RadialFunction<Matern52Kernel>>(2.5, 0.6),
        Preconditioned<SumFunction<ProductFunction<ConstantFunction, RadialFunction<GaussianKernel>>, MultiquadricFunction>>(
            2.5, 0.7, 0.6, 0.4, 0.9),
    ];

    /// <summary>Theory rows.</summary>
    public static TheoryData<string> Names => [.. Rows.Select(row => row.Name)];

    /// <summary>All combinations of a device and a pair term.</summary>
    public static TheoryData<string, string> OnEveryDevice => TestDevices.With(Rows.Select(row => row.Name));

    /// <summary>The types of all terms.</summary>
    public static IEnumerable<Type> Terms => Rows.Select(row => row.Term);

    public static PairTermCase Find(string name) => Rows.Single(row => row.Name == name);

    private static PairTermCase<KernelFunctionPairTerm<TKernel>> Function<TKernel>(params double[] constants)
        where TKernel : struct, IKernelFunction
        => new($"KSD, {TKernel.Name}, composed", constants, d => d, d => d) { IsSmooth = TKernel.Derivatives == int.MaxValue };

    private static PairTermCase<PreconditionedPairTerm<TKernel>> Preconditioned<TKernel>(params double[] constants)
        where TKernel : struct, IKernelFunction
        => new($"KSD, {TKernel.Name}, preconditioned", constants, d => d, d => d, d => d)
        {
            IsSmooth = TKernel.Derivatives == int.MaxValue,
        };

    private sealed class OfKernel : IRadialKernelVisitor<PairTermCase[]>
    {
        public PairTermCase[] Visit<TKernel>()
            where TKernel : struct, IRadialKernel =>
        [
            new PairTermCase<SteinPairTerm<TKernel>>($"KSD, {TKernel.Name}", [0.6, 0.75], d => d, d => d)
            {
                IsSmooth = IsSmooth<TKernel>(),
            },
            new PairTermCase<ScalarDiffusionPairTerm<TKernel>>($"scalar diffusion KSD, {TKernel.Name}", [0.6], d => d, d => d, _ => 1)
            {
                IsSmooth = IsSmooth<TKernel>(),
            },
            new PairTermCase<MatrixDiffusionPairTerm<TKernel>>($"matrix diffusion KSD, {TKernel.Name}", [0.6], d => d, d => d, d => d * d)
            {
                IsSmooth = IsSmooth<TKernel>(),
            },
        ];

        private static bool IsSmooth<TKernel>()
            where TKernel : struct, IRadialKernel => TKernel.Derivatives == int.MaxValue;
    }
}

/// <summary>A pair term, its constants, and the number of columns of each of its matrices in D dimensions.</summary>
internal abstract record PairTermCase(string Name, double[] Constants, params Func<int, int>[] Columns)
{
    /// <summary>Whether the term has a Taylor series where the points are equal.</summary>
    public bool IsSmooth { get; init; } = true;

    /// <summary>The pair term.</summary>
    public abstract Type Term { get; }

    public abstract void Run(IPairTermTest test);
}

/// <inheritdoc/>
internal sealed record PairTermCase<TTerm>(string Name, double[] Constants, params Func<int, int>[] Columns)
    : PairTermCase(Name, Constants, Columns)
    where TTerm : struct, IPairTerm
{
    public override Type Term => typeof(TTerm);

    public override void Run(IPairTermTest test) => test.Run<TTerm>(this);
}

/// <summary>A test that is generic over its pair term.</summary>
internal interface IPairTermTest
{
    void Run<TTerm>(PairTermCase term)
        where TTerm : struct, IPairTerm;
}
