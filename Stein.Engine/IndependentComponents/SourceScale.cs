using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>The best of several densities for a source z (N), and the factor a for which a z has its scale.</summary>
internal delegate (SourceDensity Density, double Factor) DensityChoice(
    IReadOnlyList<SourceDensity> candidates, ReadOnlySpan<double> source);

/// <summary>The scale at which a density fits a source best, and the choice among densities by their likelihoods there.</summary>
internal static class SourceScale
{
    private const int MaxIterations = 100;

    /// <summary>The maximum over a of mean log p(a z) + log a.</summary>
    /// <param name="source">z (N), not all of them 0.</param>
    /// <returns>The factor a, and the mean log-likelihood there, in nats.</returns>
    /// <remarks>
    /// With θ = log a, the derivative 1 + E[ψ(az) az] falls in θ for every density of <see cref="SourceDensity"/>, from 1 to below 0:
    /// Newton's method within a bracket finds its zero.
    /// </remarks>
    public static (double Factor, double LogLikelihood) Fit(SourceDensity density, ReadOnlySpan<double> source)
    {
        int n = source.Length;
        double[] scaled = new double[n], scores = new double[n], derivatives = new double[n];
        double sum = 0;
        foreach (double value in source)
            sum += Math.Abs(value);
        double theta = Math.Log(n / sum), low = double.NegativeInfinity, high = double.PositiveInfinity;
        double logLikelihood = 0;
        for (int iteration = 0; iteration < MaxIterations; iteration++)
        {
            double factor = Math.Exp(theta), slope = 0, curvature = 0;
            for (int i = 0; i < n; i++)
                scaled[i] = factor * source[i];
            logLikelihood = (density.Evaluate(scaled, scores, derivatives) / n) + theta;
            for (int i = 0; i < n; i++)
            {
                double product = scores[i] * scaled[i];
                slope += product;
                curvature += product + (derivatives[i] * scaled[i] * scaled[i]);
            }

            slope = 1 + (slope / n);
            curvature /= n;
            if (Math.Abs(slope) < 1e-13)
                break;
            if (slope > 0)
                low = theta;
            else
                high = theta;
            double next = curvature < 0 ? theta - (slope / curvature) : slope > 0 ? theta + 1 : theta - 1;
            if (double.IsFinite(low) && double.IsFinite(high) && !(next > low && next < high))
                next = 0.5 * (low + high);
            next = Math.Clamp(next, theta - 3, theta + 3);
            if (next == theta)
                break;
            theta = next;
        }

        return (Math.Exp(theta), logLikelihood);
    }

    /// <summary>The density with the largest likelihood, at its best scale.</summary>
    /// <param name="candidates">At least one; the first of equals is chosen.</param>
    /// <param name="source">z (N), not all of them 0.</param>
    public static (SourceDensity Density, double Factor) Choose(
        IReadOnlyList<SourceDensity> candidates, ReadOnlySpan<double> source)
    {
        (SourceDensity Density, double Factor)? best = null;
        double largest = double.NegativeInfinity;
        foreach (SourceDensity candidate in candidates)
        {
            (double factor, double logLikelihood) = Fit(candidate, source);
            if (best is null || logLikelihood > largest)
                (best, largest) = ((candidate, factor), logLikelihood);
        }

        return best!.Value;
    }

    /// <summary>The density of each source, and V (K×K, row-major) with rows at the scales that go with them.</summary>
    /// <param name="unmixing">V (K×K, row-major).</param>
    /// <param name="samples">x: K×N, one coordinate per row.</param>
    /// <param name="candidates">At least one.</param>
    /// <param name="choose">What is best for a source.</param>
    public static (SourceDensity[] Densities, double[] Unmixing) ChooseAll(
        double[] unmixing, PaddedMatrix samples, IReadOnlyList<SourceDensity> candidates, DensityChoice choose)
    {
        int k = samples.Rows;
        PaddedMatrix sources = MaximumLikelihoodIca.Apply(unmixing, samples);
        var densities = new SourceDensity[k];
        var scaled = new double[k * k];
        Parallel.For(0, k, i =>
        {
            (densities[i], double factor) = choose(candidates, sources.Row(i));
            for (int d = 0; d < k; d++)
                scaled[(i * k) + d] = factor * unmixing[(i * k) + d];
        });
        return (densities, scaled);
    }
}
