using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Experiments.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Studies;

/// <summary>A training whose numbers stay finite but absurd says so in its result; one that works does not.</summary>
public sealed class DivergenceTests
{
    private const string Ica =
        "\"dimension\": 2, \"iterations\": 60, \"batch\": 20, \"training_samples\": 200, \"test_samples\": 50, \"hidden\": 5";

    private const string Particles = "\"particles\": 10, \"iterations\": 40, \"exact_samples\": 20";

    private const string Network =
        "\"hidden\": 6, \"batch\": 8, \"iterations\": 40, \"training_samples\": 20, \"test_samples\": 30, \"discrepancy_samples\": 20";

    [Theory]
    [InlineData("ica", $$"""{ "method": "ksd", "learning_rate": 1000, {{Ica}} }""")]
    [InlineData("ica", $$"""{ "method": "lsd", "learning_rate": 1000, {{Ica}} }""")]
    [InlineData("ica", $$"""{ "method": "maxsksd", "learning_rate": 1000, {{Ica}} }""")]
    [InlineData("ica", $$"""{ "method": "maxsksd-rg", "learning_rate": 1000, {{Ica}} }""")]
    [InlineData("mixture-particles", $$"""{ "algorithm": "svgd", "step_size": 1e6, {{Particles}} }""")]
    [InlineData("mixture-particles", $$"""{ "algorithm": "ksd-descent", "step_size": 1e6, {{Particles}} }""")]
    [InlineData("mixture-particles", $$"""{ "algorithm": "svgd-annealed", "step_size": 1e6, {{Particles}} }""")]
    [InlineData("mixture-particles", $$"""{ "algorithm": "ksd-descent-annealed", "step_size": 1e6, {{Particles}} }""")]
    [InlineData("svgd-collapse", """{ "algorithm": "svgd", "step_size": 1e6, "dimension": 3, "particles": 10, "iterations": 40 }""")]
    [InlineData("svgd-collapse", """{ "algorithm": "sliced-svgd", "step_size": 1e6, "dimension": 3, "particles": 10, "iterations": 40 }""")]
    [InlineData("dae-network", $$"""{ "learning_rate": 100, {{Network}} }""")]
    public void A_training_with_far_too_large_steps_is_marked(string experiment, string config)
    {
        JsonObject values = Result(experiment, config);
        Assert.Equal(1, values["diverged"]?.GetValue<double>());
        Assert.All(values, value => Assert.True(double.IsFinite(value.Value!.GetValue<double>())));
    }

    /// <summary>Maximum likelihood has a schedule of its own, and functional descent a step that cannot be too large.</summary>
    [Theory]
    [InlineData("ica", $$"""{ "method": "ksd", "learning_rate": 0.01, {{Ica}} }""")]
    [InlineData("ica", $$"""{ "method": "lsd", "learning_rate": 0.01, {{Ica}} }""")]
    [InlineData("ica", $$"""{ "method": "maxsksd", "learning_rate": 0.01, {{Ica}} }""")]
    [InlineData("ica", $$"""{ "method": "maxsksd-rg", "learning_rate": 0.01, {{Ica}} }""")]
    [InlineData("ica", $$"""{ "method": "mle", "learning_rate": 1000, {{Ica}} }""")]
    [InlineData("ica", """{ "method": "whitening", "dimension": 2, "training_samples": 200, "test_samples": 50 }""")]
    [InlineData("mixture-particles", $$"""{ "algorithm": "svgd", {{Particles}} }""")]
    [InlineData("mixture-particles", $$"""{ "algorithm": "ksd-descent-annealed", {{Particles}} }""")]
    [InlineData("mixture-particles", $$"""{ "start_deviation": 1000, {{Particles}} }""")]
    [InlineData("svgd-collapse", """{ "algorithm": "svgd", "dimension": 30, "particles": 10, "iterations": 400, "step_size": 0.05 }""")]
    [InlineData("svgd-collapse", """{ "algorithm": "exact", "dimension": 3, "particles": 2 }""")]
    [InlineData("dae-network", $$"""{ "learning_rate": 0.001, {{Network}} }""")]
    [InlineData("dae-descent", """{ "samples": 30, "steps": 20, "test_points": 20 }""")]
    public void A_training_that_works_is_not(string experiment, string config)
        => Assert.False(Result(experiment, config).ContainsKey("diverged"));

    private static JsonObject Result(string experiment, string config)
    {
        RunConfig parsed = ExperimentRegistry.All.Single(each => each.Name == experiment).Parse(JsonNode.Parse(config)!.AsObject());
        using Device device = DeviceCatalog.Create("simd");
        using IRun run = parsed.Experiment.Start(parsed, device);
        run.Measure();
        while (run.Iteration < run.Iterations)
        {
            if (run.Step())
                run.Measure();
        }

        JsonObject values = run.Finish().Values;
        Assert.Equal(values.ContainsKey("diverged"), run.Status.EndsWith(", diverged", StringComparison.Ordinal));
        return values;
    }
}
