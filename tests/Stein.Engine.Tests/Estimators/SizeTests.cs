using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>Sizes that no array or memory can hold are refused before anything is computed.</summary>
public sealed class SizeTests
{
    public static TheoryData<string> Names => [.. ScoreEstimators.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Too_many_samples_are_refused_with_the_number_allowed(string name)
    {
        using Device device = Estimates.Double();
        ScoreEstimator estimator = ScoreEstimators.Find(name);
        ScoreEstimationException exception = Assert.Throws<ScoreEstimationException>(
            () => estimator.Fit(device, new double[estimator.MaxSamples + 1], 1));
        Assert.StartsWith(
            $"{estimator.MaxSamples + 1} samples are too many for the estimator {name}, which takes up to {estimator.MaxSamples}.",
            exception.Message,
            StringComparison.Ordinal);
        Assert.True(estimator.MaxSamples >= 46_336);
    }

    /// <summary>As many numbers as fit an array take more memory than the machine has.</summary>
    [Fact]
    public void Too_little_memory_is_found_first()
    {
        using Device device = Estimates.Double();
        ScoreEstimator parametric = ScoreEstimators.Find("stein-parametric");
        double bytes = parametric.BytesFor(device, parametric.MaxSamples, 1);
        Assert.SkipUnless(bytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, "this machine has memory for all samples allowed");
        InsufficientMemoryException exception = Assert.Throws<InsufficientMemoryException>(
            () => parametric.Fit(device, new double[parametric.MaxSamples], 1));
        Assert.StartsWith(
            $"The estimator stein-parametric needs about {bytes / 1e9:F1} GB of memory for {parametric.MaxSamples} samples",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Memory_grows_with_the_square_of_the_samples_unless_pairs_are_formed_in_blocks(string name)
    {
        using Device device = Estimates.Double();
        ScoreEstimator estimator = ScoreEstimators.Find(name);
        double ratio = estimator.BytesFor(device, 40_000, 1) / estimator.BytesFor(device, 20_000, 1);
        Assert.InRange(ratio, name is "kde" or "kef" ? 1.9 : 3.0, name is "kde" or "kef" ? 2.1 : 4.0);
    }
}
