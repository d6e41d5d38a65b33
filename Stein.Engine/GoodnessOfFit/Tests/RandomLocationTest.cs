using MathNet.Numerics.Distributions;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The test by the L1 IMQ random-feature Stein discrepancy, r = 1 (Huggins and Mackey, NeurIPS 2018, example 3.4):
/// <c>φ_j(x) = (c′² + ‖x − z_j‖²)^β′</c> at random locations z, weighted by the inverse of their density.
/// </summary>
/// <remarks>
/// <para>
/// Of the kernel <c>(c² + ‖x − y‖²)^(−1/2)</c> with c = 100 median distances and γ = 1/4 follow <c>α = γ/3</c>, <c>ξ = 4α/(2 + α)</c>,
/// <c>β′ = −(D + 2.6)/(2ξ)</c> and <c>c′ = (1 − α/2)c/2</c>. (The paper says 10 medians and 2.5; the authors' code for the RBM has 100 and
/// 2.6.) The density of z is Student's t around the samples' mean, with 2.6 degrees of freedom and variance <c>c′²/2.6</c>.
/// </para>
/// <para>
/// Two peculiarities are kept, because published powers depend on them. <c>multivariate_iso_t_rvs</c> draws z with variance 1, while the
/// weights are those of the density with variance <c>c′²/2.6</c>. And the p-value is compared with a tenth of the level, because the test
/// rejects too often otherwise, the authors say; so p-values are multiplied by ten here.
/// </para>
/// <para>
/// Functions and weights are in units of their values at <c>‖x − z‖ = 0</c>, on which the test does not depend: 10^(−880) at D = 50.
/// </para>
/// </remarks>
internal sealed class RandomLocationTest(string name, string title, int functions = 10, int modelSamples = 500)
    : RandomFeatureTest(functions, modelSamples)
{
    private const double MediansPerScale = 100;
    private const double Gamma = 0.25;
    private const double DegreesOfFreedom = 2.6;

    public override string Name => name;

    public override string Title => title;

    protected override double LevelFactor => 0.1;

    protected override IFeatures Draw(int functions, TestSamples samples, double squaredMedian, PhiloxStream stream)
    {
        int dimension = samples.Dimension;
        const double Alpha = Gamma / 3;
        double scale = (1 - (Alpha / 2)) * MediansPerScale * Math.Sqrt(squaredMedian) / 2;
        var mean = new double[dimension];
        for (int i = 0; i < samples.Values.Length; i++)
            mean[i % dimension] += samples.Values[i] / samples.Count;
        double[] locations = new double[functions * dimension], weights = new double[functions];
        for (int j = 0; j < functions; j++)
        {
            double factor = Math.Sqrt(DegreesOfFreedom / ChiSquared.InvCDF(DegreesOfFreedom, stream.NextOpenUniform())), distance = 0;
            for (int d = 0; d < dimension; d++)
            {
                double offset = factor * stream.NextNormal();
                locations[(j * dimension) + d] = mean[d] + offset;
                distance += offset * offset;
            }

            weights[j] = Math.Pow(1 + (distance / (scale * scale)), (DegreesOfFreedom + dimension) / 2);
        }

        return new Features(locations, weights, scale * scale, -(dimension + DegreesOfFreedom) * (2 + Alpha) / (8 * Alpha));
    }

    protected override double SquaredNorm(ReadOnlySpan<double> means, int dimension)
    {
        double total = 0;
        for (int d = 0; d < dimension; d++)
        {
            double sum = 0;
            for (int i = d; i < means.Length; i += dimension)
                sum += Math.Abs(means[i]);
            total += sum * sum;
        }

        return total;
    }

    private sealed record Features(double[] Locations, double[] Weights, double SquaredScale, double Exponent) : IFeatures
    {
        public void Compute(TestSamples samples, Span<double> features)
        {
            int dimension = samples.Dimension;
            for (int n = 0, first = 0; n < samples.Count; n++)
            {
                ReadOnlySpan<double> x = samples.Values.AsSpan(n * dimension, dimension);
                ReadOnlySpan<double> s = samples.Scores.AsSpan(n * dimension, dimension);
                for (int j = 0; j < Weights.Length; j++, first += dimension)
                {
                    ReadOnlySpan<double> z = Locations.AsSpan(j * dimension, dimension);
                    Span<double> feature = features.Slice(first, dimension);
                    double distance = 0;
                    for (int d = 0; d < z.Length; d++)
                        distance += (x[d] - z[d]) * (x[d] - z[d]);
                    double value = Weights[j] * Math.Exp(Exponent * Math.Log(1 + (distance / SquaredScale)));
                    double slope = 2 * Exponent / (SquaredScale + distance);
                    for (int d = 0; d < z.Length; d++)
                        feature[d] = value * (s[d] + (slope * (x[d] - z[d])));
                }
            }
        }
    }
}
