using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Stein.Engine.Devices;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Studies;

/// <summary>A number of a cell of draws. One that is not finite does not exist, and is left out of the result.</summary>
/// <param name="Name">In snake_case.</param>
/// <param name="From">Computes it from all draws of the cell.</param>
internal sealed record Quantity<TDraw>(string Name, Func<IReadOnlyList<TDraw>, double> From) : Quantity(Name);

/// <summary>
/// An experiment whose runs are cells of independent draws. It declares what a draw is, which numbers a cell makes of its draws, and how
/// cells become a report; checkpoints, results, metrics and the CSV file of the draws follow.
/// </summary>
/// <typeparam name="TConfig">See <see cref="Experiment{TConfig}"/>.</typeparam>
/// <typeparam name="TDraw">A record of numbers, texts and truth values; its properties name the columns of the CSV file.</typeparam>
internal abstract class Study<TConfig, TDraw> : Experiment<TConfig>
    where TConfig : class, new()
{
    /// <summary>The CSV file of its draws that every run with draws leaves; null for none.</summary>
    protected virtual string? DrawsFile => "draws.csv";

    /// <summary>The numbers that a cell makes of its draws, in the order of the result.</summary>
    protected virtual IReadOnlyList<Quantity<TDraw>> Quantities => [];

    /// <summary>What is measured of the last draw during the run.</summary>
    protected virtual IReadOnlyList<(string Name, Func<TDraw, double> Value)> Metrics => [];

    /// <summary>The number of draws of a cell.</summary>
    protected abstract int Draws(TConfig config);

    /// <summary>Prepares a cell.</summary>
    /// <param name="config">A valid config.</param>
    /// <param name="device">The run's own.</param>
    /// <returns>A function that makes draw number 0, 1, …; its outcome depends only on the config and the number.</returns>
    protected abstract Func<int, TDraw> Prepare(TConfig config, Device device);

    /// <summary>The draws so far, at least one, in a few words; the first quantity unless overridden.</summary>
    protected virtual string Status(IReadOnlyList<TDraw> draws)
        => $"{Quantities[0].Name} {SignificantText.Number(Quantities[0].From(draws))}";

    /// <summary>Numbers of a cell that do not come from its draws, computed at its end; they precede <see cref="Quantities"/>.</summary>
    protected virtual IReadOnlyList<Metric> Numbers(TConfig config) => [];

    /// <summary>Files of a cell besides that of its draws, made at its end.</summary>
    protected virtual IReadOnlyList<RunFile> Files(TConfig config, Device device) => [];

    /// <summary>What is measured of the draws so far during the run: <see cref="Metrics"/>, unless overridden.</summary>
    protected virtual IReadOnlyList<Metric> Measure(IReadOnlyList<TDraw> draws)
        => [.. Metrics.Select(metric => new Metric(metric.Name, draws.Count == 0 ? double.NaN : metric.Value(draws[^1])))];

    /// <summary>How many draws lie between two measurements, a tenth of them unless overridden; the last draw is always measured.</summary>
    protected virtual int MeasureEvery(TConfig config) => Math.Max(1, Draws(config) / 10);

    /// <summary>The draws of a finished run, which had at least one and left <see cref="DrawsFile"/>.</summary>
    /// <exception cref="InvalidDataException">Their file cannot be read.</exception>
    protected IReadOnlyList<TDraw> DrawsOf(StoredRun<TConfig> run) => DataTable.ReadRecords<TDraw>(Path.Combine(run.Folder, DrawsFile!));

    protected sealed override IRun Start(TConfig config, Device device) => new Run(this, config, device);

    /// <summary>How draws are saved: numbers that are not finite are kept too.</summary>
    private static readonly JsonSerializerOptions State = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private sealed class Run(Study<TConfig, TDraw> study, TConfig config, Device device) : IRun
    {
        private readonly Func<int, TDraw> draw = study.Prepare(config, device);
        private readonly int measureEvery = study.MeasureEvery(config);
        private List<TDraw> draws = [];

        public int Iteration => draws.Count;

        public int Iterations { get; } = study.Draws(config);

        public string Status => draws.Count == 0 ? "" : study.Status(draws);

        public IReadOnlyList<Metric> Measure() => study.Measure(draws);

        public bool Step()
        {
            draws.Add(draw(draws.Count));
            return Iteration == Iterations || Iteration % measureEvery == 0;
        }

        public void Save(BinaryWriter writer) => writer.Write(JsonSerializer.Serialize(draws, State));

        public void Restore(BinaryReader reader)
        {
            try
            {
                draws = JsonSerializer.Deserialize<List<TDraw>>(reader.ReadString(), State) ?? [];
            }
            catch (JsonException exception)
            {
                throw new InvalidDataException($"the checkpoint does not have draws of this experiment: {exception.Message}", exception);
            }

            if (draws.Count > Iterations)
                throw new InvalidDataException($"the checkpoint has {draws.Count} draws, but the run has only {Iterations}");
        }

        public RunResult Finish() => new(
            ResultValues.Of([.. study.Numbers(config), .. study.Quantities.Select(quantity => quantity.At(quantity.From(draws)))]),
            [
                .. draws.Count > 0 && study.DrawsFile is { } file
                    ? (RunFile[])[new RunFile(file, DataTable.FromRecords("", draws).WriteCsv)]
                    : [],
                .. study.Files(config, device),
            ]);

        /// <summary>Empty: a draw that fails is a result.</summary>
        public IReadOnlyList<RunFile> LastGoodState() => [];

        public void Dispose()
        {
        }
    }
}

/// <summary>Numbers as the values of a result.</summary>
internal static class ResultValues
{
    /// <summary>Those that exist, by name.</summary>
    public static JsonObject Of(IEnumerable<Metric> values) => new(
        values.Where(value => double.IsFinite(value.Value)).Select(value => KeyValuePair.Create(value.Name, (JsonNode?)value.Value)));
}
