using Stein.Engine.IndependentComponents;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>Symmetric FastICA with the contrast log cosh, alone or followed by maximum likelihood.</summary>
/// <remarks>The tolerance is that of scikit-learn.</remarks>
internal sealed class FastIcaSearch(bool isFollowedByLikelihood) : StagedMethod
{
    private const double Tolerance = 1e-4;

    public override string Id => isFollowedByLikelihood ? "fastica-mle" : "fastica";

    public override string Name => isFollowedByLikelihood ? "FastICA, then MLE" : "FastICA";

    public override SeriesStyle Style { get; } = SeriesStyle.Of(isFollowedByLikelihood ? 10 : 5);

    public override bool IsBaseline => true;

    public override IReadOnlyList<SearchStage> Stages(IcaSettings settings)
    {
        var fast = new SearchStage((moments, start) => new FastIca(moments, start, Tolerance));
        return isFollowedByLikelihood ? [fast, .. LikelihoodSearch.Ascents(settings, startsAtTruth: false)] : [fast];
    }
}
