namespace Stein.Engine.IndependentComponents;

/// <summary>
/// What searches for unmixing matrices need of functions f_i of the sources z = V x of all samples: of log-densities, in nats, or of
/// other contrasts.
/// </summary>
/// <param name="Value">The mean of Σ_i f_i(z_i).</param>
/// <param name="SlopeProduct">E[f_i′(z_i) z_j] (K×K, row-major).</param>
/// <param name="Curvature">E[f_i″(z_i) z_j²] (K×K, row-major); empty where it was not asked for.</param>
/// <param name="MeanCurvatures">E[f_i″(z_i)] (K).</param>
internal sealed record SourceStatistics(double Value, double[] SlopeProduct, double[] Curvature, double[] MeanCurvatures);

/// <summary>Computes <see cref="SourceStatistics"/> of fixed samples for one unmixing matrix after another.</summary>
internal interface ISourceMoments
{
    /// <summary>K.</summary>
    int Sources { get; }

    /// <summary>N.</summary>
    int Count { get; }

    /// <summary>The unit round-off of the sums.</summary>
    double UnitRoundoff { get; }

    /// <summary>The statistics at an unmixing matrix.</summary>
    /// <param name="unmixing">V (K×K, row-major).</param>
    /// <param name="contrasts">f, one for each source.</param>
    /// <param name="hasCurvature">Whether <see cref="SourceStatistics.Curvature"/> is wanted.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    SourceStatistics Compute(
        ReadOnlySpan<double> unmixing,
        IReadOnlyList<SourceContrast> contrasts,
        bool hasCurvature = true,
        CancellationToken cancellation = default);

    /// <summary>The statistics at an unmixing matrix, as <see cref="Compute"/> makes them, where the value is one that is wanted.</summary>
    /// <param name="unmixing">V (K×K, row-major).</param>
    /// <param name="contrasts">f, one for each source.</param>
    /// <param name="isWanted">Is asked once, with <see cref="SourceStatistics.Value"/>.</param>
    /// <param name="hasCurvature">Whether <see cref="SourceStatistics.Curvature"/> is wanted.</param>
    /// <returns>null where the value is not wanted; line searches reject most of their steps by it, and the products are spared.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    SourceStatistics? ComputeIf(
        ReadOnlySpan<double> unmixing,
        IReadOnlyList<SourceContrast> contrasts,
        Predicate<double> isWanted,
        bool hasCurvature = true,
        CancellationToken cancellation = default)
    {
        SourceStatistics statistics = Compute(unmixing, contrasts, hasCurvature, cancellation);
        return isWanted(statistics.Value) ? statistics : null;
    }
}
