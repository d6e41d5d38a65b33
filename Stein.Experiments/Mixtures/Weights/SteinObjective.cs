using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Stein.Engine.Formulas;

namespace Stein.Experiments.Mixtures.Weights;

/// <summary>
/// The squared kernelised Stein discrepancy of samples on the line from a mixture of two Gaussians, with the inverse multiquadric kernel
/// <c>k = (1 + (x − y)²/h²)^{−½}</c>, h the median distance of the samples. Noise, temperature and a factor may be part of it:
/// <c>λ KSD²</c> with the score of <c>(p * N(0, σ²))^{1/T}</c>.
/// </summary>
/// <remarks>
/// For fixed samples it is quadratic in the scores: <c>sᵀKs + 2gᵀs + c</c> over the number of pairs, with
/// <c>g_i = Σ_j ∂k(x_i, x_j)/∂x_j</c> and <c>c = Σ_ij ∂²k/∂x_i∂x_j</c> (for the U-statistic without i = j: <c>k(x, x) = 1</c>, so
/// that it is <c>sᵀs</c> less). g and c are made once, O(N²), and K as a <see cref="KernelFactor"/>; a value is then O(NR).
/// </remarks>
internal sealed class SteinObjective : WeightObjective
{
    private readonly double[] samples;
    private readonly PairStatistic statistic;
    private readonly double addedVariance;
    private readonly double temperature;
    private readonly double factor;
    private readonly KernelFactor kernel;
    private readonly double[] linear;
    private readonly double constant;
    private readonly double[] scores;
    private readonly double[] products;

    /// <param name="samples">x (N), at least two, with whatever noise or temperature they are to have.</param>
    /// <param name="addedVariance">σ² that the model is smoothed with.</param>
    /// <param name="statistic">U or V.</param>
    public SteinObjective(
        double[] samples,
        double addedVariance = 0,
        double temperature = 1,
        double factor = 1,
        PairStatistic statistic = PairStatistic.U)
    {
        this.samples = samples;
        this.addedVariance = addedVariance;
        this.temperature = temperature;
        this.statistic = statistic;
        this.factor = factor * statistic.Weight(samples.Length);
        Bandwidth = PairwiseMedian.Distance(samples);
        kernel = new KernelFactor(samples, Bandwidth * Bandwidth);
        linear = new double[samples.Length];
        constant = AddPairs(samples, 1 / (Bandwidth * Bandwidth), linear)
            + (statistic == PairStatistic.V ? samples.Length / (Bandwidth * Bandwidth) : 0);
        scores = new double[samples.Length];
        products = new double[samples.Length];
    }

    /// <summary>h.</summary>
    public double Bandwidth { get; }

    public override double Evaluate(in TwoModeParameters parameters, Span<double> gradient)
    {
        Terms terms = TermsOf(parameters, gradient.IsEmpty ? [] : products);
        gradient.Clear();
        if (!gradient.IsEmpty)
        {
            var model = new TwoModeScore(parameters, addedVariance);
            double scale = 2 * factor / temperature;
            double diagonal = statistic == PairStatistic.U ? 1 : 0;
            for (int i = 0; i < samples.Length; i++)
                model.AddDerivatives(gradient, samples[i], scale * (products[i] - (diagonal * scores[i]) + linear[i]), 0);
        }

        return factor * (terms.Quadratic - terms.Diagonal + (2 * terms.Linear) + constant);
    }

    public override double Magnitude(in TwoModeParameters parameters)
    {
        Terms terms = TermsOf(parameters, []);
        return factor * (terms.Quadratic + terms.Diagonal + (2 * terms.AbsoluteLinear) + Math.Abs(constant));
    }

    private Terms TermsOf(in TwoModeParameters parameters, Span<double> kernelTimesScores)
    {
        var model = new TwoModeScore(parameters, addedVariance);
        (double product, double absolute, double square) = (0, 0, 0);
        for (int i = 0; i < samples.Length; i++)
        {
            double score = model.Score(samples[i]) / temperature;
            scores[i] = score;
            product += linear[i] * score;
            absolute += Math.Abs(linear[i] * score);
            square += score * score;
        }

        return new(kernel.Quadratic(scores, kernelTimesScores), statistic == PairStatistic.U ? square : 0, product, absolute);
    }

    /// <summary>Adds g; returns c without i = j.</summary>
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

    /// <summary><c>sᵀKs</c>, <c>sᵀs</c> or 0, <c>gᵀs</c>, and <c>Σ|g_i s_i|</c>.</summary>
    private readonly record struct Terms(double Quadratic, double Diagonal, double Linear, double AbsoluteLinear);
}
