using Stein.Engine.Devices;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// A test by a random-feature Stein discrepancy, in linear time (Huggins and Mackey, "Random feature Stein discrepancies", NeurIPS 2018):
/// <c>N ΦSD² = N Σ_d (Σ_j |w_j mean_n τ_jd(x_n)|^r)^(2/r)</c> with the features <c>τ_j(x) = s(x)φ_j(x) + ∇φ_j(x)</c> of M random φ
/// and their importance weights w.
/// </summary>
/// <remarks>
/// <para>
/// Under the hypothesis <c>√N mean τ</c> tends to a normal distribution, whose covariance is estimated from samples of the model (section
/// 4; <c>RFDH0SimCovDrawV</c> of the authors' code). Its draws are <c>Σ_m z_m τ(y_m)/√M</c> for M such samples y and normal z, which have
/// exactly the estimated covariance, so that nothing is decomposed.
/// </para>
/// <para>
/// Settings are those of the rows <c>l1_imq_500</c> and <c>rff_cauchy_500</c> published by Schrab, Kim, Guedj and Gretton (NeurIPS 2022;
/// <c>l1imq_test.py</c> and <c>rff_cauchy_test.py</c> of github.com/antoninschrab/agginc-paper, which follow Huggins and Mackey's
/// <c>gof_testing_experiments.py</c>): ten functions, and 500 samples of the model as the rows' names say.
/// </para>
/// </remarks>
/// <param name="functions">The number of functions φ.</param>
/// <param name="modelSamples">M.</param>
internal abstract class RandomFeatureTest(int functions, int modelSamples) : GoodnessOfFitTest
{
    public override bool SamplesModel => true;

    /// <summary>
    /// The share of a level at which the test rejects: p-values are divided by it. 1 unless the authors correct levels.
    /// </summary>
    protected virtual double LevelFactor => 1;

    public override PreparedTest Prepare(Device device, int count, int dimension, int replicates)
    {
        int width = functions * dimension;
        var median = new SampleMedian(device, count, dimension);
        var normals = new NormalMatrix(device, replicates, modelSamples);
        DeviceMatrix features = device.Allocate(modelSamples, width), draws = device.Allocate(replicates, width);
        double[] ofSamples = new double[count * width], ofModel = new double[modelSamples * width];
        return (samples, seed) =>
        {
            samples.Check(count, dimension);
            if (samples.Model is not { } model)
                throw new ArgumentException($"The test {Name} needs samples of the model, which cannot be drawn.");
            IFeatures function = Draw(functions, samples, median.Squared(samples.Values), seed.Stream(StreamPurpose.Slices));
            TestSamples modelled = TestSamples.Of(model.Sample(seed.Stream(StreamPurpose.TestData), modelSamples), model);
            function.Compute(samples, ofSamples);
            function.Compute(modelled, ofModel);
            double size = ofModel.Max(Math.Abs);
            device.Write(features, Array.ConvertAll(ofModel, feature => size == 0 ? 0 : feature / size));
            normals.Draw(seed.Stream(StreamPurpose.Bootstrap));
            device.Multiply(draws, normals.Values, features, alpha: 1 / Math.Sqrt(modelSamples));
            double[] drawn = device.Read(draws), mean = new double[width];
            for (int i = 0; i < ofSamples.Length; i++)
                mean[i % width] += ofSamples[i] / count;
            double statistic = count * SquaredNorm(mean, dimension);
            double[] simulated =
                [.. Enumerable.Range(0, replicates).Select(b => size * size * SquaredNorm(drawn.AsSpan(b * width, width), dimension))];
            return new(statistic, Math.Min(1, Bootstrap.PValue(statistic, simulated) / LevelFactor));
        };
    }

    /// <summary>Draws the functions φ.</summary>
    /// <param name="squaredMedian">The square of the median distance between samples.</param>
    protected abstract IFeatures Draw(int functions, TestSamples samples, double squaredMedian, PhiloxStream stream);

    /// <summary><c>Σ_d (Σ_j |m_jd|^r)^(2/r)</c> of m (J×D, row-major).</summary>
    protected abstract double SquaredNorm(ReadOnlySpan<double> means, int dimension);

    /// <summary>Functions that have been drawn.</summary>
    protected interface IFeatures
    {
        /// <summary>Computes <c>w_j τ_j</c> (N×JD, row-major) at samples.</summary>
        void Compute(TestSamples samples, Span<double> features);
    }
}
