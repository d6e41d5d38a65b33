using Stein.Engine.Devices;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Kernels;

namespace Stein.Experiments.Mixtures;

/// <summary>What a test came to.</summary>
/// <param name="Statistic">The discrepancy, or what the remedy makes of several.</param>
/// <param name="PValue">Of the test.</param>
/// <param name="Sigma">The σ that the remedy chose; NaN where it chose none.</param>
internal readonly record struct MixtureTestResult(double Statistic, double PValue, double Sigma = double.NaN);

/// <summary>A goodness-of-fit test of samples against a mixture: how it looks at them, and what it makes of several looks.</summary>
internal abstract class MixtureRemedy
{
    /// <summary>The standard deviations of the ladder.</summary>
    public static readonly IReadOnlyList<double> Ladder = [0.5, 1, 2, 4, 8, 16];

    /// <summary>The fewest samples that it can test.</summary>
    public static int SmallestSample(string name) => name is "selected" or "perturb-selected" ? 4 : 2;

    /// <summary>Whether it looks at the samples with every σ of the ladder.</summary>
    public static bool UsesLadder(string name) => name is "ladder" or "selected" or "maximum";

    /// <summary>The remedy of a cell.</summary>
    public static MixtureRemedy Create(Device device, MixtureSettings settings, MixtureProblem problem)
        => RadialKernels.Visit(settings.Kernel, new Maker(device, settings, problem));

    /// <summary>Tests samples (N×D).</summary>
    /// <param name="samples">Of the truth.</param>
    /// <param name="trial">Which numbers are drawn, for noise and bootstrap.</param>
    /// <exception cref="ArgumentException">The statistic is not a finite number.</exception>
    public abstract MixtureTestResult Test(double[] samples, uint trial);

    private sealed class Maker(Device device, MixtureSettings settings, MixtureProblem problem) : IRadialKernelVisitor<MixtureRemedy>
    {
        public MixtureRemedy Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            ulong seed = settings.Seed;
            int half = settings.Samples / 2;
            return settings.Remedy switch
            {
                "noise" => Sum(new NoiseView(problem, settings.Sigma, seed)),
                "ladder" => Sum(OfLadder()),
                "selected" => new SelectedRemedy<TKernel>(Tester(half), Tester(settings.Samples - half), OfLadder()),
                "maximum" => new MaximumRemedy<TKernel>(Tester(settings.Samples), OfLadder()),
                "temper" => Sum(new TemperedView(problem, settings.Temperature, seed)),
                "perturb" => Sum([new PlainView(problem), .. Jumps()]),
                "perturb-selected" => new SelectedRemedy<TKernel>(Tester(half), Tester(settings.Samples - half), Jumps()),
                _ => Sum(new PlainView(problem)),
            };

            IReadOnlyList<MixtureView> Jumps() => JumpView.All(problem, settings.Separation, seed);

            MixtureView[] OfLadder() => [.. Ladder.Select(sigma => new NoiseView(problem, sigma, seed))];

            SumRemedy<TKernel> Sum(params MixtureView[] views) => new(Tester(settings.Samples), views);

            MixtureTester<TKernel> Tester(int samples) => new(
                device,
                samples,
                settings.Dimension,
                settings.Replicates,
                settings.Bootstrap == "wild" ? BootstrapWeights.Rademacher : BootstrapWeights.Multinomial,
                seed);
        }
    }
}
