using System.ComponentModel;
using System.Diagnostics;

namespace Stein.Experiments.Runs.Claiming;

/// <summary>Identifies this process, and tells whether another process of this machine is still running.</summary>
internal class ProcessTable
{
    /// <summary>Instead of a start: the process is over, and its parent has not asked for its exit code yet.</summary>
    private const string Ended = "ended";

    private static readonly string? Boot = Read(() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());
    private static readonly string? Namespace = Read(() => new FileInfo("/proc/self/ns/pid").LinkTarget);
    private static readonly string? Start = StartOf(Environment.ProcessId);

    /// <summary>This process, as the owner of that name.</summary>
    public virtual ClaimOwner Self(string owner)
        => new(owner, Environment.MachineName, Boot, Namespace, Environment.ProcessId, Start, DateTimeOffset.UtcNow);

    /// <summary>Whether the process of a claim is running; null if that cannot be known from here.</summary>
    public virtual bool? IsRunning(ClaimOwner owner)
    {
        bool comparable = owner.Host == Environment.MachineName && owner.Boot == Boot && owner.ProcessNamespace == Namespace;
        if (!comparable)
            return null;
        try
        {
            using Process process = Process.GetProcessById(owner.ProcessId);
        }
        catch (ArgumentException)
        {
            return false;
        }

        string? start = StartOf(owner.ProcessId);
        if (start == Ended)
            return false;
        // If the number is in use again, it belongs to a process that began later.
        return start is null || owner.ProcessStart is null ? null : start == owner.ProcessStart;
    }

    /// <summary>
    /// On Linux the ticks since the boot that the kernel keeps: a time of day computed from them differs a little from process to process.
    /// </summary>
    private static string? StartOf(int processId)
    {
        if (OperatingSystem.IsLinux())
        {
            // The second field, the command in parentheses, may contain anything; the third is the state, the 22nd the start.
            string? status = Read(() => File.ReadAllText($"/proc/{processId}/stat"));
            string[] fields = status?[(status.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
            return fields.Length < 20 ? null : fields[0] is "Z" or "X" ? Ended : fields[19];
        }

        try
        {
            using Process process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().ToString("O");
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Null where the system does not have it, or keeps it to itself.</summary>
    private static string? Read(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
