using Stein.Experiments.Ica;

namespace Stein.Experiments.Tests.Ica;

/// <summary>Made-up results: the paper's methods and the yardsticks at two dimensions and three seeds, with curves.</summary>
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
           select new IcaRun(method, dim, seed, oracle - gap, oracle, 0.1 + (0.001 * (seed % 7)), Math.PI),
    ];

    public static IReadOnlyList<IcaCurvePoint> Curves { get; } =
    [
        .. from run in Runs
           where run.Method != "whitening"
           from iteration in Enumerable.Range(0, 31).Select(step => 500 * step)
           let distance = 300 * Math.Exp(-iteration / 1000.0)
           select new IcaCurvePoint(
               run.Method,
               run.Dim,
               run.Seed,
               iteration,
               run.TestLogLikelihood - distance,
               iteration == 0 ? double.NaN : distance / 3,
               run.Oracle),
    ];
}
