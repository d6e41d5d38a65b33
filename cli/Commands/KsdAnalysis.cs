using Stein.Engine.Formulas;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Samples;

namespace Stein.Cli.Commands;

/// <summary>The discrepancy with one bandwidth.</summary>
/// <param name="Factor">By which the bandwidths are multiplied.</param>
/// <param name="U">The U-statistic, or an estimate of it where there are many samples.</param>
/// <param name="V">NaN where not all pairs were formed.</param>
/// <param name="PValue">Of the samples that were tested.</param>
internal sealed record KsdRow(double Factor, SteinKernel Kernel, double U, double StandardError, double V, double PValue);

/// <summary>A coordinate, or a principal axis.</summary>
/// <param name="EffectiveSamples">NaN for a principal axis.</param>
internal sealed record KsdAxis(string Name, SteinIdentity Identity, double EffectiveSamples);

/// <summary>One chain by itself.</summary>
/// <param name="Cumulative">The number of samples, and the squared discrepancy of the first so many.</param>
internal sealed record KsdChain(
    int Chain, int Samples, double U, double StandardError, IReadOnlyList<(int Samples, double Value)> Cumulative);

/// <summary>What <c>stein ksd</c> computes.</summary>
internal sealed record KsdAnalysis
{
    /// <summary>The number of samples up to which all pairs are formed.</summary>
    public const int MaxComplete = 100_000;

    /// <summary>The number of samples up to which all are tested; of more, so many that are evenly spaced.</summary>
    public const int MaxTested = 10_000;

    /// <summary>The factors of the bandwidth, the bandwidth itself first.</summary>
    private static readonly double[] Factors = [1, 0.5, 2, 0.25, 4];

    private const int Partners = 100;
    private const int BlockSize = 1000;

    public required KsdRequest Request { get; init; }

    public required KsdSamples Samples { get; init; }

    /// <summary>The factors ½, 1 and 2, and with a test ¼ and 4.</summary>
    public required IReadOnlyList<KsdRow> Rows { get; init; }

    public required SteinTest Test { get; init; }

    /// <summary>The number of samples that were tested.</summary>
    public required int Tested { get; init; }

    /// <summary>The incomplete and the block estimate where not all pairs were formed.</summary>
    public SteinEstimate? Incomplete { get; init; }

    public SteinEstimate? Blocks { get; init; }

    public required SteinIdentity Identity { get; init; }

    public required IReadOnlyList<KsdAxis> Coordinates { get; init; }

    /// <summary>The longest first.</summary>
    public required IReadOnlyList<KsdAxis> PrincipalAxes { get; init; }

    /// <summary>The contribution of each sample to the U-statistic (N); null where not all pairs were formed.</summary>
    public double[]? Influence { get; init; }

    /// <summary>The number of samples, and the squared discrepancy of the first so many.</summary>
    public required IReadOnlyList<(int Samples, double Value)> Cumulative { get; init; }

    public required IReadOnlyList<KsdChain> Chains { get; init; }

    /// <summary>What scores do not show of the target; null without one.</summary>
    public KsdModes? Modes { get; init; }

    /// <summary>Null where none were asked for.</summary>
    public KsdSlices? Slices { get; init; }

    /// <summary>Null where none were asked for.</summary>
    public KsdTests? Tests { get; init; }

    /// <summary>Null where there is nothing to compare with.</summary>
    public KsdComparison? Comparison { get; init; }

    /// <summary>Whether the test alone rejects the samples at the level.</summary>
    public bool IsRejectedByTest => Request.Estimator is null && Test.AggregatedPValue <= Request.Level;

    /// <summary>The p-value of all tests of the samples together, by Bonferroni's rule: that of the test where there is no other.</summary>
    public double PValue
    {
        get
        {
            double[] all =
            [
                .. ((double?[])[Test.AggregatedPValue, Modes?.PValue, Slices?.PValue]).OfType<double>().Where(p => !double.IsNaN(p)),
                .. Tests?.Tests.Select(test => test.Outcome.PValue) ?? [],
            ];
            return Math.Min(1, all.Length * all.Min());
        }
    }

    /// <summary>Whether the samples were rejected at the level.</summary>
    public bool IsRejected => Request.Estimator is null && PValue <= Request.Level;

    /// <exception cref="ArgumentException">Samples, scores or settings cannot be used.</exception>
    public static KsdAnalysis Compute(KsdRequest request, KsdSamples samples, PhaseProgress progress, CancellationToken cancellation)
    {
        (double[] x, double[] s, int dimension) = (samples.Values, samples.Scores, samples.Dimension);
        double[] bandwidths = request.Bandwidths.Length > 0 ? request.Bandwidths : [MedianDistance.Of(x, dimension)];
        var kernel = new SteinKernel(request.Kernel, bandwidths);
        SteinKernel[] kernels = [.. Factors.Select(kernel.Times)];
        ChainRows? chains = request.IsIndependent ? null : samples.Chains;

        int step = (samples.Count + MaxTested - 1) / MaxTested;
        (ChainRows testedChains, int[] tested) = samples.Chains.Thin(step);
        bool isAll = step == 1;
        progress.Begin($"testing {tested.Length} samples");
        SteinTest test = SteinTest.Compute(
            isAll ? x : SampleMatrix.Select(x, dimension, tested),
            isAll ? s : SampleMatrix.Select(s, dimension, tested),
            dimension,
            kernels,
            testedChains,
            request.IsIndependent ? SteinReplicates.Independent : SteinReplicates.Chain,
            request.Replicates,
            request.Seed,
            progress: progress,
            cancellation: cancellation);

        var rows = new List<KsdRow>();
        SteinPairSums? main = null;
        SteinEstimate? incomplete = null, blocks = null;
        IReadOnlyList<(int, double)> cumulative;
        if (samples.Count <= MaxComplete)
        {
            SteinPairSums[] sums = [.. test.Kernels.Select(outcome => outcome.Sums)];
            if (!isAll)
            {
                progress.Begin($"summing over the pairs of {samples.Count} samples");
                sums = new SteinPairs(x, s, dimension, bandwidths[0]).Compute(kernels, progress: progress, cancellation: cancellation);
            }

            main = sums[0];
            foreach ((int index, SteinPairSums sum) in sums.Index())
            {
                double time = chains is null ? 1 : EffectiveSampleSizes.AutocorrelationTime(sum.Influence(), chains);
                rows.Add(new(
                    Factors[index],
                    sum.Kernel,
                    sum.Value(PairStatistic.U),
                    sum.StandardError(time),
                    sum.Value(PairStatistic.V),
                    test.Kernels[index].PValue));
            }

            cumulative = Points(main.Cumulative());
        }
        else
        {
            GiveBackMemory();
            progress.Begin($"summing over {Partners} pairs of each of {samples.Count} samples");
            SteinEstimate[] estimates = SteinSubsets.Incomplete(
                x, s, dimension, kernels, Partners, request.Seed, progress, cancellation);
            incomplete = estimates[0];
            foreach ((int index, SteinEstimate estimate) in estimates.Index())
            {
                rows.Add(new(
                    Factors[index], kernels[index], estimate.Value, estimate.StandardError, double.NaN, test.Kernels[index].PValue));
            }

            progress.Begin($"summing over the pairs of blocks of {BlockSize} samples");
            int[][] blockRows = [.. Enumerable.Range(0, samples.Count / BlockSize).Select(
                block => Enumerable.Range(block * BlockSize, BlockSize).ToArray())];
            (blocks, double[] values) = SteinSubsets.Blocks(
                x, s, dimension, kernel, blockRows, progress: progress, cancellation: cancellation);
            double sum = 0;
            cumulative = Points([.. values.Select((value, index) => (sum += value) / (index + 1))], BlockSize);
            GiveBackMemory();
        }

        progress.Begin("computing the Stein identity");
        (SteinIdentity[] coordinates, SteinIdentity identity) = SteinIdentity.Along(x, s, dimension, chains);
        (SteinIdentity[] axes, double[] deviations) = SteinIdentity.AlongPrincipalAxes(x, s, dimension, chains);
        double[] effective = EffectiveSampleSizes.OfCoordinates(x, dimension, samples.Chains);
        return new KsdAnalysis
        {
            Request = request,
            Samples = samples,
            Rows = [.. rows.OrderBy(row => row.Factor)],
            Test = test,
            Tested = tested.Length,
            Incomplete = incomplete,
            Blocks = blocks,
            Identity = identity,
            Coordinates =
            [
                .. coordinates.Select((ratio, d) => new KsdAxis(
                    samples.Names[d], ratio, request.IsIndependent ? samples.Count : effective[d])),
            ],
            PrincipalAxes =
            [
                .. axes.Select((ratio, k) => new KsdAxis($"axis {k + 1} (standard deviation {deviations[k]:G3})", ratio, double.NaN)),
            ],
            Influence = main?.Influence(),
            Cumulative = cumulative,
            Chains = !request.IsIndependent && samples.Chains.Starts.Count > 1
                ? [.. EachChain(samples, kernel, progress, cancellation)]
                : [],
        };
    }

    private static IEnumerable<KsdChain> EachChain(
        KsdSamples samples, SteinKernel kernel, PhaseProgress progress, CancellationToken cancellation)
    {
        progress.Begin("comparing the chains");
        int number = 0;
        foreach ((int first, int end) in samples.Chains.Ranges)
        {
            int step = ((end - first) + MaxTested - 1) / MaxTested;
            int[] rows = [.. Enumerable.Range(0, ((end - first) + step - 1) / step).Select(index => first + (index * step))];
            var pairs = new SteinPairs(
                SampleMatrix.Select(samples.Values, samples.Dimension, rows),
                SampleMatrix.Select(samples.Scores, samples.Dimension, rows),
                samples.Dimension,
                kernel.Bandwidths[0]);
            SteinPairSums sums = pairs.Compute([kernel], cancellation: cancellation)[0];
            double time = EffectiveSampleSizes.AutocorrelationTime(sums.Influence(), ChainRows.Single(rows.Length));
            yield return new(++number, end - first, sums.Value(PairStatistic.U), sums.StandardError(time), Points(sums.Cumulative(), step));
        }
    }

    /// <summary>
    /// Beside many samples, what one phase has left would still be there in the next: the collector sees no need to hurry.
    /// </summary>
    private static void GiveBackMemory() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);

    /// <summary>At most 500 of the values, the last one among them, with the number of samples of each.</summary>
    private static (int Samples, double Value)[] Points(double[] values, int samplesPerValue = 1)
    {
        const int MaxPoints = 500;
        int count = Math.Min(MaxPoints, values.Length);
        return [.. Enumerable.Range(1, count).Select(point => (int)((long)point * values.Length / count))
            .Select(end => (end * samplesPerValue, values[end - 1]))];
    }
}
