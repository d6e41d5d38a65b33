namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>The bandwidths h among which a test chooses or over which it aggregates, <c>k = φ(‖x − y‖²/h²)</c>.</summary>
internal abstract record BandwidthCollection
{
    /// <summary>
    /// The collection of Schrab, Guedj and Gretton ("KSD aggregated goodness-of-fit test", NeurIPS 2022) for the Gauss–Bernoulli RBM.
    /// </summary>
    public static BandwidthCollection OfRbm { get; } = new MedianPowers(-20, 0);

    /// <summary>Theirs for the Gamma problem.</summary>
    public static BandwidthCollection OfGamma { get; } = new MedianPowers(0, 10);

    /// <summary>That of their packages ksdagg and agginc, with which the published rows of the wild bootstrap were made.</summary>
    public static BandwidthCollection OfPackage { get; } = new Spaced(10);

    /// <summary>The bandwidths, ascending.</summary>
    public abstract double[] Of(SampleDistances distances);

    /// <summary>The median distance times <c>2^i</c> for i from <paramref name="First"/> to <paramref name="Last"/>.</summary>
    public sealed record MedianPowers(int First, int Last) : BandwidthCollection
    {
        public override double[] Of(SampleDistances distances)
        {
            double median = distances.Median();
            return [.. Enumerable.Range(First, Last - First + 1).Select(power => Math.ScaleB(median, power))];
        }
    }

    /// <summary>
    /// <c>λ^(i/(n − 1))/D</c> for i = 0, …, n − 1, with λ the largest distance between the first 500 samples, but at least 2. It does not
    /// follow the unit of the samples.
    /// </summary>
    /// <param name="Count">n, at least 2.</param>
    public sealed record Spaced(int Count) : BandwidthCollection
    {
        public override double[] Of(SampleDistances distances)
        {
            double ratio = Math.Pow(Math.Max(2, distances.Largest()), 1.0 / (Count - 1));
            return [.. Enumerable.Range(0, Count).Select(power => Math.Pow(ratio, power) / distances.Dimension)];
        }
    }
}
