using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>
/// The posterior density of the parameters of a regression, <c>log p(θ) = −‖θ‖²/(2τ²) + w Σ_n log p(y_n|x_n, θ)</c>, with a normal prior
/// of standard deviation τ for each. The weight w is 1, or, where the data are some of many, what makes them count for all.
/// </summary>
internal abstract class RegressionPosterior : IDensity
{
    private readonly double[][] inputs;
    private readonly double[] outputs;
    private readonly double priorDeviation;
    private readonly double weight;

    /// <param name="inputs">x_n: N rows.</param>
    /// <param name="outputs">y_n (N).</param>
    /// <param name="dimension">D, the number of parameters.</param>
    /// <param name="priorDeviation">τ.</param>
    /// <param name="weight">w.</param>
    private protected RegressionPosterior(double[][] inputs, double[] outputs, int dimension, double priorDeviation, double weight = 1)
        => (this.inputs, this.outputs, Dimension, this.priorDeviation, this.weight) = (inputs, outputs, dimension, priorDeviation, weight);

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

        // Everything is multiplied by w at the end; of the prior only once.
        double sum = 0, precision = 1 / (weight * priorDeviation * priorDeviation);
        for (int d = 0; d < Dimension; d++)
        {
            sum -= precision * point[d] * point[d] / 2;
            score[d] = -precision * point[d];
        }

        for (int n = 0; n < outputs.Length; n++)
            sum += AddLogLikelihood(inputs[n], outputs[n], point, score);
        if (weight != 1)
        {
            foreach (ref double entry in score)
                entry *= weight;
        }

        return weight * sum;
    }

    /// <summary>
    /// The mean of <c>log (1/M) Σ_m p(y|x, θ_m)</c> over data: the log-likelihood of predictions by samples of the parameters.
    /// </summary>
    /// <param name="samples">θ: M×D, row-major.</param>
    /// <param name="testInputs">x of the data.</param>
    /// <param name="testOutputs">y of the data.</param>
    public double PredictiveLogLikelihood(ReadOnlySpan<double> samples, double[][] testInputs, double[] testOutputs)
        => PredictiveLogLikelihoods(samples, testInputs, testOutputs).Average();

    /// <summary><c>log (1/M) Σ_m p(y|x, θ_m)</c> for each of the data, as in <see cref="PredictiveLogLikelihood"/>.</summary>
    public double[] PredictiveLogLikelihoods(ReadOnlySpan<double> samples, double[][] testInputs, double[] testOutputs)
    {
        int count = samples.Length / Dimension;
        var logarithms = new double[count];
        double[] unused = new double[Dimension];
        var values = new double[testOutputs.Length];
        for (int n = 0; n < testOutputs.Length; n++)
        {
            for (int m = 0; m < count; m++)
                logarithms[m] = AddLogLikelihood(testInputs[n], testOutputs[n], samples.Slice(m * Dimension, Dimension), unused);
            double largest = logarithms.Max();
            values[n] = largest + Math.Log(logarithms.Average(logarithm => Math.Exp(logarithm - largest)));
        }

        return values;
    }

    /// <summary>Draws an output for an input.</summary>
    public abstract double Draw(PhiloxStream stream, double[] input, ReadOnlySpan<double> parameters);

    /// <summary>Returns <c>log p(y|x, θ)</c> and adds its derivatives by θ.</summary>
    private protected abstract double AddLogLikelihood(double[] input, double output, ReadOnlySpan<double> parameters, Span<double> score);

    /// <summary>The sum of products with an input.</summary>
    private protected static double Product(double[] input, ReadOnlySpan<double> parameters)
    {
        double sum = 0;
        for (int d = 0; d < input.Length; d++)
            sum += input[d] * parameters[d];
        return sum;
    }

    /// <summary><c>−log(1 + exp(−m))</c>, which neither overflows nor cancels.</summary>
    private protected static double LogLogistic(double margin)
        => -(Math.Max(0, -margin) + double.LogP1(Math.Exp(-Math.Abs(margin))));
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
        return LogLogistic(margin);
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

/// <summary>
/// A network with H hidden units for two classes, <c>p(y = 1|x, θ) = 1/(1 + exp(−f))</c>, <c>f = b + Σ_h v_h a(w_hᵀx + c_h)</c>, with the
/// parameters <c>θ = (w_1, c_1, v_1, …, w_H, c_H, v_H, b)</c>.
/// </summary>
/// <param name="inputs">x_n: N rows of I numbers.</param>
/// <param name="outputs">y_n (N), 0 or 1.</param>
/// <param name="size">I, the number of coordinates of an input.</param>
/// <param name="hidden">H.</param>
/// <param name="unit">a and its derivative, such as <see cref="Rectifier"/>.</param>
/// <param name="priorDeviation">See <see cref="RegressionPosterior"/>.</param>
/// <param name="weight">See <see cref="RegressionPosterior"/>.</param>
internal sealed class ClassifierPosterior(
    double[][] inputs,
    double[] outputs,
    int size,
    int hidden,
    Func<double, (double Value, double Slope)> unit,
    double priorDeviation,
    double weight = 1)
    : RegressionPosterior(inputs, outputs, (hidden * (size + 2)) + 1, priorDeviation, weight)
{
    /// <summary>The larger of a and 0, and its derivative.</summary>
    public static (double Value, double Slope) Rectifier(double a) => a > 0 ? (a, 1) : (0, 0);

    /// <summary>tanh a and its derivative.</summary>
    public static (double Value, double Slope) Tanh(double a)
    {
        double value = Math.Tanh(a);
        return (value, 1 - (value * value));
    }

    /// <summary><c>1/(1 + e^−a)</c> and its derivative.</summary>
    public static (double Value, double Slope) Logistic(double a)
    {
        double value = 1 / (1 + Math.Exp(-a));
        return (value, value * (1 - value));
    }

    /// <inheritdoc/>
    public override double Draw(PhiloxStream stream, double[] input, ReadOnlySpan<double> parameters)
        => stream.NextUniform() < Logistic(Output(input, parameters, [], [])).Value ? 1 : 0;

    private protected override double AddLogLikelihood(double[] input, double output, ReadOnlySpan<double> parameters, Span<double> score)
    {
        Span<double> values = stackalloc double[hidden], slopes = stackalloc double[hidden];
        double sign = (2 * output) - 1, margin = sign * Output(input, parameters, values, slopes);
        double pull = sign / (1 + Math.Exp(margin));
        score[^1] += pull;
        for (int h = 0; h < hidden; h++)
        {
            ReadOnlySpan<double> own = Of(h, parameters);
            Span<double> ownScore = score.Slice(h * (size + 2), size + 2);
            double slope = pull * own[^1] * slopes[h];
            for (int i = 0; i < size; i++)
                ownScore[i] += slope * input[i];
            ownScore[size] += slope;
            ownScore[^1] += pull * values[h];
        }

        return LogLogistic(margin);
    }

    /// <summary>f; also the values and slopes of the units, where there is room for them.</summary>
    private double Output(double[] input, ReadOnlySpan<double> parameters, Span<double> values, Span<double> slopes)
    {
        double f = parameters[^1];
        for (int h = 0; h < hidden; h++)
        {
            ReadOnlySpan<double> own = Of(h, parameters);
            (double value, double slope) = unit(own[size] + Product(input, own));
            f += own[^1] * value;
            if (values.Length > 0)
                (values[h], slopes[h]) = (value, slope);
        }

        return f;
    }

    /// <summary>w, c and v of a unit.</summary>
    private ReadOnlySpan<double> Of(int unitIndex, ReadOnlySpan<double> parameters) => parameters.Slice(unitIndex * (size + 2), size + 2);
}
