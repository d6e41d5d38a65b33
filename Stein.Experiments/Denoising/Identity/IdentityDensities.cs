using Stein.Engine.Targets;

namespace Stein.Experiments.Denoising.Identity;

/// <summary>The data p and the model q, whose score the auto-encoder has: mixtures of Gaussians with as many components.</summary>
internal static class IdentityDensities
{
    /// <summary>p: a density of the plane, whose further coordinates are N(0, 0.36) for <c>modes</c>, the width of a mode.</summary>
    public static GaussianMixture Data(string name, int dimension)
    {
        GaussianMixture plane = PlanarDensity.Find(name);
        if (dimension == plane.Dimension)
            return plane;
        var further = new double[dimension - plane.Dimension];
        double[] means = [.. Enumerable.Range(0, plane.Components).SelectMany(k => (double[])[.. plane.Mean(k), .. further])];
        return GaussianMixture.Isotropic(dimension, plane.Weights, means, Variances(plane));
    }

    /// <summary>
    /// q: the means of p moved by 2/3 of the component's standard deviation along the first axis and −1/3 along the second, its variances
    /// times 5/4, and its weights times ½ + (k + ½)/K, which is from a half to one and a half, divided by their sum. Its score is not
    /// linear.
    /// </summary>
    public static GaussianMixture Model(GaussianMixture data)
    {
        (double[] weights, double[] means, double[] variances) = (data.Weights.ToArray(), data.Means.ToArray(), Variances(data));
        for (int k = 0; k < weights.Length; k++)
        {
            weights[k] *= 0.5 + ((k + 0.5) / weights.Length);
            means[k * data.Dimension] += Math.Sqrt(variances[k]) * 2 / 3;
            means[(k * data.Dimension) + 1] -= Math.Sqrt(variances[k]) / 3;
        }

        double sum = weights.Sum();
        return GaussianMixture.Isotropic(
            data.Dimension, Array.ConvertAll(weights, weight => weight / sum), means, Array.ConvertAll(variances, v => 1.25 * v));
    }

    /// <summary>The smallest standard deviation of a component, with which σ is compared.</summary>
    public static double SmallestDeviation(GaussianMixture mixture) => Math.Sqrt(Variances(mixture).Min());

    private static double[] Variances(GaussianMixture mixture)
        => [.. mixture.Covariances.ToArray().Select(covariance => covariance.ToArray()[0])];
}
