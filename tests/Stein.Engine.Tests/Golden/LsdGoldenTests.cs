using System.Text.Json;
using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Models;
using Stein.Engine.Networks;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

[Trait("Category", "Golden")]
public class LsdGoldenTests
{
    private const string Quantity = "lsd";

    private static readonly GoldenRun Run = new(Quantity) { Program = Measure };

    [Theory]
    [MemberData(nameof(GoldenCases.OnEveryDevice), Quantity, MemberType = typeof(GoldenCases))]
    public void Critic_trace_discrepancy_and_gradients_are_the_authors(string name, string device) => Run.Check(name, device);

    private static void Measure(GoldenCase golden, Device device, Measurements results)
    {
        DeviceMatrix x = golden.Inputs.MatrixOn("x", device);
        (int count, int dimension) = (x.Rows, x.Columns);
        var model = new IcaModel(device, dimension, count, IcaGoldenTests.Density(golden.Inputs));
        device.Write(model.Unmixing, golden.Inputs.FlatMatrix("W_inv"));
        model.ComputeScores(x);
        results.Add("score", model.Scores);

        JsonElement critic = golden.Inputs.GetProperty("critic");
        double lambda = golden.Inputs.Scalar("lambda");
        var lsd = new LearnedSteinDiscrepancy(
            device, count, dimension, critic.Vector("bias_layer_0").Length, critic.Vector("bias_layer_1").Length, lambda);
        foreach ((string name, DeviceMatrix matrix) in Named(lsd.Parameters))
        {
            bool weight = name.StartsWith("weight", StringComparison.Ordinal);
            device.Write(matrix, weight ? critic.Transposed(name) : critic.Vector(name));
        }

        lsd.Evaluate(x);
        results.Add("f", lsd.Output);
        results.AddSum("regulariser", 1.0 / count, lsd.Penalty);
        results.Add("jacobian_trace", () => lsd.PerSample(x, model.Scores).Traces);

        // Two arrays are read, of which the products are the first.
        results.Add("score_dot_f", () => lsd.PerSample(x, model.Scores).ScoreProducts, fromLast: 2);

        MeasureObjective("exact");
        lsd.SetProbes(golden.Inputs.MatrixOn("noise", device));
        MeasureObjective("hutchinson");

        void MeasureObjective(string path)
        {
            results.AddSum($"{path}/div", 1.0 / count, () => lsd.Value(x, model.Scores));
            results.AddDerived(
                $"{path}/div_reg",
                [results[$"{path}/div"][0] - (lambda * results["regulariser"][0])],
                () => [results.Errors($"{path}/div")[0] - (RunningErrorLane.Exact(lambda) * results.Errors("regulariser")[0])]);
            foreach (bool penalised in new[] { true, false })
            {
                lsd.CriticGradient(x, model.Scores, penalised);
                foreach ((string name, DeviceMatrix matrix) in Named(lsd.Gradient))
                {
                    string key = $"{path}/grad_div_{(penalised ? "reg_" : string.Empty)}critic/{name}";
                    if (name.StartsWith("weight", StringComparison.Ordinal))
                        results.AddTransposed(key, matrix);
                    else
                        results.Add(key, matrix);
                }
            }

            DeviceMatrix gradient = device.Allocate(count, dimension);
            lsd.ScoreGradient(gradient, x);
            model.BackPropagate(x, gradient);
            results.Add($"{path}/grad_div_W_inv", model.UnmixingGradient);
        }
    }

    /// <summary>The parameters by the names of the cases, whose weights are output×input.</summary>
    private static IEnumerable<(string Name, DeviceMatrix Matrix)> Named(NetworkParameters parameters) =>
    [
        ("weight_layer_0", parameters.Weight1),
        ("bias_layer_0", parameters.Bias1),
        ("weight_layer_1", parameters.Weight2),
        ("bias_layer_1", parameters.Bias2),
        ("weight_out", parameters.WeightOut),
        ("bias_out", parameters.BiasOut),
    ];
}
