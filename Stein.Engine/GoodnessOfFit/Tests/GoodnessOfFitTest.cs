using Stein.Engine.Devices;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>Whether N samples come from a model that is known by its score; another test is one more class.</summary>
/// <remarks>
/// A p-value is <c>(1 + k)/(B + 1)</c>, or that of a normal distribution; it is never 0. A test with parameters to choose trains them on
/// the samples of <see cref="TestSamples.Split"/> and tests the others.
/// </remarks>
internal abstract class GoodnessOfFitTest
{
    /// <summary>In help and in files, in kebab-case.</summary>
    public abstract string Name { get; }

    /// <summary>In tables and figures.</summary>
    public abstract string Title { get; }

    /// <summary>Whether it needs <see cref="TestSamples.Model"/>.</summary>
    public virtual bool SamplesModel => false;

    /// <summary>
    /// Whether samples may be chains, which have replicates of their own: signs with the memory of the chain; see <see cref="SteinTest"/>.
    /// </summary>
    public virtual bool TakesChains => false;

    /// <summary>The smallest number of samples that it can be given.</summary>
    public virtual int MinSamples => 2;

    /// <summary>Floating-point operations of a test, roughly, for estimates of time: all pairs of samples and all replicates.</summary>
    public virtual double Operations(int count, int dimension, int replicates)
        => (double)count * count * (60 + (6 * dimension) + (2 * replicates));

    /// <summary>
    /// How many samples it is given where tests are compared at N samples: N, unless it is one that gets extra samples to choose with.
    /// </summary>
    public virtual int GivenSamples(int count) => count;

    /// <summary>Allocates what tests of N samples in D dimensions need, once for any number of them.</summary>
    /// <param name="device">Used by one thread at a time.</param>
    /// <param name="count">N, at least <see cref="MinSamples"/>.</param>
    /// <param name="dimension">D.</param>
    /// <param name="replicates">B, where the test has replicates.</param>
    public abstract PreparedTest Prepare(Device device, int count, int dimension, int replicates);
}

/// <summary>Tests samples; the same samples and seed give the same outcome, whatever was tested before.</summary>
/// <exception cref="ArgumentException">The samples have another shape, or the statistic is not finite.</exception>
internal delegate TestOutcome PreparedTest(TestSamples samples, TestSeed seed);

/// <summary>The one rule by which tests draw random numbers: each purpose has its stream, and each trial its substream.</summary>
/// <param name="Seed">Of all trials.</param>
/// <param name="Trial">0, 1, ….</param>
internal readonly record struct TestSeed(ulong Seed, uint Trial)
{
    /// <summary>The stream of a purpose, at its beginning.</summary>
    public PhiloxStream Stream(StreamPurpose purpose) => new(Seed, purpose, Trial);
}
