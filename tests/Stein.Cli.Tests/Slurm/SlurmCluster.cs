using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Stein.Cli.Tests.Slurm;

/// <summary>A real Slurm cluster of one node on loopback ports, started for the tests of a class and stopped after them.</summary>
/// <remarks>
/// <c>slurm-cluster.sh</c> does both; it stops the cluster when its standard input ends, so that nothing is left when the tests are
/// killed. Where Slurm is not installed, <see cref="SkipIfMissing"/> skips; an installed Slurm that does not start is a failure.
/// </remarks>
public sealed class SlurmCluster : IAsyncLifetime
{
    /// <summary>Small, so that plans of a few tasks are split.</summary>
    public const int MaxArraySize = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"stein-slurm-{Guid.NewGuid():N}"[..20]);
    private Process? supervisor;
    private string? missing;

    /// <summary>What Slurm's commands need to find this cluster.</summary>
    public IReadOnlyDictionary<string, string> Environment =>
        new Dictionary<string, string> { ["SLURM_CONF"] = Path.Combine(folder, "slurm.conf") };

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            missing = "Slurm runs on Linux only";
            return;
        }

        Directory.CreateDirectory(folder);
        int port = FreePort(20_000);
        // A session of its own: Ctrl-C ends the tests, and the cluster stops because they ended.
        supervisor = Process.Start(new ProcessStartInfo(
            "setsid",
            [
                "bash", Path.Combine(AppContext.BaseDirectory, "slurm-cluster.sh"),
                folder, $"{port}", $"{FreePort(port + 1)}", $"{MaxArraySize}",
            ])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string? said = await supervisor.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        if (said?.StartsWith("missing ", StringComparison.Ordinal) == true)
            missing = $"Slurm is not installed ({said}); Debian has it as slurm-wlm and munge";
        else if (said != "ready")
            throw new InvalidOperationException($"The Slurm cluster does not start.\n{await supervisor.StandardError.ReadToEndAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (supervisor is null)
            return;
        supervisor.StandardInput.Close();
        await supervisor.WaitForExitAsync().WaitAsync(Patience);
        supervisor.Dispose();
        Assert.False(Directory.Exists(folder), $"{folder} is left");
    }

    public void SkipIfMissing() => Assert.SkipUnless(missing is null, missing ?? "");

    /// <summary>The output of one of Slurm's commands.</summary>
    public async Task<string> RunAsync(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in Environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{output}{await error}");
        return output;
    }

    /// <summary>Waits until something holds; otherwise the message has the queue and the daemons' logs.</summary>
    public async Task WaitUntilAsync(string what, Func<Task<bool>> holds)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            if (waited.Elapsed > Patience)
                Assert.Fail($"not within {Patience}: {what}\n{await RunAsync("squeue")}\n{Logs()}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until no job is queued or runs.</summary>
    public Task WaitUntilIdleAsync() =>
        WaitUntilAsync("all jobs end", async () => string.IsNullOrWhiteSpace(await RunAsync("squeue", "--noheader")));

    private string Logs() => string.Join(
        '\n',
        Directory.GetFiles(Path.Combine(folder, "log"), "*.log")
            .Select(file => $"--- {file}\n{string.Join('\n', File.ReadLines(file).TakeLast(40))}"));

    /// <summary>Below the ports that systems hand out by themselves, so that nothing takes it before the daemon does.</summary>
    private static int FreePort(int above)
    {
        while (true)
        {
            int port = Random.Shared.Next(above, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: try another.
            }
        }
    }
}
