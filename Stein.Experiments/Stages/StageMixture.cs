using Stein.Engine.Random;

namespace Stein.Experiments.Stages;

/// <summary>
/// Two modes, <c>0.8 N(−4e₁, V) + 0.2 N(4e₁, V)</c>, <c>V = diag(0.25, 0.01, 0.25, …)</c>: weights that are settled while there is much
/// noise, and a thin coordinate, the second, that is settled last. With noise it is the same with V + σ²I.
/// </summary>
/// <remarks>
/// The modes differ in x₁ alone, so that <c>s_1 = −(x₁ − 4 (r₂ − r₁))/(V₁ + σ²)</c> with the posterior probability r of each mode, and
/// <c>s_d = −x_d/(V_d + σ²)</c> for the others.
/// </remarks>
internal static class StageMixture
{
    public const double Weight = 0.8;
    public const double Separation = 4;
    public const double Variance = 0.25;
    public const double ThinVariance = 0.01;

    /// <summary>V_d, d from 0.</summary>
    public static double VarianceOf(int coordinate) => coordinate == 1 ? ThinVariance : Variance;

    /// <summary>The scores with noise σ at points (N×D).</summary>
    public static void Score(double[] points, int dimension, double sigma, double[] scores)
    {
        double square = sigma * sigma, variance = Variance + square, odds = Math.Log((1 - Weight) / Weight);
        double[] precisions = [.. Enumerable.Range(0, dimension).Select(d => 1 / (VarianceOf(d) + square))];
        for (int start = 0; start < points.Length; start += dimension)
        {
            for (int d = 1; d < dimension; d++)
                scores[start + d] = -points[start + d] * precisions[d];

            // r₂ − r₁ for log-odds ℓ of the second mode is tanh(ℓ/2).
            double mean = Separation * Math.Tanh(0.5 * (odds + (2 * Separation * points[start] / variance)));
            scores[start] = (mean - points[start]) / variance;
        }
    }

    /// <summary>Samples with noise σ (N×D).</summary>
    public static double[] Sample(PhiloxStream stream, int count, int dimension, double sigma)
    {
        var samples = new double[count * dimension];
        for (int start = 0; start < samples.Length; start += dimension)
        {
            double mode = stream.NextUniform() < Weight ? -Separation : Separation;
            for (int d = 0; d < dimension; d++)
                samples[start + d] = (d == 0 ? mode : 0) + (Math.Sqrt(VarianceOf(d) + (sigma * sigma)) * stream.NextNormal());
        }

        return samples;
    }
}
