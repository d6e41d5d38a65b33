using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Formulas;
using Stein.Engine.Models;
using Stein.Experiments.Ica;
using Xunit;

namespace Stein.Experiments.Tests.Ica.Training;

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

            rows.Add("maxsksd-rg", "ilgpu-cpu");
            rows.Add("lsd, 3 probes", "ilgpu-cpu");
            return rows;
        }
    }

    [Fact]
    public void Every_method_is_among_the_variants()
        => Assert.Equal(IcaTraining.Methods.Order(), Variants.Values.Select(settings => settings.Method).Distinct().Order());

    [Theory]
    [MemberData(nameof(Everything))]
    public void A_run_restored_after_any_iteration_ends_with_the_same_bits(string variant, string deviceName)
    {
        IcaSettings settings = Variants[variant];
        IcaProblem problem = IcaProblem.Create(settings);
        using Device device = DeviceCatalog.Create(deviceName);
        var undisturbed = new IcaTraining(device, settings, problem);
        List<byte[]> states = [Save(undisturbed)];
        List<long[]> expected = [Numbers(undisturbed)];
        while (undisturbed.Iteration < undisturbed.Iterations)
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
        IcaProblem problem = IcaProblem.Create(settings);
        using Device device = DeviceCatalog.Create(deviceName);
        var training = new IcaTraining(device, settings, problem);
        int half = training.Iterations / 2;
        StepTo(training, half);
        byte[] state = Save(training);
        StepTo(training, training.Iterations);
        long[] expected = Numbers(training);
        Restore(training, state);
        Assert.Equal(half, training.Iteration);
        StepTo(training, training.Iterations);
        Assert.Equal(expected, Numbers(training));
    }

    [Theory]
    [InlineData("maxsksd", "--method lsd; this run has --method maxsksd")]
    [InlineData("dimension", "--dim 5; this run has --dim 6")]
    [InlineData("seed", "--seed 60; this run has --seed 70")]
    [InlineData("data seed", "--data-seed 60; this run has --data-seed 1")]
    [InlineData("base", "--base laplace; this run has --base student-t")]
    [InlineData("training samples", "--training-samples 38; this run has --training-samples 40")]
    [InlineData("test samples", "--test-samples 20; this run has --test-samples 21")]
    [InlineData("batch", "--batch 12; this run has --batch 13")]
    [InlineData("hidden", "--hidden 7; this run has --hidden 8")]
    [InlineData("lambda", "--lambda 1; this run has --lambda 0.5")]
    [InlineData("probes", "--probes 3; this run has --probes 4")]
    [InlineData("learning rate", "--learning-rate 0.001; this run has --learning-rate 0.002")]
    [InlineData("iterations", "iteration 4; this run has 3")]
    public void The_state_of_another_run_is_refused_with_the_difference(string change, string message)
    {
        IcaSettings settings = Variants["lsd, 3 probes"];
        AssertRefused(settings, Change(settings, change), message);
    }

    [Fact]
    public void The_state_of_another_kernel_statistic_or_schedule_is_refused()
    {
        AssertRefused(Variants["ksd"], Variants["ksd"] with { Kernel = "imq" }, "--kernel rbf; this run has --kernel imq");
        AssertRefused(Variants["ksd"], Variants["ksd"] with { Statistic = PairStatistic.V }, "--statistic u; this run has --statistic v");
        AssertRefused(Variants["mle"], Variants["mle"] with { Iterations = 9 }, "--iterations 8; this run has --iterations 9");
    }

    [Fact]
    public void Settings_that_change_no_number_are_not_in_the_way()
    {
        IcaSettings settings = Variants["ksd"];
        IcaSettings same = settings with
        {
            Iterations = 20,
            EvaluateEvery = 3,
            DataSeed = settings.Seed,
            Hidden = 10,
            Statistic = PairStatistic.U,
        };
        using Device device = DeviceCatalog.Create("double");
        var training = new IcaTraining(device, same, IcaProblem.Create(same));
        Restore(training, HalfWay(settings));
        Assert.Equal(4, training.Iteration);
    }

    [Fact]
    public void The_state_of_another_precision_is_refused()
    {
        IcaSettings settings = Variants["ksd"];
        using Device device = DeviceCatalog.Create("simd");
        var training = new IcaTraining(device, settings, IcaProblem.Create(settings));
        var exception = Assert.Throws<InvalidDataException>(() => Restore(training, HalfWay(settings)));
        Assert.Contains("5×5 in double precision", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_state_or_one_of_another_version_is_refused()
    {
        IcaSettings settings = Variants["ksd"];
        byte[] state = HalfWay(settings);
        byte[] other = [.. state];
        other[0]++;
        byte[] later = [.. state];
        later[8]++;
        using Device device = DeviceCatalog.Create("double");
        var training = new IcaTraining(device, settings, IcaProblem.Create(settings));
        Assert.Contains(
            "no saved state", Assert.Throws<InvalidDataException>(() => Restore(training, other)).Message, StringComparison.Ordinal);
        Assert.Contains("format 2", Assert.Throws<InvalidDataException>(() => Restore(training, later)).Message, StringComparison.Ordinal);
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
        var training = new IcaTraining(device, settings, IcaProblem.Create(settings));
        for (int length = 0; length < state.Length; length++)
        {
            byte[] cut = state[..length];
            Assert.Throws<EndOfStreamException>(() => Restore(training, cut));
        }

        Restore(training, state);
    }

    private static IcaSettings Change(IcaSettings settings, string what) => what switch
    {
        "dimension" => settings with { Dimension = 6 },
        "seed" => settings with { Seed = 70 },
        "data seed" => settings with { DataSeed = 1 },
        "base" => settings with { Base = BaseDensity.StudentT },
        "training samples" => settings with { TrainingSamples = 40 },
        "test samples" => settings with { TestSamples = 21 },
        "batch" => settings with { Batch = 13 },
        "hidden" => settings with { Hidden = 8 },
        "lambda" => settings with { Lambda = 0.5 },
        "probes" => settings with { Probes = 4 },
        "learning rate" => settings with { LearningRate = 2e-3 },
        "iterations" => settings with { Iterations = 3 },
        _ => settings with { Method = what },
    };

    private static void AssertRefused(IcaSettings saved, IcaSettings own, string message)
    {
        byte[] state = HalfWay(saved);
        using Device device = DeviceCatalog.Create("double");
        var training = new IcaTraining(device, own, IcaProblem.Create(own));
        var exception = Assert.Throws<InvalidDataException>(() => Restore(training, state));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    private static byte[] HalfWay(IcaSettings settings)
    {
        using Device device = DeviceCatalog.Create("double");
        var training = new IcaTraining(device, settings, IcaProblem.Create(settings));
        StepTo(training, training.Iterations / 2);
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
        training.Save(writer);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Restores, and checks that nothing is left over.</summary>
    private static void Restore(IcaTraining training, byte[] state)
    {
        using var stream = new MemoryStream(state);
        using var reader = new BinaryReader(stream);
        training.Restore(reader);
        Assert.Equal(state.Length, stream.Position);
    }

    /// <summary>The bits of the point of the curve and of V.</summary>
    private static long[] Numbers(IcaTraining training)
    {
        double[] numbers = [training.TestLogLikelihood(), training.Loss(), training.CurrentAmariDistance(), .. training.Unmixing()];
        return [.. numbers.Select(BitConverter.DoubleToInt64Bits)];
    }
}
