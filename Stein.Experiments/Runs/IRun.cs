using System.Text.Json.Nodes;

namespace Stein.Experiments.Runs;

/// <summary>
/// One run under way: its state, advanced one iteration at a time. The runner owns the loop, the clock, the files and the cancellation.
/// </summary>
/// <remarks>
/// Used by one thread at a time. All that decides the numbers to come is in the state that <see cref="Save"/> writes: a run restored from
/// it ends with the same bits as one that was never interrupted. <see cref="Measure"/> and <see cref="Save"/> change nothing.
/// </remarks>
internal interface IRun : IDisposable
{
    /// <summary>Iterations done.</summary>
    int Iteration { get; }

    /// <summary>Iterations the run has, 0 where there is nothing to train; those done, once it has ended before.</summary>
    int Iterations { get; }

    /// <summary>The state of the run for people, in a few words; may be empty.</summary>
    string Status { get; }

    /// <summary>The metrics at the present iteration, always the same names; NaN for one that does not exist.</summary>
    /// <remarks>Called at iteration 0 and when <see cref="Step"/> returns true.</remarks>
    IReadOnlyList<Metric> Measure();

    /// <summary>One iteration.</summary>
    /// <returns>Whether the metrics are to be measured here; the same iterations in every run of a config, the last among them.</returns>
    /// <exception cref="RunFailedException">The run cannot continue, for example because it diverged.</exception>
    bool Step();

    /// <summary>Writes the whole state.</summary>
    void Save(BinaryWriter writer);

    /// <summary>Puts back a state that <see cref="Save"/> wrote for the same config, <see cref="Iteration"/> included.</summary>
    /// <exception cref="InvalidDataException">It is not such a state. The run is then disposed of and a new one started.</exception>
    void Restore(BinaryReader reader);

    /// <summary>The result, after the last iteration.</summary>
    /// <exception cref="RunFailedException">There is none.</exception>
    RunResult Finish();

    /// <summary>
    /// Files that show people how far it is, as pictures of samples; may be empty. They are written anew whenever it is measured, always
    /// under the same names, and are gone when it is finished: its result does not have them.
    /// </summary>
    IReadOnlyList<RunFile> LiveFiles() => [];

    /// <summary>What is worth keeping of a run that failed, such as the parameters before they diverged; may be empty.</summary>
    IReadOnlyList<RunFile> LastGoodState();
}

/// <summary>A number measured while a run trains.</summary>
/// <param name="Name">In snake_case.</param>
/// <param name="Value">NaN where there is none.</param>
internal readonly record struct Metric(string Name, double Value);

/// <summary>A file that a run leaves in its folder, written whole or not at all.</summary>
/// <param name="Name">A plain file name that the store does not use itself.</param>
/// <param name="Write">Fills the stream, and leaves it open. The same bytes for the same config: the result keeps their checksum.</param>
internal sealed record RunFile(string Name, Action<Stream> Write);

/// <summary>What a finished run leaves behind.</summary>
/// <param name="Values">
/// Its numbers by name, and nothing that differs between two runs of a config, such as times. A number that is not finite is left out.
/// </param>
/// <param name="Files">Further files, such as trained parameters.</param>
internal sealed record RunResult(JsonObject Values, IReadOnlyList<RunFile> Files);
