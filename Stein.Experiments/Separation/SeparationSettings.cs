using Stein.Engine.IndependentComponents;
using Stein.Experiments.Ica;

namespace Stein.Experiments.Separation;

/// <summary>How the signals of people's own samples are separated.</summary>
internal sealed record SeparationSettings
{
    /// <summary>Maximum likelihood by a quasi-Newton method.</summary>
    public const string MaximumLikelihood = "mle";

    /// <summary>Symmetric FastICA with the contrast log cosh.</summary>
    public const string FastIca = "fastica";

    /// <summary>
    /// A Stein discrepancy in the model's own coordinates over rotations, then the equations of the maximum of the likelihood.
    /// </summary>
    public const string Local = "local";

    /// <summary>The base where each source has the density that fits it best, by the likelihood or by its Stein discrepancy.</summary>
    public const string EachItsOwn = "auto";

    /// <summary>The methods, the defaults first, and last those that minimise Stein discrepancies as in the paper.</summary>
    public static IReadOnlyList<string> MethodNames { get; } =
    [
        Local,
        MaximumLikelihood,
        FastIca,
        .. IcaMethod.All.Where(method => method is { IsTrained: true, IsBaseline: false }).Select(method => method.Id),
    ];

    /// <summary>Stein discrepancies in local coordinates, and maximum likelihood to compare them with.</summary>
    public static IReadOnlyList<string> DefaultMethods { get; } = [Local, MaximumLikelihood];

    /// <summary>The names of the bases.</summary>
    public static IReadOnlyList<string> BaseNames { get; } =
        [.. MaximumLikelihoodIca.Candidates(IcaDefaults.DegreesOfFreedom).Select(density => density.Name), EachItsOwn];

    /// <summary>One or more of <see cref="MethodNames"/>, of which the first one's matrices are written.</summary>
    public IReadOnlyList<string> Methods { get; init; } = DefaultMethods;

    /// <summary>One of <see cref="BaseNames"/>; null for auto, or Laplace for methods that do not choose.</summary>
    public string? Base { get; init; }

    /// <summary>Of the Student-t density.</summary>
    public double DegreesOfFreedom { get; init; } = IcaDefaults.DegreesOfFreedom;

    /// <summary>The number of principal components K that are separated; null for all.</summary>
    public int? Components { get; init; }

    public bool IsCentred { get; init; } = true;

    public bool IsWhitened { get; init; } = true;

    /// <summary>The share of the rows that is held out, from 0 to below 1.</summary>
    public double TestShare { get; init; } = 0.2;

    /// <summary>Of the rows held out, the starts, and everything else random.</summary>
    public uint Seed { get; init; }

    /// <summary>The number of starts of a method that searches over all rows.</summary>
    public int Starts { get; init; } = 3;

    /// <summary>The norm of the relative gradient at which local and mle have converged.</summary>
    public double Tolerance { get; init; } = 1e-9;

    /// <summary>Steps of a search over all rows.</summary>
    public int MaxIterations { get; init; } = 2000;

    /// <summary>The settings of the Stein methods.</summary>
    public IcaSettings Stein { get; init; } = new();

    /// <summary>Whether a method trains by a Stein discrepancy on batches, as in the paper.</summary>
    public static bool IsStein(string method) => method is not (MaximumLikelihood or FastIca or Local);

    /// <summary>The densities of a method's sources: one for all, or several to choose from.</summary>
    public IReadOnlyList<SourceDensity> Densities(string method)
    {
        IReadOnlyList<SourceDensity> all = MaximumLikelihoodIca.Candidates(DegreesOfFreedom);
        string name = Base ?? (IsStein(method) ? SourceDensity.Laplace.Name : EachItsOwn);
        return name == EachItsOwn ? all : [all.Single(density => density.Name == name)];
    }
}

/// <summary>Values that several settings begin from.</summary>
internal static class IcaDefaults
{
    /// <summary>Of the Student-t density of the experiment.</summary>
    public const double DegreesOfFreedom = Engine.Models.IcaData.StudentTDegreesOfFreedom;
}
