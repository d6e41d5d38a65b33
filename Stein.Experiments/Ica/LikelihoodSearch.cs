using Stein.Engine.IndependentComponents;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>
/// Maximum likelihood by a quasi-Newton method with a line search over all samples, from the same random rotation as the other searches or
/// from the true matrix: the best that can be expected of so many samples.
/// </summary>
/// <remarks>
/// <see cref="RelativeQuasiNewton"/>. Laplace's log-density −|z| has a kink, which would stop a line search: it is replaced by
/// <c>−√(z² + ε²)</c>, with ε falling by factors of ten until it concerns about twenty samples of a source. From the truth the last ε
/// alone will do.
/// </remarks>
internal sealed class LikelihoodSearch(bool startsAtTruth) : StagedMethod
{
    /// <summary>Of the norm of the gradient, per source.</summary>
    private const double Tolerance = 1e-4;

    private const double SmoothedSamples = 20;

    public override string Id => startsAtTruth ? "mle-truth" : "mle-whitened";

    public override string Name => startsAtTruth ? "MLE from the truth" : "MLE from whitening";

    public override SeriesStyle Style { get; } = SeriesStyle.Of(startsAtTruth ? 7 : 11);

    public override bool IsBaseline => true;

    public override bool StartsAtTruth => startsAtTruth;

    public override IReadOnlyList<SearchStage> Stages(IcaSettings settings) => Ascents(settings, startsAtTruth);

    /// <summary>The ascents, one for each ε.</summary>
    /// <param name="startsAtTruth">Whether the first begins near the maximum rather than at a rotation.</param>
    public static IReadOnlyList<SearchStage> Ascents(IcaSettings settings, bool startsAtTruth)
    {
        SourceDensity density = DensityOf(settings);
        double last = Math.Min(0.3, SmoothedSamples / settings.TrainingSamples);
        IEnumerable<double> epsilons = startsAtTruth ? [last] : Epsilons(last);
        SourceDensity[] densities = density.IsSmooth ? [density] : [.. epsilons.Select(SourceDensity.SmoothedLaplace)];
        return
        [
            .. densities.Select((smooth, index) => new SearchStage((moments, start) => new RelativeQuasiNewton(moments).Begin(
                index == 0 && !startsAtTruth ? LocalIca.Scaled(start, density) : start,
                [.. Enumerable.Repeat(smooth, moments.Sources)],
                isHeld: null,
                Tolerance * moments.Sources))),
        ];
    }

    private static IEnumerable<double> Epsilons(double last)
    {
        for (double epsilon = 0.3; epsilon > 2 * last; epsilon /= 10)
            yield return epsilon;
        yield return last;
    }
}
