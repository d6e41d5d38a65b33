using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Experiments.Ica;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

/// <summary>A training that is stopped after any iteration and restored goes on with the same bits.</summary>
public sealed class IcaTrainingStateTests
{
    /// <summary>Three batches an epoch and two samples left over: the run passes the end of an epoch twice.</summary>
    private static readonly IcaSettings Tiny = new()
    {
        Dimension = 5,
        Iterations = 8,
        Batch = 12,
        TrainingSamples = 38,
        TestSamples = 20,
        Hidden = 7,
    };

    private static readonly Dictionary<string, IcaSettings> Variants = new()
    {
        ["ksd"] = Tiny with { Method = "ksd" },
        ["ksd, imq, V, Student-t"] = Tiny with
        {
            Method = "ksd",
            Kernel = "imq",
            Statistic = PairStatistic.V,
            Base = BaseDensity.StudentT,
        },
        ["maxsksd"] = Tiny with { Method = "maxsksd" },
        ["maxsksd, imq, U"] = Tiny with { Method = "maxsksd", Kernel = "imq", Statistic = PairStatistic.U },
        ["maxsksd-rg"] = Tiny with { Method = "maxsksd-rg" },
        ["maxsksd-rg, Student-t"] = Tiny with { Method = "maxsksd-rg", Base = BaseDensity.StudentT },
        ["lsd"] = Tiny with { Method = "lsd" },
        ["lsd, 3 probes"] = Tiny with { Method = "lsd", Probes = 3 },
        ["lsd, 1 probe, Student-t"] = Tiny with { Method = "lsd", Probes = 1, Base = BaseDensity.StudentT },
        ["ksd, other bandwidth, fixed batches, lowest loss"] = Tiny with
        {
            Method = "ksd",
            BandwidthScale = 2,
            MedianPower = 0.75,
            MedianSamples = 5,
            BatchOrder = BatchOrder.Fixed,
            Evaluation = EvaluationRule.Best,
            EvaluateEvery = 3,
        },
        ["maxsksd, other bandwidth, 2 inner steps, replacement, average"] = Tiny with
        {
            Method = "maxsksd",
            BandwidthScale = 0.5,
            MedianPower = 1,
            MedianSamples = 7,
            InnerLearningRate = 0.01,
            InnerSteps = 2,
            BatchOrder = BatchOrder.Replacement,
            Evaluation = EvaluationRule.Average,
            AverageOver = 4,
        },
        ["lsd, 3 probes, 2 inner steps, exponential average"] = Tiny with
        {
            Method = "lsd",
            Probes = 3,
            InnerLearningRate = 0.01,
            InnerSteps = 2,
            Evaluation = EvaluationRule.Exponential,
            AverageDecay = 0.7,
        },
        ["lsd-local, 2 inner steps"] = Tiny with { Method = "lsd-local", InnerSteps = 2 },
        ["lsd-local, Student-t"] = Tiny with { Method = "lsd-local", Base = BaseDensity.StudentT },
        ["lsd, smoothing, gradient penalty, spectral norm with gain, cosine schedule"] = Tiny with
        {
            Method = "lsd",
            Smoothing = 0.25,
            GradientPenalty = 0.1,
            CriticNormalisation = CriticNormalisation.SpectralGain,
            Schedule = RateSchedule.Cosine,
        },
        ["lsd-local, smoothing of the score, layer norm with own probes"] = Tiny with
        {
            Method = "lsd-local",
            Smoothing = 0.25,
            SmoothingForm = SmoothingForm.Score,
            CriticNormalisation = CriticNormalisation.Layer,
            OwnProbes = true,
        },
        ["deep-ksd, raw"] = Tiny with { Method = "deep-ksd", Normalisation = DeepKernelNormalisation.Raw, FeatureUnits = 4 },
        ["deep-ksd, deviation, no mixture, Student-t"] = Tiny with
        {
            Method = "deep-ksd",
            Normalisation = DeepKernelNormalisation.Deviation,
            Mixture = 0,
            Base = BaseDensity.StudentT,
        },
        ["deep-ksd, smoothing, gradient penalty, spectral norm with gain, cosine schedule"] = Tiny with
        {
            Method = "deep-ksd",
            Smoothing = 0.25,
            GradientPenalty = 0.1,
            CriticNormalisation = CriticNormalisation.SpectralGain,
            Schedule = RateSchedule.Cosine,
        },
        ["deep-ksd-local, smoothing, unit gradient penalty"] = Tiny with
        {
            Method = "deep-ksd-local",
            Smoothing = 0.25,
            GradientPenalty = 0.1,
            GradientPenaltyForm = GradientPenaltyForm.Unit,
        },
        ["deep-ksd-local, 2 inner steps"] = Tiny with { Method = "deep-ksd-local", InnerSteps = 2 },
        ["deep-ksd-local, Student-t"] = Tiny with { Method = "deep-ksd-local", Base = BaseDensity.StudentT },
        ["mle"] = Tiny with { Method = "mle" },
        ["whitening"] = Tiny with { Method = "whitening" },
    };

    public static TheoryData<string, string> Everything
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (string variant in Variants.Keys)
            {
                rows.Add(variant, "simd");
                rows.Add(variant, "double");
            }

            rows.Add("lsd, 3 probes", "ilgpu-cpu");
            return rows;
        }
    }

    [Fact]
    public void Every_method_is_among_the_variants()
        => Assert.Equal(
            IcaMethod.All.Where(method => method is not SearchMethod).Select(method => method.Id).Order(),
            Variants.Values.Select(settings => settings.Method).Distinct().Order());

    [Theory]
    [MemberData(nameof(Everything))]
    public void A_run_restored_after_any_iteration_ends_with_the_same_bits(string variant, string deviceName)
    {
        IcaSettings settings = Variants[variant];
        var problem = new IcaProblem(settings);
        using Device device = DeviceCatalog.Create(deviceName);
        var undisturbed = new IcaTraining(device, settings, problem);
        List<byte[]> states = [Save(undisturbed)];
        List<long[]> expected = [Numbers(undisturbed)];
        while (undisturbed.Iteration < Iterations(settings))
        {
            undisturbed.Step();
            states.Add(Save(undisturbed));
            expected.Add(Numbers(undisturbed));
        }

        // The simulator starts threads for every operation: there, one place to stop at.
        IEnumerable<int> stops = deviceName == "ilgpu-cpu" ? [3] : Enumerable.Range(0, states.Count);
        foreach (int stop in stops)
        {
            using Device another = DeviceCatalog.Create(deviceName);
            var restored = new IcaTraining(another, settings, problem);
            Restore(restored, states[stop]);
            Assert.Equal(stop, restored.Iteration);
            Assert.Equal(states[stop], Save(restored));
            Assert.Equal(expected[stop], Numbers(restored));
            for (int iteration = stop + 1; iteration < states.Count; iteration++)
            {
                restored.Step();
                Assert.Equal(expected[iteration], Numbers(restored));
            }

            Assert.Equal(states[^1], Save(restored));
        }
    }

    /// <summary>A run is also restored into one that has gone elsewhere, and numbers that are not asked for change none that are.</summary>
    [Theory]
    [MemberData(nameof(Everything))]
    public void Nothing_of_what_was_before_remains(string variant, string deviceName)
    {
        IcaSettings settings = Variants[variant];
        var problem = new IcaProblem(settings);
        using Device device = DeviceCatalog.Create(deviceName);
        var training = new IcaTraining(device, settings, problem);
        int half = Iterations(settings) / 2;
        StepTo(training, half);
        byte[] state = Save(training);
        StepTo(training, Iterations(settings));
        long[] expected = Numbers(training);
        Restore(training, state);
        Assert.Equal(half, training.Iteration);
        StepTo(training, Iterations(settings));
        Assert.Equal(expected, Numbers(training));
    }

    [Fact]
    public void The_state_of_another_precision_is_refused()
    {
        IcaSettings settings = Variants["ksd"];
        using Device device = DeviceCatalog.Create("simd");
        var training = new IcaTraining(device, settings, new IcaProblem(settings));
        var exception = Assert.Throws<InvalidDataException>(() => Restore(training, HalfWay(settings)));
        Assert.Contains("5×5 in double precision", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ksd")]
    [InlineData("maxsksd-rg")]
    [InlineData("lsd, 3 probes")]
    [InlineData("mle")]
    [InlineData("whitening")]
    public void A_state_cut_off_anywhere_is_refused(string variant)
    {
        IcaSettings settings = Variants[variant];
        byte[] state = HalfWay(settings);
        using Device device = DeviceCatalog.Create("double");
        var training = new IcaTraining(device, settings, new IcaProblem(settings));
        for (int length = 0; length < state.Length; length++)
        {
            byte[] cut = state[..length];
            Assert.Throws<EndOfStreamException>(() => Restore(training, cut));
        }

        Restore(training, state);
    }

    [Fact]
    public void The_last_good_state_is_restored_too()
    {
        IcaSettings settings = Variants["ksd"];
        using Device device = DeviceCatalog.Create("double");
        var training = new IcaTraining(device, settings, new IcaProblem(settings));
        Assert.Empty(training.LastGoodState());
        Restore(training, HalfWay(settings));
        Assert.Equal("unmixing_last_good_iteration4.csv", Assert.Single(training.LastGoodState()).Name);
        Assert.StartsWith("log-likelihood −", training.Status, StringComparison.Ordinal);
    }

    private static int Iterations(IcaSettings settings) => IcaMethod.Of(settings).IsTrained ? settings.Iterations : 0;

    private static byte[] HalfWay(IcaSettings settings)
    {
        using Device device = DeviceCatalog.Create("double");
        var training = new IcaTraining(device, settings, new IcaProblem(settings));
        StepTo(training, Iterations(settings) / 2);
        training.Measure();
        return Save(training);
    }

    private static void StepTo(IcaTraining training, int iteration)
    {
        while (training.Iteration < iteration)
            training.Step();
    }

    private static byte[] Save(IcaTraining training)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        training.Parts.SaveAll(writer);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Restores, and checks that nothing is left over.</summary>
    private static void Restore(IcaTraining training, byte[] state)
    {
        using var stream = new MemoryStream(state);
        using var reader = new BinaryReader(stream);
        training.Parts.RestoreAll(reader);
        Assert.Equal(state.Length, stream.Position);
    }

    /// <summary>The bits of the point of the curve and of V.</summary>
    private static long[] Numbers(IcaTraining training)
    {
        double[] numbers = [training.TestLogLikelihood(), training.Loss(), .. training.Unmixing()];
        return [.. numbers.Select(BitConverter.DoubleToInt64Bits)];
    }
}
