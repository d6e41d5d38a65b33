using System.Text.Json;
using Stein.Cli.Running;
using Stein.Experiments.Files;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports;

namespace Stein.Cli.Output;

/// <summary>What a command on people's own samples says in its folder about how the files came about.</summary>
internal static class CommandProvenance
{
    /// <summary>Its name in the folder.</summary>
    public const string FileName = "provenance.json";

    /// <param name="settings">Input, options and results, as the command's <c>--json</c> has them.</param>
    public static TextFile File(string command, object settings) => new(
        FileName,
        JsonSerializer.Serialize(
            new
            {
                Schema = "stein.command/1",
                Command = command,
                Program = BuildIdentity.Current,
                Machine = Machine.Current,
                Settings = settings,
            },
            JsonFormat.Indented) + "\n");
}
