using System.Text.Json;

namespace Stein.Cli.Tests.Runs;

/// <summary><c>--json</c>: one event a line, of a schema that has a version, in an order that can be relied on.</summary>
public sealed class EventTests
{
    [Fact]
    public void Every_line_is_an_event_and_they_come_in_order()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run(
            "reproduce", "ica", "--grid", "test", "--store", "store", "--out", "out", "--device", "simd", "--jobs", "3", "--json");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Equal("", result.Error);
        JsonElement[] events =
            [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.All(events, said => Assert.Equal("stein.events/2", said.GetProperty("schema").GetString()));
        string[] names = [.. events.Select(said => said.GetProperty("event").GetString()!)];
        Assert.Equal(["planned", "started", "progressed", "ended", "reported", "finished"], names.Distinct());
        Assert.Equal("planned", names[0]);
        Assert.Equal(["reported", "finished"], names[^2..]);
        Assert.Equal(names.Length - 3, names.Count(name => name is "started" or "progressed" or "ended"));

        string[] planned = [.. events[0].GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("id").GetString()!)];
        Assert.Equal(TestGrid.Runs, planned.Length);
        foreach (string id in planned)
        {
            string[] ofRun =
            [
                .. events.Where(said => said.TryGetProperty("id", out JsonElement own) && own.GetString() == id)
                    .Select(said => said.GetProperty("event").GetString()!),
            ];
            Assert.Equal("started", ofRun[0]);
            Assert.Equal("ended", ofRun[^1]);
            Assert.All(ofRun[1..^1], name => Assert.Equal("progressed", name));
            Assert.True(File.Exists(stein.PathOf("store", "ica", id, "result.json")));
        }

        Assert.All(
            events.Where(said => said.GetProperty("event").GetString() == "ended"),
            said => Assert.Equal("finished", said.GetProperty("status").GetString()));
        Assert.Equal(TestGrid.Runs, events[^1].GetProperty("statuses").GetProperty("finished").GetInt32());
        Assert.Equal(0, events[^1].GetProperty("exit_code").GetInt32());
        Assert.All(
            events[^2].GetProperty("files").EnumerateArray(), file => Assert.True(File.Exists(stein.PathOf(file.GetString()!)), $"{file}"));
    }
}
