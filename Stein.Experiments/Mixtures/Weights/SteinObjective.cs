using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Stein.Engine.Formulas;

namespace Stein.Experiments.Mixtures.Weights;

/// <summary>
/// The squared kernelised Stein discrepancy of samples on the line from a mixture of two Gaussians, with the inverse multiquadric kernel
/// <c>k = (1 + (x − y)²/h²)^{−½}</c>, h the median distance of the samples, as a U-statistic. Noise, temperature and a factor may be part
/// of it: <c>λ KSD²</c> with the score of <c>(p * N(0, σ²))^{1/T}</c>.
/// </summary>
/// <remarks>
/// For fixed samples it is quadratic in the scores: <c>sᵀKs − sᵀs + 2gᵀs + c</c> over the number of pairs, with
/// <c>g_i = Σ_j ∂k(x_i, x_j)/∂x_j</c> and <c>c = Σ_ij ∂²k/∂x_i∂x_j</c>, both without i = j; <c>sᵀs</c> leaves these pairs out of
/// <c>sᵀKs</c>, as <c>k(x, x) = 1</c>. g and c are computed once, O(N²), and K as a <see cref="KernelFactor"/>; a value is then O(NR).
/// </remarks>
internal sealed class SteinObjective : WeightObjective
{
    private readonly double[] samples;
    private readonly double addedVariance;
    private readonly double temperature;
    private readonly double factor;
    private readonly KernelFactor kernel;
    private readonly double[] linear;
    private readonly double constant;
    private readonly double[] scores;
    private readonly double[] products;

    /// <param name="samples">x (N), at least two, with noise added or tempered as required.</param>
    /// <param name="addedVariance">σ² that the model is smoothed with.</param>
    public SteinObjective(double[] samples, double addedVariance = 0, double temperature = 1, double factor = 1)
    {
        (this.samples, this.addedVariance, this.temperature) = (samples, addedVariance, temperature);
        this.factor = factor * PairStatistic.U.Weight(samples.Length);
        double bandwidth = PairwiseMedian.Distance(samples);
        kernel = new KernelFactor(samples, bandwidth * bandwidth);
        (linear, scores, products) = (new double[samples.Length], new double[samples.Length], new double[samples.Length]);
        constant = AddPairs(samples, 1 / (bandwidth * bandwidth), linear);
    }

    public override (double Value, double Magnitude) Evaluate(in TwoModeParameters parameters, Span<double> gradient)
    {
        var model = new TwoModeScore(parameters, addedVariance);
        (double product, double absolute, double square) = (0, 0, 0);
        for (int i = 0; i < samples.Length; i++)
        {
            double score = model.ScoreAndSlope(samples[i]).Score / temperature;
            scores[i] = score;
            product += linear[i] * score;
            absolute += Math.Abs(linear[i] * score);
            square += score * score;
        }

        double quadratic = kernel.Quadratic(scores, gradient.IsEmpty ? [] : products);
        gradient.Clear();
        if (!gradient.IsEmpty)
        {
            double scale = 2 * factor / temperature;
            for (int i = 0; i < samples.Length; i++)
                model.AddDerivatives(gradient, samples[i], scale * (products[i] - scores[i] + linear[i]), 0);
        }

        return (
            factor * (quadratic - square + (2 * product) + constant),
            factor * (quadratic + square + (2 * absolute) + Math.Abs(constant)));
    }

    /// <summary>Adds g and returns c.</summary>
    private static double AddPairs(double[] samples, double inverseSquare, double[] linear)
    {
        double trace = 0;
        Vector256<double> traces = Vector256<double>.Zero;
        for (int i = 0; i < samples.Length; i++)
        {
            // Four pairs at a time, on every machine, for the same bits; the rest one by one.
            ReadOnlySpan<double> others = samples.AsSpan(i + 1);
            ReadOnlySpan<Vector256<double>> vectors = MemoryMarshal.Cast<double, Vector256<double>>(others);
            Span<Vector256<double>> targets = MemoryMarshal.Cast<double, Vector256<double>>(linear.AsSpan(i + 1));
            Vector256<double> sums = Vector256<double>.Zero;
            Vector256<double> sample = Vector256.Create(samples[i]);
            for (int j = 0; j < vectors.Length; j++)
            {
                Vector256<double> difference = sample - vectors[j];
                Vector256<double> ratio = difference * difference * inverseSquare;
                Vector256<double> inverseBase = Vector256<double>.One / (Vector256<double>.One + ratio);
                Vector256<double> slope = inverseBase * Vector256.Sqrt(inverseBase) * inverseSquare;
                Vector256<double> gradient = slope * difference;
                sums += gradient;
                targets[j] -= gradient;
                traces += slope * (Vector256<double>.One - (3 * ratio * inverseBase));
            }

            double sum = Vector256.Sum(sums);
            for (int j = i + 1 + (vectors.Length * Vector256<double>.Count); j < samples.Length; j++)
            {
                double difference = samples[i] - samples[j];
                double ratio = difference * difference * inverseSquare;
                double inverseBase = 1 / (1 + ratio);
                double slope = inverseBase * Math.Sqrt(inverseBase) * inverseSquare;
                sum += slope * difference;
                linear[j] -= slope * difference;
                trace += slope * (1 - (3 * ratio * inverseBase));
            }

            linear[i] += sum;
        }

        return 2 * (trace + Vector256.Sum(traces));
    }
}
