using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>
/// The posterior density of the parameters of a regression, <c>log p(θ) = −‖θ‖²/(2τ²) + Σ_n log p(y_n|x_n, θ)</c>, with a normal prior of
/// standard deviation τ for each.
/// </summary>
internal abstract class RegressionPosterior : IDensity
{
    private readonly double[][] inputs;
    private readonly double[] outputs;
    private readonly double priorDeviation;

    /// <param name="inputs">x_n: N rows.</param>
    /// <param name="outputs">y_n (N).</param>
    /// <param name="dimension">D, the number of parameters.</param>
    /// <param name="priorDeviation">τ.</param>
    private protected RegressionPosterior(double[][] inputs, double[] outputs, int dimension, double priorDeviation)
        => (this.inputs, this.outputs, Dimension, this.priorDeviation) = (inputs, outputs, dimension, priorDeviation);

    /// <inheritdoc/>
    public int Dimension { get; }

    /// <inheritdoc/>
    public double LogDensity(ReadOnlySpan<double> point)
    {
        Span<double> score = stackalloc double[Dimension];
        return LogDensityAndScore(point, score);
    }

    /// <inheritdoc/>
    public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score)
    {
        SampleMatrix.CheckPoint(point, Dimension, nameof(point));
        SampleMatrix.CheckPoint(score, Dimension, nameof(score));
        double sum = 0, precision = 1 / (priorDeviation * priorDeviation);
        for (int d = 0; d < Dimension; d++)
        {
            sum -= precision * point[d] * point[d] / 2;
            score[d] = -precision * point[d];
        }

        for (int n = 0; n < outputs.Length; n++)
            sum += AddLogLikelihood(inputs[n], outputs[n], point, score);
        return sum;
    }

    /// <summary>
    /// The mean of <c>log (1/M) Σ_m p(y|x, θ_m)</c> over data: the log-likelihood of predictions by samples of the parameters.
    /// </summary>
    /// <param name="samples">θ: M×D, row-major.</param>
    /// <param name="testInputs">x of the data.</param>
    /// <param name="testOutputs">y of the data.</param>
    public double PredictiveLogLikelihood(ReadOnlySpan<double> samples, double[][] testInputs, double[] testOutputs)
    {
        int count = samples.Length / Dimension;
        var logarithms = new double[count];
        double[] unused = new double[Dimension];
        double total = 0;
        for (int n = 0; n < testOutputs.Length; n++)
        {
            for (int m = 0; m < count; m++)
                logarithms[m] = AddLogLikelihood(testInputs[n], testOutputs[n], samples.Slice(m * Dimension, Dimension), unused);
            double largest = logarithms.Max();
            total += largest + Math.Log(logarithms.Average(logarithm => Math.Exp(logarithm - largest)));
        }

        return total / testOutputs.Length;
    }

    /// <summary>Draws an output for an input.</summary>
    public abstract double Draw(PhiloxStream stream, double[] input, ReadOnlySpan<double> parameters);

    /// <summary>Returns <c>log p(y|x, θ)</c> and adds its derivatives by θ.</summary>
    private protected abstract double AddLogLikelihood(double[] input, double output, ReadOnlySpan<double> parameters, Span<double> score);
}

/// <summary>Logistic regression without an intercept other than a constant input: <c>p(y = 1|x, θ) = 1/(1 + exp(−θᵀx))</c>.</summary>
internal sealed class LogisticPosterior(double[][] inputs, double[] outputs, int dimension, double priorDeviation)
    : RegressionPosterior(inputs, outputs, dimension, priorDeviation)
{
    /// <inheritdoc/>
    public override double Draw(PhiloxStream stream, double[] input, ReadOnlySpan<double> parameters)
        => stream.NextUniform() < 1 / (1 + Math.Exp(-Product(input, parameters))) ? 1 : 0;

    private protected override double AddLogLikelihood(double[] input, double output, ReadOnlySpan<double> parameters, Span<double> score)
    {
        double sign = (2 * output) - 1, margin = sign * Product(input, parameters);
        double slope = sign / (1 + Math.Exp(margin));
        for (int d = 0; d < input.Length; d++)
            score[d] += slope * input[d];

        // log(1 + exp(−m)), which neither overflows nor cancels.
        return -(Math.Max(0, -margin) + double.LogP1(Math.Exp(-Math.Abs(margin))));
    }

    private static double Product(double[] input, ReadOnlySpan<double> parameters)
    {
        double sum = 0;
        for (int d = 0; d < input.Length; d++)
            sum += input[d] * parameters[d];
        return sum;
    }
}

/// <summary>
/// A network with one input, H hidden tanh units and normal errors: <c>y = b + Σ_h v_h tanh(w_h x + c_h) + σε</c>, with the parameters
/// <c>θ = (w, c, v, b)</c>. Exchanging units, or the signs of one, gives the same function: the density has many equal modes.
/// </summary>
internal sealed class NetworkPosterior(double[][] inputs, double[] outputs, int hidden, double priorDeviation, double noise)
    : RegressionPosterior(inputs, outputs, (3 * hidden) + 1, priorDeviation)
{
    /// <summary>The function at an input.</summary>
    public double Mean(double input, ReadOnlySpan<double> parameters)
    {
        double mean = parameters[^1];
        for (int h = 0; h < hidden; h++)
            mean += parameters[(2 * hidden) + h] * Math.Tanh((parameters[h] * input) + parameters[hidden + h]);
        return mean;
    }

    /// <inheritdoc/>
    public override double Draw(PhiloxStream stream, double[] input, ReadOnlySpan<double> parameters)
        => Mean(input[0], parameters) + (noise * stream.NextNormal());

    private protected override double AddLogLikelihood(double[] input, double output, ReadOnlySpan<double> parameters, Span<double> score)
    {
        Span<double> units = stackalloc double[hidden];
        double residual = output - parameters[^1];
        for (int h = 0; h < hidden; h++)
        {
            units[h] = Math.Tanh((parameters[h] * input[0]) + parameters[hidden + h]);
            residual -= parameters[(2 * hidden) + h] * units[h];
        }

        double pull = residual / (noise * noise);
        score[^1] += pull;
        for (int h = 0; h < hidden; h++)
        {
            double slope = pull * parameters[(2 * hidden) + h] * (1 - (units[h] * units[h]));
            score[h] += slope * input[0];
            score[hidden + h] += slope;
            score[(2 * hidden) + h] += pull * units[h];
        }

        return (-0.5 * residual * pull) - (0.5 * Math.Log(2 * Math.PI * noise * noise));
    }
}
