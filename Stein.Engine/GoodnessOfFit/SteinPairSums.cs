using MathNet.Numerics.Statistics;
using Stein.Engine.Formulas;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>Sums of the Stein kernel u of one kernel over the pairs of N samples; see <see cref="SteinPairs"/>.</summary>
/// <param name="Diagonal"><c>u_ii</c> (N).</param>
/// <param name="Before"><c>Σ_{j&lt;i} u_ij</c> (N).</param>
/// <param name="After"><c>Σ_{j&gt;i} u_ij</c> (N).</param>
/// <param name="Forms"><c>Σ_{i≠j} w_i w_j u_ij</c> for the weights of each replicate (B).</param>
/// <param name="Weights">Those of the replicates; null if there are none.</param>
internal sealed record SteinPairSums(
    SteinKernel Kernel, double[] Diagonal, double[] Before, double[] After, double[] Forms, ReplicateWeights? Weights)
{
    public int Samples => Diagonal.Length;

    /// <summary><c>Σ_i w_i² u_ii</c> for the weights of each replicate (B).</summary>
    public double[] DiagonalForms()
    {
        var forms = new double[Forms.Length];
        for (int i = 0; i < Samples; i++)
        {
            for (int b = 0; b < forms.Length; b++)
            {
                double weight = Weights!.Values[((long)i * forms.Length) + b];
                forms[b] += weight * weight * Diagonal[i];
            }
        }

        return forms;
    }

    /// <summary>The statistic of all samples.</summary>
    public double Value(PairStatistic statistic)
        => (Before.Sum() + After.Sum() + (statistic == PairStatistic.V ? Diagonal.Sum() : 0)) * statistic.Weight(Samples);

    /// <summary>The statistic's replicates under the hypothesis that the samples come from the model (B).</summary>
    public double[] Replicates(PairStatistic statistic)
    {
        double weight = PairStatistic.V.Weight(Samples);
        return statistic == PairStatistic.V
            ? [.. Forms.Zip(DiagonalForms(), (form, diagonal) => weight * (form + diagonal))]
            : [.. Forms.Select(form => weight * form)];
    }

    /// <summary><c>Σ_{j≠i} u_ij/(N − 1)</c> (N): what each sample contributes to the U-statistic, which is their mean.</summary>
    public double[] Influence() => [.. Before.Zip(After, (before, after) => (before + after) / (Samples - 1))];

    /// <summary>The V-statistic of the first n samples, n = 1 … N.</summary>
    public double[] Cumulative()
    {
        var values = new double[Samples];
        double sum = 0;
        for (int i = 0; i < Samples; i++)
        {
            sum += (2 * Before[i]) + Diagonal[i];
            values[i] = sum / (i + 1.0) / (i + 1.0);
        }

        return values;
    }

    /// <summary>
    /// The standard error of the U-statistic, <c>2σ/√N</c> with σ² the long-run variance of <see cref="Influence"/>: its variance times the
    /// autocorrelation time. Where the samples come from the model this term vanishes with N, and a test tells more.
    /// </summary>
    /// <param name="autocorrelationTime">1 for independent samples.</param>
    public double StandardError(double autocorrelationTime = 1)
    {
        return 2 * Math.Sqrt(Influence().Variance() * autocorrelationTime / Samples);
    }
}
