using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Engine.Targets;

namespace Stein.Experiments.VariationalInference;

/// <summary>A density to be approximated, and what is known of it.</summary>
internal abstract class InferenceProblem
{
    public const string Banana = "banana";
    public const string Bimodal = "bimodal";
    public const string Logistic = "logistic";
    public const string Network = "network";

    /// <summary>The names of the problems.</summary>
    public static IReadOnlyList<string> Names { get; } = [Banana, Bimodal, Logistic, Network];

    /// <summary>p.</summary>
    public abstract IDensity Density { get; }

    /// <summary>The deviation of a normal density that covers p, from which a critic learns.</summary>
    public virtual double CoveringDeviation => 1;

    /// <summary>How far the chains of the reference agree in the <see cref="View"/>, as split-R̂; NaN for exact samples.</summary>
    public virtual double WorstSplitRHat => double.NaN;

    /// <summary>Whether p is a posterior, so that predictions can be judged.</summary>
    public virtual bool HasPredictions => false;

    /// <summary>The problem of a name and a seed, from which its data come.</summary>
    public static InferenceProblem Create(string name, uint seed) => name switch
    {
        Banana => new Exact(new BananaDensity(2, bend: 0.5, variance: 1, deviation: 0.5), seed),
        Bimodal => new Exact(GaussianMixture.TwoModes(1.5, 0.5, 2, 0.36), seed) { HasTwoModes = true },
        Logistic => new LogisticProblem(seed),
        _ => new NetworkProblem(seed),
    };

    /// <summary>Samples of p (N×D, row-major), exact or of long chains; others for each part, 0 or 1.</summary>
    public abstract double[] Reference(uint part, int count);

    /// <summary>What is compared of samples (N×D): the samples themselves, unless the problem has a better view of them (N×V).</summary>
    public virtual double[] View(double[] samples) => samples;

    /// <summary>The error of the weight of a mode among samples (N×D), where there are two.</summary>
    public virtual double WeightError(double[] samples) => double.NaN;

    /// <summary>The log-likelihood of test data under predictions by samples.</summary>
    public virtual double PredictiveLogLikelihood(double[] samples) => double.NaN;

    /// <summary>A density that can be sampled.</summary>
    private sealed class Exact(ITarget target, uint seed) : InferenceProblem
    {
        public override IDensity Density => target;

        /// <summary>Whether there are two modes of equal weight, with x₁ of either sign.</summary>
        public bool HasTwoModes { get; init; }

        public override double CoveringDeviation => 2;

        public override double WeightError(double[] samples) => HasTwoModes
            ? Math.Abs(samples.Chunk(target.Dimension).Average(sample => sample[0] > 0 ? 1.0 : 0) - 0.5)
            : double.NaN;

        public override double[] Reference(uint part, int count)
            => target.Sample(new PhiloxStream(seed, StreamPurpose.TestData, part), count);
    }

    /// <summary>A posterior, of which Hamiltonian chains from the prior are the reference.</summary>
    private abstract class Posterior : InferenceProblem
    {
        private const int Chains = 8;
        private const int Draws = 250;
        private const int TestData = 200;

        private readonly uint seed;
        private readonly double[][] testInputs;
        private readonly double[] testOutputs;
        private readonly Lazy<LangevinResult>[] chains;

        protected Posterior(
            uint seed, int data, Func<PhiloxStream, double[]> input, Func<double[][], double[], RegressionPosterior> posterior)
        {
            this.seed = seed;
            var stream = new PhiloxStream(seed, StreamPurpose.TrainingData);
            double[][] inputs = [.. Enumerable.Range(0, data + TestData).Select(_ => input(stream))];
            RegressionPosterior model = posterior([], []);
            double[] parameters = [.. Enumerable.Range(0, model.Dimension).Select(_ => stream.NextNormal())];
            double[] outputs = [.. inputs.Select(x => model.Draw(stream, x, parameters))];
            Model = posterior(inputs[..data], outputs[..data]);
            (testInputs, testOutputs) = (inputs[data..], outputs[data..]);
            chains = [.. Enumerable.Range(0, 2).Select(part => new Lazy<LangevinResult>(() => Run((uint)part)))];
        }

        public override IDensity Density => Model;

        public override bool HasPredictions => true;

        public override double WorstSplitRHat
        {
            get
            {
                double[] view = View(chains[0].Value.Samples);
                int dimension = view.Length / (Chains * Draws);
                return Enumerable.Range(0, dimension).Max(d => ChainDiagnostics.Compute(view, Chains, dimension, d).SplitRHat);
            }
        }

        protected RegressionPosterior Model { get; }

        public override double PredictiveLogLikelihood(double[] samples)
            => Model.PredictiveLogLikelihood(samples, testInputs, testOutputs);

        public override double[] Reference(uint part, int count)
        {
            double[] draws = chains[part].Value.Samples;
            int dimension = Model.Dimension, available = draws.Length / dimension;
            return [.. Enumerable.Range(0, count).SelectMany(i => draws.AsSpan(Row(i) * dimension, dimension).ToArray())];

            int Row(int index) => (int)((long)index * available / count);
        }

        private LangevinResult Run(uint part)
        {
            var stream = new PhiloxStream(seed, StreamPurpose.ModeSearch, part);
            double[] starts = [.. Enumerable.Range(0, Chains * Model.Dimension).Select(_ => 0.5 * stream.NextNormal())];
            var settings = new LangevinSettings(
                WarmUp: 500, Draws: Draws, Thinning: 4, InitialStep: 0.01, TargetAcceptance: 0.8, Leaps: 20);
            return LangevinSampler.Run(Model, starts, seed, settings, firstSubstream: part * Chains);
        }
    }

    /// <summary>Logistic regression with four normal inputs and a constant, 100 data, and a prior N(0, I).</summary>
    private sealed class LogisticProblem(uint seed) : Posterior(
        seed,
        100,
        stream => [stream.NextNormal(), stream.NextNormal(), stream.NextNormal(), stream.NextNormal(), 1],
        (inputs, outputs) => new LogisticPosterior(inputs, outputs, Inputs, 1))
    {
        private const int Inputs = 5;
    }

    /// <summary>
    /// A network of five tanh units, drawn from its prior N(0, I), with errors of deviation 0.3 at 40 inputs from −2 to 2. What is compared
    /// are the functions at nine inputs, since the parameters of one function are many.
    /// </summary>
    private sealed class NetworkProblem(uint seed) : Posterior(
        seed,
        40,
        stream => [(4 * stream.NextUniform()) - 2],
        (inputs, outputs) => new NetworkPosterior(inputs, outputs, Units, 1, 0.3))
    {
        private const int Units = 5;

        private static readonly double[] Inputs = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2];

        public override double[] View(double[] samples)
        {
            var model = (NetworkPosterior)Model;
            return [.. samples.Chunk(model.Dimension).SelectMany(parameters => Inputs.Select(x => model.Mean(x, parameters)))];
        }
    }
}
