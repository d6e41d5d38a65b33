using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Experiments.Declarations;

namespace Stein.Experiments.Runs;

/// <summary>What the runner and the command line need of an experiment: a grid of runs, and the report made of them.</summary>
/// <remarks>
/// Written by deriving from <see cref="Studies.Experiment{TConfig}"/>. All members may be called by several threads at once.
/// </remarks>
internal abstract class Experiment
{
    /// <summary>The name on the command line and of the folder in the store: lower-case letters, digits and minus signs.</summary>
    public abstract string Name { get; }

    /// <summary>One line that says what it is.</summary>
    public abstract string Title { get; }

    /// <summary>The paper and its table or figure.</summary>
    public abstract string Source { get; }

    /// <summary>
    /// Part of the identity of every run. Increased when the same config gives different numbers than before; runs of lower versions are
    /// kept, and are not mixed with new ones.
    /// </summary>
    public abstract int ProtocolVersion { get; }

    /// <summary>The runs of a grid, in the order of the report.</summary>
    public abstract IReadOnlyList<RunConfig> Grid(GridScale scale, Precision precision = Precision.Single);

    /// <summary>Reads a config; keys that are left out, or null, have their defaults.</summary>
    /// <exception cref="InvalidConfigException">
    /// A key is unknown (the message names the closest), or a value is of the wrong type or cannot be run.
    /// </exception>
    public abstract RunConfig Parse(JsonObject config, Precision precision = Precision.Single);

    /// <summary>
    /// Sets of settings that have a name, for <c>--protocol</c>; the first has none, since the defaults are the paper's. Empty where there
    /// is only the paper's.
    /// </summary>
    public virtual IReadOnlyList<NamedProtocol> Protocols => [];

    /// <summary>The settings of a config, in the order they are declared.</summary>
    public abstract IReadOnlyList<Setting> Settings { get; }

    /// <summary>Command lines for its help, the words after the experiment's name, each with what it does.</summary>
    public virtual IReadOnlyList<(string Arguments, string Meaning)> Examples => [];

    /// <summary>What its help says above the examples; null for nothing.</summary>
    public virtual HelpSection? Advice => null;

    /// <summary>
    /// Writes tables and figures of the runs of <see cref="ReportRequest.Plan"/> that are finished in <paramref name="store"/>, even if
    /// there are only a few.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public abstract ReportOutcome Report(RunStore store, ReportRequest request);

    /// <summary>The same report as a value: no file is written. Null where no run of the plan is finished.</summary>
    public abstract ComposedReport? Compose(RunStore store, ReportRequest request);

    /// <summary>Begins a run at iteration 0.</summary>
    internal abstract IRun Start(RunConfig run, Device device);
}
