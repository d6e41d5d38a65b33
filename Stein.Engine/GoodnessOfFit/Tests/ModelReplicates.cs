using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Stein.Engine.Formulas;
using Stein.Engine.Random;
using Stein.Engine.Samples;
using Stein.Engine.Targets;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The parametric bootstrap: statistics of sets of samples of the model, as many as there are replicates. They are the same for all trials
/// of a model, with kernels that do not depend on the samples under test, and so are computed once for each model, number of samples and
/// seed, on all cores; threads that need them at the same time wait for one another.
/// </summary>
/// <param name="pool">
/// Null where the model is cheap to sample: every set is drawn anew. Otherwise the sets are drawn, each without replacement, from this many
/// times N samples of the model, as the authors of KSDAgg do from 200N samples of a Gibbs sampler; their statistics then vary less than
/// those of new sets by the factor 1 − 1/pool.
/// </param>
internal sealed class ModelReplicates(int? pool = null)
{
    private readonly ConditionalWeakTable<ITarget, ConcurrentDictionary<Key, Lazy<(SteinKernel[], double[][])>>> known = [];

    /// <summary>The kernels, and B statistics of each.</summary>
    /// <param name="samples">Those under test, of which only the number and the model are used.</param>
    /// <param name="kernels">The kernels that follow from samples; they are made from the first set.</param>
    /// <param name="bandwidths">By which the kernels are made, to tell tests apart.</param>
    /// <param name="reach">See <see cref="SteinPairs.Compute"/>.</param>
    /// <exception cref="ArgumentException">The samples have no model that can be sampled.</exception>
    public (SteinKernel[] Kernels, double[][] Statistics) Of(
        TestSamples samples, Func<double[], SteinKernel[]> kernels, int replicates, ulong seed, BandwidthCollection bandwidths, int? reach)
    {
        ITarget model = samples.RequiredModel();
        int count = samples.Count;
        return known.GetOrCreateValue(model)
            .GetOrAdd(new(count, replicates, seed, bandwidths, reach), _ => new(Compute))
            .Value;

        (SteinKernel[], double[][]) Compute()
        {
            double[] all = pool is { } times ? model.Sample(Stream(0), times * count) : [];
            SteinKernel[] made = kernels(Set(0));
            double[][] statistics = [.. made.Select(_ => new double[replicates])];
            Parallel.For(0, replicates, index =>
            {
                TestSamples set = TestSamples.Of(Set(index), model);
                SteinPairSums[] sums = set.Pairs(made).Compute(made, threads: 1, reach: reach);
                for (int k = 0; k < sums.Length; k++)
                    statistics[k][index] = sums[k].Value(PairStatistic.U);
            });
            return (made, statistics);

            double[] Set(int index)
            {
                if (pool is null)
                    return model.Sample(Stream(index), count);
                int[] order = [.. Enumerable.Range(0, all.Length / model.Dimension)];
                Stream(index + 1).Shuffle(order);
                return SampleMatrix.Select(all, model.Dimension, order[..count]);
            }
        }

        // From the last substream down; trials have the first ones.
        PhiloxStream Stream(int index) => new(seed, StreamPurpose.ModelSamples, uint.MaxValue - (uint)index);
    }

    private sealed record Key(int Count, int Replicates, ulong Seed, BandwidthCollection Bandwidths, int? Reach);
}
