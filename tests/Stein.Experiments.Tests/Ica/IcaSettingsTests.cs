using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Random;
using Stein.Experiments.Declarations;
using Stein.Experiments.Ica;
using Stein.Experiments.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

/// <summary>The settings of the released code that the published table does not record.</summary>
public sealed class IcaSettingsTests
{
    private static readonly IcaSettings Tiny = new()
    {
        Method = "ksd",
        Dimension = 4,
        Iterations = 12,
        Batch = 10,
        TrainingSamples = 30,
        TestSamples = 50,
        EvaluateEvery = 3,
        LearningRate = 0.05,
    };

    /// <summary>Settings that give another number than the authors' script, each by itself.</summary>
    public static TheoryData<string, string> Changes => new()
    {
        { "ksd", """{"bandwidth_scale": 2}""" },
        { "ksd", """{"median_power": 1}""" },
        { "ksd", """{"median_samples": 4}""" },
        { "ksd", """{"batch_order": "fixed"}""" },
        { "ksd", """{"batch_order": "replacement"}""" },
        { "ksd", """{"evaluation": "best"}""" },
        { "ksd", """{"evaluation": "average", "average_over": 5}""" },
        { "ksd", """{"evaluation": "exponential", "average_decay": 0.5}""" },
        { "maxsksd", """{"bandwidth_scale": 2}""" },
        { "maxsksd", """{"median_power": 1}""" },
        { "maxsksd", """{"median_samples": 4}""" },
        { "maxsksd", """{"inner_learning_rate": 0.01}""" },
        { "maxsksd", """{"inner_steps": 3}""" },
        { "lsd", """{"inner_learning_rate": 0.01}""" },
        { "lsd", """{"inner_steps": 3}""" },
        { "deep-ksd", """{"inner_steps": 3}""" },
        { "deep-ksd", """{"smoothing": 0.3}""" },
        { "deep-ksd", """{"smoothing": 0.3, "smoothing_form": "score"}""" },
        { "deep-ksd", """{"gradient_penalty": 0.1}""" },
        { "deep-ksd", """{"gradient_penalty": 0.1, "gradient_penalty_form": "unit"}""" },
        { "deep-ksd", """{"critic_normalisation": "spectral"}""" },
        { "deep-ksd", """{"critic_normalisation": "spectral-gain"}""" },
        { "deep-ksd-local", """{"smoothing": 0.3}""" },
        { "deep-ksd-local", """{"smoothing": 0.3, "smoothing_form": "score"}""" },
        { "deep-ksd-local", """{"gradient_penalty": 0.1}""" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Another_value_is_another_run_with_another_number(string method, string change)
    {
        IcaSettings script = Tiny with { Method = method };
        RunConfig run = ExperimentRegistry.Ica.Identify(script);
        JsonObject config = run.Canonical;
        foreach ((string key, JsonNode? value) in JsonNode.Parse(change)!.AsObject())
            config[key] = value!.DeepClone();
        RunConfig changed = ExperimentRegistry.Ica.Parse(config);
        Assert.NotEqual(run.Id, changed.Id);
        Assert.NotEqual(run.Description, changed.Description);
        var problem = new IcaProblem(script);
        Assert.NotEqual(Train(script, problem).TestLogLikelihood(), Train((IcaSettings)changed.Config, problem).TestLogLikelihood());
    }

    [Theory]
    [InlineData("""{"method": "maxsksd", "median_samples": 500}""")]
    [InlineData("""{"method": "maxsksd", "median_samples": 100}""")]
    [InlineData("""{"method": "ksd", "median_samples": 100}""")]
    [InlineData("""{"method": "ksd", "inner_steps": 7, "inner_learning_rate": 7}""")]
    [InlineData("""{"method": "lsd", "inner_learning_rate": 0.001, "bandwidth_scale": 3}""")]
    [InlineData("""{"method": "lsd", "average_over": 7, "average_decay": 0.5}""")]
    [InlineData("""{"method": "deep-ksd", "smoothing_form": "score", "gradient_penalty_form": "unit"}""")]
    [InlineData("""{"method": "whitening", "evaluation": "average", "average_over": 7, "batch_order": "fixed"}""")]
    public void What_changes_no_number_makes_no_other_run(string config)
    {
        JsonObject given = JsonNode.Parse(config)!.AsObject();
        JsonObject method = new() { ["method"] = given["method"]!.DeepClone() };
        Assert.Equal(ExperimentRegistry.Ica.Parse(method).Id, ExperimentRegistry.Ica.Parse(given).Id);
    }

    [Theory]
    [InlineData("""{"method": "deep-ksd", "critic_normalisation": "layer"}""", "critic_normalisation", "Choose none, spectral or")]
    [InlineData(
        """{"method": "deep-ksd-local", "critic_normalisation": "spectral-gain", "normalisation": "raw"}""",
        "critic_normalisation",
        "Choose spectral, or another normalisation")]
    [InlineData("""{"method": "deep-ksd", "smoothing": 0.001}""", "smoothing", "at least one sample of a batch of 100")]
    [InlineData("""{"method": "lsd", "critic_normalisation": "layer"}""", "critic_normalisation", "Set own_probes to true")]
    public void What_cannot_be_trained_is_refused_with_a_way_out(string config, string setting, string hint)
    {
        InvalidConfigException refused = Assert.Throws<InvalidConfigException>(
            () => ExperimentRegistry.Ica.Parse(JsonNode.Parse(config)!.AsObject()));
        Assert.Contains(setting, refused.Message, StringComparison.Ordinal);
        Assert.Contains(hint, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The mean of the last k matrices, the exponential average from the start, and the matrix of the lowest loss.</summary>
    [Fact]
    public void Rules_choose_what_they_say()
    {
        const int Last = 5;
        const double Decay = 0.8;
        IcaSettings settings = Tiny with { AverageOver = Last, AverageDecay = Decay };
        var problem = new IcaProblem(settings);
        using Device device = CpuDevices.CreateDouble();
        var training = new IcaTraining(device, settings, problem);
        List<double[]> matrices = [training.Unmixing()];
        double[] exponential = matrices[0];
        List<(double Loss, double[] Matrix)> points = [];
        while (training.Iteration < settings.Iterations)
        {
            training.Step();
            matrices.Add(training.Unmixing());
            exponential = [.. exponential.Zip(matrices[^1], (past, now) => (Decay * past) + ((1 - Decay) * now))];
            if (training.Iteration % settings.EvaluateEvery == 0)
                points.Add((training.Loss(), matrices[^1]));
        }

        double[] average = [.. matrices[0].Select((_, entry) => matrices.TakeLast(Last).Average(matrix => matrix[entry]))];
        Assert.NotEqual(points[^1].Matrix, points.MinBy(point => point.Loss).Matrix);
        Check(EvaluationRule.Last, matrices[^1]);
        Check(EvaluationRule.Best, points.MinBy(point => point.Loss).Matrix);
        Check(EvaluationRule.Average, average);
        Check(EvaluationRule.Exponential, exponential);

        void Check(EvaluationRule rule, double[] expected)
        {
            IcaTraining other = Train(settings with { Evaluation = rule }, problem);
            Assert.All(other.Unmixing().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-13));
        }
    }

    /// <summary>The sweep judges one training by all rules: each number is that of a run with the rule of its own.</summary>
    [Fact]
    public void The_sweep_has_the_number_of_every_rule()
    {
        EvaluationRule[] rules = [EvaluationRule.Best, EvaluationRule.Average, EvaluationRule.Exponential];
        IcaSettings settings = Tiny with { AverageOver = 5, AverageDecay = 0.7 };
        var problem = new IcaProblem(settings);
        using Device device = CpuDevices.CreateDouble();
        var training = new IcaTraining(device, settings, problem, lease: null, rules);
        while (training.Iteration < settings.Iterations)
            training.Step();
        Dictionary<string, double> values = training.Finish().Values.ToDictionary(value => value.Name, value => value.Value);
        foreach (EvaluationRule rule in rules)
        {
            Assert.Equal(
                Train(settings with { Evaluation = rule }, problem).TestLogLikelihood(), values[IcaStudy.LogLikelihoodBy(rule).Name]);
        }
    }

    private static IcaTraining Train(IcaSettings settings, IcaProblem problem)
    {
        var training = new IcaTraining(DeviceCatalog.Create("double"), settings, problem);
        while (training.Iteration < settings.Iterations)
            training.Step();
        return training;
    }
}
