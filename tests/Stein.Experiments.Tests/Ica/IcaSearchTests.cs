using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Models;
using Stein.Experiments.Declarations;
using Stein.Experiments.Ica;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

/// <summary>Methods that search, over all samples at once or batch by batch.</summary>
public sealed class IcaSearchTests
{
    private static readonly IcaSettings Small = new() { Dimension = 4, TrainingSamples = 1500, TestSamples = 200, Seed = 101 };

    public static TheoryData<string, string> Everything
        => [.. from method in Searches from device in (string[])["simd", "double"] select (method, device)];

    public static TheoryData<string> Methods => [.. Searches];

    private static IEnumerable<string> Searches => IcaMethod.All.OfType<SearchMethod>().Select(method => method.Id);

    [Theory]
    [MemberData(nameof(Everything))]
    public void A_search_restored_after_any_iteration_ends_with_the_same_bits(string method, string deviceName)
    {
        IcaSettings settings = Small with { Method = method };
        var problem = new IcaProblem(settings);
        using Device device = DeviceCatalog.Create(deviceName);
        using IcaSearch undisturbed = Begin(device, settings, problem);
        List<byte[]> states = [Save(undisturbed)];
        while (!undisturbed.IsFinished)
        {
            undisturbed.Step();
            states.Add(Save(undisturbed));
        }

        Assert.InRange(states.Count, 5, 200);
        double[] expected = Numbers(undisturbed);
        for (int stop = 0; stop < states.Count; stop += 3)
        {
            using Device another = DeviceCatalog.Create(deviceName);
            using IcaSearch restored = Begin(another, settings, problem);
            Restore(restored, states[stop]);
            Assert.Equal(states[stop], Save(restored));
            while (!restored.IsFinished)
                restored.Step();
            Assert.Equal(states[^1], Save(restored));
            Assert.Equal(expected, Numbers(restored));
        }
    }

    /// <summary>Every source is separated, as well as from the truth, up to a tenth; FastICA's contrast costs more.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void The_sources_are_separated(string method)
    {
        foreach (BaseDensity density in Enum.GetValues<BaseDensity>())
        {
            IcaSettings settings = Small with { Method = method, Base = density };
            var problem = new IcaProblem(settings);
            Dictionary<string, double> found = Run(settings, problem), best = Run(settings with { Method = "mle-truth" }, problem);
            Assert.Equal(Small.Dimension, found[IcaStudy.Separated.Name]);
            Assert.Equal(1, found[IcaStudy.Converged.Name]);
            Assert.InRange(found[IcaStudy.AmariDistance.Name], 0, 0.05);
            double gap = best[IcaStudy.LogLikelihood.Name] - found[IcaStudy.LogLikelihood.Name];
            Assert.InRange(gap, -0.005, method == "fastica" ? 0.02 : 0.005);
        }
    }

    [Theory]
    [InlineData("mle-whitened")]
    [InlineData("local-online")]
    public void A_state_cut_off_anywhere_is_refused(string method)
    {
        IcaSettings settings = Small with { Method = method };
        var problem = new IcaProblem(settings);
        using Device device = DeviceCatalog.Create("double");
        using IcaSearch search = Begin(device, settings, problem);
        for (int i = 0; i < 5; i++)
            search.Step();
        byte[] state = Save(search);
        for (int length = 0; length < state.Length; length += 7)
        {
            byte[] cut = state[..length];
            using IcaSearch other = Begin(device, settings, problem);
            Assert.Throws<EndOfStreamException>(() => Restore(other, cut));
        }
    }

    [Fact]
    public void Samples_without_variance_in_a_direction_are_refused()
    {
        IcaSettings settings = Small with { Method = "local", TrainingSamples = 3 };
        using Device device = DeviceCatalog.Create("double");
        using IcaSearch search = Begin(device, settings, new IcaProblem(settings));
        Assert.Contains("no variance", Assert.Throws<RunFailedException>(search.Step).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BaseDensity.Laplace)]
    [InlineData(BaseDensity.StudentT)]
    public void Batches_are_drawn_from_the_samples_that_other_methods_hold(BaseDensity density)
    {
        var problem = new IcaProblem(Small with { Base = density, DataSeed = 7 });
        Assert.Equal(problem.Training[320..640], problem.DrawTraining(80, 80));
    }

    [Fact]
    public void A_batch_needs_enough_samples()
    {
        IcaSettings settings = Small with { Method = "local-online", TrainingSamples = 119, Dimension = 6 };
        Assert.Contains(
            "120 on",
            Assert.Throws<InvalidConfigException>(() => ExperimentRegistry.Ica.Identify(settings)).Message,
            StringComparison.Ordinal);
        ExperimentRegistry.Ica.Identify(settings with { TrainingSamples = 120 });
    }

    private static Dictionary<string, double> Run(IcaSettings settings, IcaProblem problem)
    {
        using Device device = DeviceCatalog.Create("simd");
        using IcaSearch search = Begin(device, settings, problem);
        while (!search.IsFinished)
            search.Step();
        return search.Finish().Values.ToDictionary(value => value.Name, value => value.Value);
    }

    private static IcaSearch Begin(Device device, IcaSettings settings, IcaProblem problem)
        => ((SearchMethod)IcaMethod.Of(settings)).Begin(device, settings, problem, new ProblemLease(problem, () => { }));

    private static double[] Numbers(IcaSearch search)
    {
        TrainingResult result = search.Finish();
        return [.. result.Values.Select(value => value.Value)];
    }

    private static byte[] Save(IcaSearch search)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
            search.Save(writer);
        return stream.ToArray();
    }

    private static void Restore(IcaSearch search, byte[] state)
    {
        using var reader = new BinaryReader(new MemoryStream(state));
        search.Restore(reader);
    }
}
