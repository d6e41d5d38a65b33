using Stein.Experiments.Reports;

namespace Stein.Experiments.Separation;

/// <summary>One source of a separated model.</summary>
/// <param name="Density">The name of its density.</param>
/// <param name="Share">
/// Of the variance of the columns, each divided by its own, which the source explains; sources are in descending order of it.
/// </param>
/// <param name="NonGaussianity">
/// How much larger its log-likelihood is than that of the best normal density, in nats per row, with a standard error, on the rows held
/// out, or on all where none are.
/// </param>
internal sealed record SeparatedSource(string Density, double Share, Summary NonGaussianity);

/// <summary>Where one start of a method ended.</summary>
/// <param name="Start">From 1.</param>
/// <param name="LogLikelihood">The mean of the training rows, in nats.</param>
/// <param name="GradientNorm">‖I + E[ψ(z) zᵀ]‖.</param>
/// <param name="Distance">The Amari distance from the best start.</param>
internal sealed record SeparationStart(
    int Start, double LogLikelihood, double GradientNorm, int Iterations, bool IsConverged, double Distance);

/// <summary>An ICA model of people's samples, in their units, with its sources in a canonical order and with canonical signs.</summary>
internal sealed record SeparatedModel
{
    public required string Method { get; init; }

    /// <summary>K×D: <c>z = Unmixing (x − centre)</c>.</summary>
    public required double[,] Unmixing { get; init; }

    /// <summary>D×K: <c>x ≈ centre + Mixing z</c>, exactly where K = D.</summary>
    public required double[,] Mixing { get; init; }

    public required IReadOnlyList<SeparatedSource> Sources { get; init; }

    /// <summary>Of the training rows, in nats per row.</summary>
    public required Summary TrainingLogLikelihood { get; init; }

    /// <summary>Of the rows held out, in nats per row; of none where none are.</summary>
    public required Summary TestLogLikelihood { get; init; }

    /// <summary>‖I + E[ψ(z) zᵀ]‖ on the training rows.</summary>
    public required double GradientNorm { get; init; }

    public required int Iterations { get; init; }

    /// <summary>Null for a method of a fixed length.</summary>
    public required bool? IsConverged { get; init; }

    /// <summary>The starts, of which the best one is the model; one for a Stein method.</summary>
    public required IReadOnlyList<SeparationStart> Starts { get; init; }

    /// <summary>The Amari distance from the true mixing matrix; NaN where that is not known.</summary>
    public required double DistanceFromTruth { get; init; }

    /// <summary>The largest Amari distance of a start from the best one; NaN for one start.</summary>
    public double StartDistance => Starts.Count > 1 ? Starts.Max(start => start.Distance) : double.NaN;
}
