using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Stein.Cli.Tests;

/// <summary>The program while it runs. Disposed of, it is killed.</summary>
internal sealed class SteinProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process process;
    private readonly List<string> lines = [];
    private readonly StringBuilder error = new();
    private readonly Task reading;
    private bool isRead;

    public SteinProcess(Process process)
    {
        this.process = process;
        reading = Task.WhenAll(
            Read(process.StandardOutput, lines.Add),
            Read(process.StandardError, line => error.AppendLine(line)));
    }

    public int Id => process.Id;

    /// <summary>
    /// The events so far, where it was started with <c>--json</c>. The last line of a process that was killed may be half a one.
    /// </summary>
    public IReadOnlyList<JsonElement> Events()
    {
        lock (lines)
            return [.. lines.Where(line => line.EndsWith('}')).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>The runs that it says it has finished itself.</summary>
    public IReadOnlyList<string> Finished() =>
    [
        .. from said in Events()
           where said.GetProperty("event").GetString() == "ended" && said.GetProperty("status").GetString() == "finished"
           select said.GetProperty("id").GetString(),
    ];

    /// <summary>Waits for a line on standard output.</summary>
    /// <returns>False if the program ended without one.</returns>
    public bool WaitForLine(string part)
    {
        var waited = Stopwatch.StartNew();
        lock (lines)
        {
            int seen = 0;
            while (true)
            {
                if (lines.Skip(seen).Any(line => line.Contains(part, StringComparison.Ordinal)))
                    return true;
                seen = lines.Count;
                if (isRead)
                    return false;
                Assert.True(waited.Elapsed < Patience, $"no line with {part} within {Patience}\n{string.Join('\n', lines)}\n{error}");
                Monitor.Wait(lines, TimeSpan.FromSeconds(1));
            }
        }
    }

    /// <summary>Waits for an event of <c>--json</c>.</summary>
    public bool WaitForEvent(string name) => WaitForLine($"\"event\":\"{name}\"");

    /// <summary>Lets it run for a while.</summary>
    /// <returns>Whether it ended in that time.</returns>
    public bool LetRun(TimeSpan time) => process.WaitForExit(time);

    /// <summary>kill −9, and waits until it is dead.</summary>
    /// <returns>Whether it was alive.</returns>
    public bool Kill()
    {
        process.Kill();
        SteinResult result = WaitForExit();
        // 128 + SIGKILL; otherwise it had come to its end, and says so.
        return OperatingSystem.IsWindows() ? result.ExitCode == -1 : result.ExitCode == 137;
    }

    /// <summary>Gives it something to read on standard input, and the end of it.</summary>
    public void Input(string text)
    {
        process.StandardInput.Write(text);
        process.StandardInput.Close();
    }

    /// <summary>Sends a signal by its name, such as INT.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process.Id}"]);
        kill.WaitForExit();
    }

    public SteinResult WaitForExit()
    {
        if (!process.WaitForExit(Patience) || !reading.Wait(Patience))
            Assert.Fail($"stein did not end within {Patience}\n{string.Join('\n', lines)}\n{error}");
        return new(process.ExitCode, string.Concat(lines.Select(line => line + "\n")), error.ToString());
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private async Task Read(StreamReader reader, Action<string> add)
    {
        // Not on the threads of the tests, which may all be waiting for a line.
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            lock (lines)
            {
                add(line);
                Monitor.PulseAll(lines);
            }
        }

        lock (lines)
        {
            isRead |= reader == process.StandardOutput;
            Monitor.PulseAll(lines);
        }
    }
}
