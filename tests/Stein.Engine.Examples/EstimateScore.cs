using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Estimators;
using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Examples;

public static class EstimateScore
{
    public static void Main()
    {
        // Your samples, row after row. These are 500 from an even mixture of N(−2, 1) and N(2, 1), whose score is known.
        const int Dimension = 1;
        GaussianMixture mixture = GaussianMixture.Isotropic(Dimension, weights: [0.5, 0.5], means: [-2, 2], variances: [1, 1]);
        double[] samples = mixture.Sample(new PhiloxStream(seed: 1, StreamPurpose.TrainingData), 500);

        using Device device = DeviceCatalog.Create("auto");
        ScoreEstimator estimator = ScoreEstimators.Find("stein");
        HeldOutSelection selection = HeldOutSelection.Choose(estimator, device, samples, Dimension);
        var settings = new ScoreEstimatorSettings { Regularisation = selection.Regularisation };
        ScoreEstimate estimate = estimator.Fit(device, samples, Dimension, settings);

        double[] points = [-3, -1, 1, 3];
        double[] estimated = estimate.Scores(points);
        var exact = new double[points.Length];
        mixture.Score(points, exact);
        for (int i = 0; i < points.Length; i++)
            Console.WriteLine($"at {points[i]}: estimated {estimated[i]:F2}, exact {exact[i]:F2}");
    }
}
