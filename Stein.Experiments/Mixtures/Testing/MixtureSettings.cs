using Stein.Engine.Kernels;
using Stein.Experiments.Declarations;

namespace Stein.Experiments.Mixtures;

/// <summary>
/// Everything that decides the numbers of one cell of the mixture experiment: goodness-of-fit tests of samples against a mixture, many
/// times over. The defaults are the case in which the kernelised Stein discrepancy is blind: modes at ±5, proportions 0.7 : 0.3 where
/// the model says 0.5 : 0.5 (Wenliang and Kanagawa, "Blindness of score-based methods to isolated components", 2020).
/// </summary>
internal sealed record MixtureSettings
{
    /// <summary>
    /// <c>none</c>; <c>noise</c> of one σ; <c>ladder</c>, the sum over a ladder of σ with weights σ²; <c>selected</c>, the σ of the ladder
    /// that looks most powerful on one half of the samples, tested on the other; <c>maximum</c>, the largest of the ladder's statistics
    /// in units of its bootstrap's spread; <c>temper</c>; <c>perturb</c> and <c>perturb-selected</c>, spKSD and ospKSD of Liu, Duncan
    /// and Gandy: the sum over sizes of jumps between modes, and the size that looks most powerful on one half.
    /// </summary>
    public static IReadOnlyList<string> Remedies { get; } =
        ["none", "noise", "ladder", "selected", "maximum", "temper", "perturb", "perturb-selected"];

    /// <summary>What is sampled and what is believed: a name of <see cref="MixtureProblem.Names"/>.</summary>
    public string Problem { get; init; } = "modes";

    /// <summary>m, the distance of each mode from the origin; for the problems of one mode, how far the sample is from the model.</summary>
    public double Separation { get; init; } = 5;

    /// <summary>π, the weight of the first mode among the samples.</summary>
    public double Weight { get; init; } = 0.7;

    /// <summary>D.</summary>
    public int Dimension { get; init; } = 1;

    /// <summary>A name of <see cref="Remedies"/>.</summary>
    public string Remedy { get; init; } = "none";

    /// <summary>σ, the standard deviation of the noise on both sides; only for the remedy <c>noise</c>.</summary>
    public double Sigma { get; init; } = 4;

    /// <summary>T of p^{1/T} on both sides; only for the remedy <c>temper</c>.</summary>
    public double Temperature { get; init; } = 16;

    /// <summary>N, samples in a test.</summary>
    public int Samples { get; init; } = 400;

    /// <summary>Tests, each on samples of its own.</summary>
    public int Trials { get; init; } = 500;

    /// <summary>B, bootstrap replicates in a test.</summary>
    public int Replicates { get; init; } = 300;

    /// <summary>Bootstrap weights: <c>multinomial</c> or <c>wild</c>.</summary>
    public string Bootstrap { get; init; } = "multinomial";

    /// <summary>A name of <see cref="RadialKernels"/>.</summary>
    public string Kernel { get; init; } = "imq";

    /// <summary>α: a test rejects where its p-value is at most that.</summary>
    public double Level { get; init; } = 0.05;

    /// <summary>The seed of everything random. Cells that differ in the remedy only have the same samples.</summary>
    public uint Seed { get; init; } = 60;

    /// <summary>Checks that every setting can be run.</summary>
    /// <exception cref="InvalidConfigException">One cannot; the message says which, and what is allowed.</exception>
    public void Validate()
    {
        RequireName("--problem", Problem, MixtureProblem.Names);
        RequireName("--remedy", Remedy, Remedies);
        RequireName("--bootstrap", Bootstrap, ["multinomial", "wild"]);
        RequireName("--kernel", Kernel, RadialKernels.Names);
        if (Problem == "scale")
            Require("--separation", Separation, Separation > 0, "a positive number: the standard deviation of the sample");
        else
            Require("--separation", Separation, Separation >= 0, "a number that is not negative");
        Require("--weight", Weight, Weight is >= 0 and <= 1, "a number from 0 to 1");
        Require("--sigma", Sigma, Sigma > 0, "a positive number");
        Require("--temperature", Temperature, Temperature >= 1, "a number of at least 1");
        Require("--level", Level, Level is > 0 and < 1, "a number between 0 and 1");
        RequireFrom("--dim", Dimension, 1, 1000);
        RequireFrom("--n", Samples, MixtureRemedy.SmallestSample(Remedy), 20_000);
        RequireFrom("--trials", Trials, 1, 1_000_000);
        RequireFrom("--replicates", Replicates, 1, 100_000);
        double smallest = 1.0 / (Replicates + 1);
        if (smallest > Level)
        {
            throw InvalidConfigException.Value(
                "--replicates", Replicates, FormattableString.Invariant(
                    $"at least {Math.Ceiling(1 / Level) - 1}: with fewer no p-value is as small as the level {Level}"));
        }
    }

    private static void RequireName(string option, string value, IReadOnlyList<string> known)
    {
        if (!known.Contains(value))
            throw InvalidConfigException.Unknown(option, value, known);
    }

    private static void Require(string option, double value, bool holds, string allowed)
    {
        if (!holds || !double.IsFinite(value))
            throw InvalidConfigException.Value(option, value, allowed);
    }

    private static void RequireFrom(string option, int value, int least, int most)
    {
        if (value < least || value > most)
            throw InvalidConfigException.Value(option, value, FormattableString.Invariant($"a whole number from {least} to {most}"));
    }
}
