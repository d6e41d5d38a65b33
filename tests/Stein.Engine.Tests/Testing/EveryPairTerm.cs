using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Xunit;

namespace Stein.Engine.Tests.Testing;

/// <summary>The pair terms of all tests: every term of this list is run on every device, and all its derivatives are checked.</summary>
internal static class EveryPairTerm
{
    private static readonly IReadOnlyList<PairTermCase> Rows =
    [
        .. RadialKernels.Names.SelectMany(name => RadialKernels.Visit(name, new OfKernel())),
    ];

    /// <summary>Theory rows.</summary>
    public static TheoryData<string> Names => [.. Rows.Select(row => row.Name)];

    /// <summary>All combinations of a device and a pair term.</summary>
    public static TheoryData<string, string> OnEveryDevice => TestDevices.With(Rows.Select(row => row.Name));

    public static PairTermCase Find(string name) => Rows.Single(row => row.Name == name);

    private sealed class OfKernel : IRadialKernelVisitor<PairTermCase[]>
    {
        public PairTermCase[] Visit<TKernel>()
            where TKernel : struct, IRadialKernel =>
        [
            new PairTermCase<SteinPairTerm<TKernel>>($"KSD, {TKernel.Name}", [0.6, 0.75], d => d, d => d),
            new PairTermCase<ScalarDiffusionPairTerm<TKernel>>($"scalar diffusion KSD, {TKernel.Name}", [0.6], d => d, d => d, _ => 1),
            new PairTermCase<MatrixDiffusionPairTerm<TKernel>>($"matrix diffusion KSD, {TKernel.Name}", [0.6], d => d, d => d, d => d * d),
        ];
    }
}

/// <summary>A pair term, its constants, and the number of columns of each of its matrices in D dimensions.</summary>
internal abstract record PairTermCase(string Name, double[] Constants, params Func<int, int>[] Columns)
{
    public abstract void Run(IPairTermTest test);
}

/// <inheritdoc/>
internal sealed record PairTermCase<TTerm>(string Name, double[] Constants, params Func<int, int>[] Columns)
    : PairTermCase(Name, Constants, Columns)
    where TTerm : struct, IPairTerm
{
    public override void Run(IPairTermTest test) => test.Run<TTerm>(this);
}

/// <summary>A test that is generic over its pair term.</summary>
internal interface IPairTermTest
{
    void Run<TTerm>(PairTermCase term)
        where TTerm : struct, IPairTerm;
}
