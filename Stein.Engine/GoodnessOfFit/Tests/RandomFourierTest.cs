using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The test by random Fourier features of the Cauchy kernel, r = 2 (Rahimi and Recht, NIPS 2007; Huggins and Mackey, NeurIPS 2018,
/// section 5): <c>φ_j(x) = √2 cos(ω_j·x + b_j)</c>.
/// </summary>
/// <remarks>
/// The coordinates of ω have the Laplace distribution whose scale is the inverse median distance, so that
/// <c>k(x, y) = Π_d 1/(1 + (x_d − y_d)²/median²)</c>. b is uniform on [0, 1), as in the authors' <c>_make_sampler_for_rff_ksd</c> and in
/// the published powers; the kernel would need [0, 2π).
/// </remarks>
internal sealed class RandomFourierTest(string name, string title, int functions = 10, int modelSamples = 500)
    : RandomFeatureTest(functions, modelSamples)
{
    public override string Name => name;

    public override string Title => title;

    protected override IFeatures Draw(int functions, TestSamples samples, double squaredMedian, PhiloxStream stream)
    {
        double[] frequencies = new double[functions * samples.Dimension], phases = new double[functions];
        double scale = 1 / Math.Sqrt(squaredMedian);
        foreach (ref double frequency in frequencies.AsSpan())
            frequency = scale * stream.NextLaplace();
        foreach (ref double phase in phases.AsSpan())
            phase = stream.NextUniform();
        return new Features(frequencies, phases);
    }

    protected override double SquaredNorm(ReadOnlySpan<double> means, int dimension)
    {
        double sum = 0;
        foreach (double mean in means)
            sum += mean * mean;
        return sum;
    }

    private sealed record Features(double[] Frequencies, double[] Phases) : IFeatures
    {
        public void Compute(TestSamples samples, Span<double> features)
        {
            int dimension = samples.Dimension;
            for (int n = 0, first = 0; n < samples.Count; n++)
            {
                ReadOnlySpan<double> x = samples.Values.AsSpan(n * dimension, dimension);
                ReadOnlySpan<double> s = samples.Scores.AsSpan(n * dimension, dimension);
                for (int j = 0; j < Phases.Length; j++, first += dimension)
                {
                    ReadOnlySpan<double> frequency = Frequencies.AsSpan(j * dimension, dimension);
                    Span<double> feature = features.Slice(first, dimension);
                    double angle = Phases[j];
                    for (int d = 0; d < x.Length; d++)
                        angle += frequency[d] * x[d];
                    (double sine, double cosine) = Math.SinCos(angle);
                    for (int d = 0; d < x.Length; d++)
                        feature[d] = Math.Sqrt(2) * ((cosine * s[d]) - (sine * frequency[d]));
                }
            }
        }
    }
}
