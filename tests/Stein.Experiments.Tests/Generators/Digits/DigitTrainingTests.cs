using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Experiments.Generators;
using Stein.Experiments.Generators.Digits;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;
using Stein.Experiments.Tests.Studies;
using Xunit;

namespace Stein.Experiments.Tests.Generators.Digits;

public class DigitTrainingTests
{
    private static readonly GeneratorDigitsSettings Small = new()
    {
        Batch = 32,
        Iterations = 60,
        TestSamples = 60,
        Hidden = 32,
        CriticHidden = 16,
        LearningRate = 3e-3,
        ClassifierSteps = 50,
    };

    /// <summary>Those that learn something beside the generator, and the score-based sampler.</summary>
    public static TheoryData<string> Methods => [DigitMethod.Network, DigitMethod.DeepKsd, DigitMethod.Began, DigitMethod.ScoreSampler];

    [Fact]
    public void The_images_are_those_of_the_repository()
    {
        DigitImages all = DigitImages.All;
        Assert.Equal(1797, all.Count);
        Assert.Equal([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], all.Labels.CountBy(label => label).OrderBy(pair => pair.Key)
            .Select(pair => pair.Value));
        Assert.Equal((0, 1), (all.Pixels.Min(), all.Pixels.Max()));
    }

    [Fact]
    public void The_parts_of_a_split_have_nothing_in_common_and_depend_on_the_seed()
    {
        DigitSplit split = DigitSplit.Of(101, 400), other = DigitSplit.Of(102, 400);
        Assert.Equal((897, 400, 500), (split.Training.Count, split.Classifier.Count, split.Test.Count));
        Assert.NotEqual(split.Test.Labels, other.Test.Labels);
        string[] images = [.. All(split.Training), .. All(split.Classifier), .. All(split.Test)];
        Assert.Equal(All(DigitImages.All).Order(StringComparer.Ordinal), images.Order(StringComparer.Ordinal));

        static IEnumerable<string> All(DigitImages of) => of.Pixels.Chunk(DigitImages.Dimension).Select(image => string.Join(' ', image));
    }

    /// <summary>Of normal densities with diagonal covariance matrices it is <c>Σ (μ − μ′)² + (σ − σ′)²</c>.</summary>
    [Fact]
    public void The_frechet_distance_of_known_densities()
    {
        var one = (Vector<double>.Build.Dense([1.0, 2]), Matrix<double>.Build.DenseOfDiagonalArray([4.0, 9]));
        var other = (Vector<double>.Build.Dense([0.0, 4]), Matrix<double>.Build.DenseOfDiagonalArray([1.0, 16]));
        Assert.Equal(1 + 4 + 1 + 1, DigitMeasures.Distance(one, other), 1e-9);
        Assert.Equal(0, DigitMeasures.Distance(one, one), 1e-9);
        (Vector<double> mean, Matrix<double> covariance) = DigitMeasures.Moments([1, 2, 3, 6], dimension: 2);
        Assert.Equal([2, 4], mean);
        Assert.Equal([2, 4, 4, 8], covariance.ToRowMajorArray());
    }

    [Fact]
    public void Images_of_the_data_are_judged_well_and_images_of_one_digit_are_not()
    {
        using Device device = DeviceCatalog.Create("simd");
        DigitSplit split = DigitSplit.Of(101, 400);
        var measures = new DigitMeasures(device, split, 101);
        IReadOnlyList<Metric> real = measures.Final(split.Training.Pixels);
        Assert.InRange(Of(real, "accuracy"), 0.9, 1);
        Assert.InRange(Of(real, "fid"), 0, 3);
        Assert.InRange(Of(real, "mmd"), -0.004, 0.004);
        Assert.InRange(Of(real, "label_entropy"), 2.27, Math.Log(10));
        Assert.Equal(0, Of(real, "nearest"), 1e-3);
        Assert.InRange(Of(real, "exact_nearest"), 0.8, 1.5);
        int[] ones = [.. Enumerable.Range(0, split.Training.Count).Where(row => split.Training.Labels[row] == 1)];
        IReadOnlyList<Metric> one = measures.Measure(split.Training.At(ones).Pixels);
        Assert.True(Of(one, "fid") > 20 * Of(real, "fid"));
        Assert.InRange(Of(one, "label_entropy"), 0, 0.6);
        Assert.InRange(Of(one, "is"), 1, 2);

        static double Of(IReadOnlyList<Metric> metrics, string name) => metrics.Single(metric => metric.Name == name).Value;
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_training_restored_ends_with_the_same_bits(string method)
    {
        using Device device = DeviceCatalog.Create("simd");
        Interruption.LeavesTheBits(() => Begin(method, device));
    }

    /// <summary>With a warm start the interruption falls into it, and the flow follows after it.</summary>
    [Fact]
    public void A_warm_start_restored_ends_with_the_same_bits()
    {
        using Device device = DeviceCatalog.Create("simd");
        Interruption.LeavesTheBits(() => new DigitTraining(Small with { WarmStart = 4, MixedNoise = true, FirstSigma = 0.5 }, device));
    }

    [Theory]
    [InlineData(DigitMethod.Mmd)]
    [InlineData(DigitMethod.Gan)]
    public void Training_brings_samples_closer_to_the_images(string method)
    {
        using Device device = DeviceCatalog.Create("simd");
        ITraining training = Begin(method, device);
        double before = training.Measure()[0].Value;
        for (int step = 0; step < Small.Iterations; step++)
            training.Step();
        Assert.InRange(training.Measure()[0].Value, -0.01, 0.9 * before);
    }

    [Fact]
    public void A_model_read_from_its_file_draws_the_same_samples_for_the_same_seed()
    {
        using Device device = DeviceCatalog.Create("double");
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, SamplerModel.FileName);
        TrainingResult result = new DigitTraining(Small with { Method = DigitMethod.Pixels }, device).Finish();
        using (FileStream stream = File.Create(path))
            result.Files.Single(file => file.Name == SamplerModel.FileName).Write(stream);
        SamplerModel model = SamplerModel.Read(path);
        double[] drawn = model.Draw(device, 5, 3);
        Assert.Equal(drawn, SamplerModel.Read(path).Draw(device, 5, 3));
        Assert.NotEqual(drawn, model.Draw(device, 5, 4));
        Assert.Equal(drawn[..(2 * DigitImages.Dimension)], model.Draw(device, 2, 3));

        Refused("""{"schema": "other"}""", "schema is 'other'");
        Refused("x", "not a model");
        using (FileStream stream = File.Create(path))
            (model with { Dimension = 63 }).Write(stream);
        Refused(File.ReadAllText(path), "its layers have");

        void Refused(string text, string message)
        {
            File.WriteAllText(path, text);
            Assert.Contains(
                message, Assert.Throws<InvalidDataException>(() => SamplerModel.Read(path)).Message, StringComparison.Ordinal);
        }
    }

    private static ITraining Begin(string method, Device device) => method == DigitMethod.ScoreSampler
        ? new ScoreSamplerTraining(Small with { Method = method }, device)
        : new DigitTraining(Small with { Method = method }, device);
}
