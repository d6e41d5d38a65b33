using System.Text.Json.Serialization;
using Stein.Engine.Estimators;
using Stein.Engine.Kernels;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>
/// Everything that decides the numbers of one cell of the experiment <c>score-error</c>: how far one estimator is from the score of a
/// known density, many times over.
/// </summary>
internal sealed record ScoreErrorSettings
{
    /// <summary>
    /// How the regularisation is found. <c>rule</c>: by <see cref="ScoreEstimator.DefaultRegularisation"/>; <c>held-out</c>: by
    /// <see cref="HeldOutSelection"/>, anew in every trial; <c>given</c>: it is <see cref="Regularisation"/>.
    /// </summary>
    public static IReadOnlyList<string> Selections { get; } = ["rule", "held-out", "given"];

    /// <summary>A name of <see cref="ScoreTarget.Names"/>.</summary>
    public string Target { get; init; } = "gauss";

    /// <summary>D.</summary>
    public int Dimension { get; init; } = 10;

    /// <summary>K, samples that an estimate is made from.</summary>
    public int Samples { get; init; } = 200;

    /// <summary>Points of the same density that it is judged at, besides its own samples.</summary>
    public int TestPoints { get; init; } = 1024;

    /// <summary>A name of <see cref="ScoreEstimators.Names"/>.</summary>
    public string Estimator { get; init; } = "stein";

    /// <summary>The name of a kernel in <see cref="RadialKernels"/>.</summary>
    public string Kernel { get; init; } = "rbf";

    /// <summary>The bandwidth h; null for the estimator's rule.</summary>
    public double? Bandwidth { get; init; }

    /// <summary>A name of <see cref="Selections"/>.</summary>
    public string Selection { get; init; } = "rule";

    /// <summary>See <see cref="ScoreEstimator.RegularisationName"/>; only for <c>given</c>, which needs it.</summary>
    public double? Regularisation { get; init; }

    /// <summary>Draws of samples and test points; all estimators have the same.</summary>
    public int Trials { get; init; } = 10;

    /// <summary>The seed of everything random.</summary>
    public uint Seed { get; init; } = 60;

    /// <summary>The regularisation of every trial: given, or by rule; NaN where it is selected.</summary>
    [JsonIgnore]
    internal double FixedRegularisation => Selection switch
    {
        "rule" => ScoreEstimators.Find(Estimator).DefaultRegularisation(Samples, Dimension),
        "given" => Regularisation ?? double.NaN,
        _ => double.NaN,
    };

    /// <summary>The regularisation for people, in a word.</summary>
    [JsonIgnore]
    internal string SelectionName => Selection == "given" ? NumberText.Tick(FixedRegularisation) : Selection;

    /// <summary>
    /// Settings that have no effect at their defaults; a regularisation that is given, and what the rule says, is the rule's.
    /// </summary>
    internal ScoreErrorSettings Normalised()
    {
        if (Selection != "given")
            return this with { Regularisation = null };
        ScoreErrorSettings ruled = this with { Selection = "rule", Regularisation = null };
        return Regularisation == ruled.FixedRegularisation ? ruled : this;
    }

    /// <summary>Checks that every setting can be run.</summary>
    /// <exception cref="InvalidConfigException">One cannot; the message says which, and what is allowed.</exception>
    internal void Validate()
    {
        ConfigChecks.RequireName("target", Target, ScoreTarget.Names);
        ConfigChecks.RequireName("estimator", Estimator, ScoreEstimators.Names);
        ConfigChecks.RequireName("kernel", Kernel, RadialKernels.Names);
        ConfigChecks.RequireName("selection", Selection, Selections);
        ConfigChecks.RequireFrom("dimension", Dimension, ScoreTarget.LeastDimension(Target), 10_000);
        ConfigChecks.RequireFrom("samples", Samples, Selection == "held-out" ? HeldOutSplit.FewestSamples : 2, 100_000);
        ConfigChecks.RequireFrom("test_points", TestPoints, 1, 1_000_000);
        ConfigChecks.RequireFrom("trials", Trials, 1, 100_000);
        if (Bandwidth is { } bandwidth && !(bandwidth > 0 && double.IsFinite(bandwidth)))
            throw InvalidConfigException.Value("bandwidth", bandwidth, "a positive number, or left out for the estimator's rule");
        if (Selection != "given")
        {
            if (Regularisation is { } unused)
                throw InvalidConfigException.Value("regularisation", unused, "left out, unless \"selection\" is \"given\"");
            return;
        }

        ScoreEstimator estimator = ScoreEstimators.Find(Estimator);
        if (Regularisation is not { } regularisation)
        {
            throw InvalidConfigException.Value(
                "regularisation", "nothing", $"the {estimator.RegularisationName}, as \"selection\" is \"given\"");
        }

        if (estimator.ProblemWith(regularisation) is { } problem)
            throw new InvalidConfigException(FormattableString.Invariant($"\"regularisation\": {regularisation}: {problem}"));
    }
}
