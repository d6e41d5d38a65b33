using Stein.Experiments.Ica;

namespace Stein.Experiments.Tests.Ica;

/// <summary>Made-up results: the methods of the grid at two dimensions and three seeds, with curves.</summary>
internal static class IcaSample
{
    public static readonly string[] Methods = ["mle", "maxsksd", "ksd", "whitening", "lsd"];

    public static IReadOnlyList<IcaRun> Runs { get; } =
    [
        .. from method in Methods
           from dim in new[] { 20, 10 }
           from seed in new[] { 60, 70, 80 }
           let oracle = (-0.9 * dim) + (0.01 * (seed - 70))
           let gap = 0.1 + Array.IndexOf(Methods, method) + (0.003 * ((seed * 7) % 11))
           select new IcaRun(Row(method), dim, seed, oracle - gap, oracle, 0.1 + (0.001 * (seed % 7)), Math.PI)
           {
               Curve = IcaMethod.Find(method).IsTrained ? Curve(oracle - gap) : [],
           },
    ];

    public static IcaRow Row(string method, string variant = "") => new(IcaMethod.Find(method), variant);

    public static IcaRun Run(string method, int dim, int seed, double logLikelihood, double oracle, double amariDistance = 0)
        => new(Row(method), dim, seed, logLikelihood, oracle, amariDistance, Seconds: 1);

    /// <summary>The table of runs of which three seeds are expected.</summary>
    public static IcaTable Table(IEnumerable<IcaRun> runs, bool comparePaper, int seedsExpected = 3)
        => new(runs, comparePaper, seedsExpected);

    private static IReadOnlyList<IcaCurvePoint> Curve(double end) =>
    [
        .. from iteration in Enumerable.Range(0, 31).Select(step => 500 * step)
           let distance = 300 * Math.Exp(-iteration / 1000.0)
           select new IcaCurvePoint(iteration, end - distance, iteration == 0 ? double.NaN : distance / 3),
    ];
}
