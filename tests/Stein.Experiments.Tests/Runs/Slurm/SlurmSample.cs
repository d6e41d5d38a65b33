using System.Diagnostics;
using Stein.Experiments.Runs.Slurm;

namespace Stein.Experiments.Tests.Runs.Slurm;

/// <summary>A folder of commands that stand in for Slurm's, and settings to try with them.</summary>
internal sealed class SlurmSample : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public SlurmSample() => Directory.CreateDirectory(folder.File("commands"));

    /// <summary>What the stand-ins wrote down.</summary>
    public string Record => folder.File("record");

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["PATH"] = $"{folder.File("commands")}:{System.Environment.GetEnvironmentVariable("PATH")}",
        ["RECORD"] = Record,
        ["SLURM_ARRAY_JOB_ID"] = "12",
        ["SLURM_ARRAY_TASK_ID"] = "3",
    };

    public SlurmSettings Settings => new()
    {
        Command = ["stein", "reproduce", "--all"],
        Tasks = 8,
        ReportCommand = ["stein", "report"],
        WorkingDirectory = folder.Path,
    };

    public string File(string name) => folder.File(name);

    public SlurmSubmission Write(SlurmSettings settings) => SlurmSubmission.Write(folder.File("slurm"), settings);

    /// <summary>Puts a bash script of this name before all others.</summary>
    public void Command(string name, string script)
    {
        string path = Path.Combine(folder.File("commands"), name);
        System.IO.File.WriteAllText(path, $"#!/bin/bash\n{script}\n");
        using var change = Process.Start("chmod", ["+x", path]);
        change.WaitForExit();
    }

    /// <summary>Starts bash on a script, with the stand-ins.</summary>
    public Process Bash(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public string[] Recorded() => System.IO.File.Exists(Record) ? System.IO.File.ReadAllLines(Record) : [];

    public void Dispose() => folder.Dispose();
}
