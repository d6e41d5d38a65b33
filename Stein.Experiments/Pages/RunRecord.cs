using System.Text;
using System.Text.Json.Nodes;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports;
using Stein.Experiments.Reports.Html;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Pages;

/// <summary>What a page says of a finished run.</summary>
/// <param name="Id">The identity of its config.</param>
/// <param name="Config">All settings.</param>
/// <param name="Sessions">Who computed it, when and on what.</param>
internal sealed record RunRecord(string Id, JsonObject Config, IReadOnlyList<RunSession> Sessions)
{
    private double Seconds => Sessions.Sum(session => session.Seconds);

    /// <summary>What runs have in common of program, device, machine and settings, and how long they took.</summary>
    /// <param name="runs">The runs of an experiment.</param>
    /// <param name="settings">Those of the experiment; what none of the runs uses is left out.</param>
    /// <param name="command">The command that repeats them.</param>
    public static IReadOnlyList<(string Term, string Text)> Describe(
        IReadOnlyList<RunRecord> runs, IReadOnlyList<Setting> settings, string command)
    {
        RunSession[] sessions = [.. runs.SelectMany(run => run.Sessions)];
        if (sessions.Length == 0)
            return [("Command", command)];
        return
        [
            ("Command", command),
            ("Program", Each(session => session.Program)),
            ("Device", Each(session => $"{session.Device.Name}: {session.Device.Description}")),
            ("Machine", Each(session => Words(session.Machine))),
            (
                "Computed",
                $"{sessions.Min(session => session.Started):yyyy-MM-dd HH:mm} to "
                    + $"{sessions.Max(session => session.Ended):yyyy-MM-dd HH:mm} UTC"),
            ("Time", $"{Duration(runs.Sum(run => run.Seconds))} in all, {Duration(runs.Max(run => run.Seconds))} the longest run"),
            ("Settings in common", string.Join(", ", Shared(runs, settings).Select(setting => $"{setting.Key} = {setting.Value}"))),
        ];

        string Each<T>(Func<RunSession, T> property)
            => string.Join("; ", sessions.Select(property).GroupBy(value => $"{value}").Select(group => group.Key));
    }

    private static string Words(Machine machine)
        => $"{machine.Processor}, {machine.LogicalProcessors} logical processors, {machine.VectorBits}-bit vectors, "
            + $"{machine.OperatingSystem}, {machine.Framework}";

    private static IEnumerable<(string Key, string Value)> Shared(IReadOnlyList<RunRecord> runs, IReadOnlyList<Setting> settings)
        => from value in runs[0].Config
           let text = Text(value.Value)
           let setting = settings.FirstOrDefault(setting => setting.Key == value.Key)
           where runs.All(run => Text(run.Config[value.Key]) == text)
           where setting is null || !runs.All(run => setting.IsIdle(run.Config))
           select (value.Key, text);

    private static string Text(JsonNode? value) => value is null ? "" : value is JsonValue ? value.ToString() : CanonicalJson.Text(value);

    private static string Duration(double seconds) => seconds switch
    {
        < 100 => $"{seconds:0.0} s",
        < 6000 => $"{seconds / 60:0.0} min",
        _ => $"{seconds / 3600:0.0} h",
    };
}
