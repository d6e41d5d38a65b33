using Stein.Engine.Discrepancies;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.DeepKernels;

/// <summary>The <see cref="KernelShape"/> of a deep kernel's trained factor on the last batch, in the result of a run.</summary>
internal static class KernelQuantities
{
    /// <summary><see cref="KernelShape.Mean"/>.</summary>
    public static readonly Quantity Mean = new("mean_kernel");

    /// <summary><see cref="KernelShape.LargestShare"/>.</summary>
    public static readonly Quantity LargestShare = new("kernel_largest_share");

    /// <summary><see cref="KernelShape.EffectiveRank"/>.</summary>
    public static readonly Quantity EffectiveRank = new("kernel_effective_rank");

    /// <summary>The numbers of a shape.</summary>
    public static IEnumerable<Metric> Of(KernelShape shape)
        => [Mean.At(shape.Mean), LargestShare.At(shape.LargestShare), EffectiveRank.At(shape.EffectiveRank)];

    /// <summary>As in "0.52, 0.07, 0": means of <see cref="Mean"/> and <see cref="EffectiveRank"/>, and how many runs collapsed.</summary>
    public static string Text<TConfig>(Condition<TConfig> condition)
        where TConfig : class
    {
        int collapsed = condition.Runs.Count(run => new KernelShape(run[Mean], run[LargestShare], run[EffectiveRank]).Collapse is not null);
        return $"{NumberText.Fixed(condition.Over(Mean).Mean)}, {NumberText.Fixed(condition.Over(EffectiveRank).Mean)}, {collapsed}";
    }
}
