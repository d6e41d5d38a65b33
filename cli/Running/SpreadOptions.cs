using Stein.Experiments.Runs.Execution;
using Stein.Experiments.Runs.Slurm;

namespace Stein.Cli.Running;

/// <summary>Options that spread a plan over machines.</summary>
internal sealed class SpreadOptions
{
    private readonly Option<string> shard = Values.Text(
        "--shard", "i/n", "do part i of n of the plan, i from 0 to n−1, and make no report; the parts depend on the plan alone");

    private readonly Option<string> executor =
        Values.Choice("--executor", "run here, or write a job array for a Slurm cluster", ["local", "slurm"], "local");

    private readonly Option<bool> submit = Values.Flag("--submit", "slurm: submit the scripts; without it they are only written");
    private readonly Option<int?> tasks =
        Values.Number<int>("--tasks", "slurm: tasks of the array, one shard each [default: one per run to do]");

    private readonly Option<string> partition = Values.Text("--partition", "name", "slurm: partition [default: the site's]");
    private readonly Option<string> time = Values.Text(
        "--time", "time", "slurm: time limit of a task in sbatch's format, such as 2:00:00; shortly before it the task stops and requeues");

    private readonly Option<string> memory = Values.Text("--memory", "size", "slurm: memory of a task, such as 4G");
    private readonly Option<int?> cpus = Values.Number<int>("--cpus", "slurm: cores per task, and parallel runs in it", 1);

    private readonly Option<int?> arrayLimit =
        Values.Number<int>("--array-limit", "slurm: maximum number of tasks that run at once [default: as many as the site allows]");

    private readonly Option<int?> maxArraySize =
        Values.Number<int>("--max-array-size", "slurm: the site's MaxArraySize, at which arrays are split [default: read from scontrol]");

    private readonly Option<string[]> sbatchOptions = new("--sbatch-option")
    {
        Description = "slurm: a further option of sbatch, such as --sbatch-option=--account=name; may be repeated",
        HelpName = "option",
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
        => command.AddShared(shard, executor, submit, tasks, partition, time, memory, cpus, arrayLimit, maxArraySize, sbatchOptions);

    /// <exception cref="UsageException">It is not of the form i/n.</exception>
    public Shard? Shard(ParseResult parsed)
    {
        if (parsed.GetValue(shard) is not { } text)
            return null;
        try
        {
            return Experiments.Runs.Execution.Shard.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new UsageException($"--shard {exception.Message}", exception);
        }
    }

    /// <summary>Whether a job array is wanted.</summary>
    /// <exception cref="UsageException">An option of Slurm was given without it.</exception>
    public bool IsSlurm(ParseResult parsed)
    {
        bool isSlurm = parsed.GetRequiredValue(executor) == "slurm";
        Option? stray = isSlurm ? null : Array.Find(
            (Option[])[submit, tasks, partition, time, memory, cpus, arrayLimit, maxArraySize, sbatchOptions],
            option => parsed.GetResult(option) is { Implicit: false });
        if (stray is not null)
            throw new UsageException($"{stray.Name}: it has no effect without --executor slurm");
        if (isSlurm && parsed.GetValue(shard) is not null)
            throw new UsageException("--shard: the tasks of --executor slurm get their own; leave it out");
        return isSlurm;
    }

    /// <summary>Writes the scripts of a job array, and submits them if wanted.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Where and how to run.</param>
    /// <param name="runsToDo">How many runs are not finished.</param>
    /// <param name="command">Arguments of <c>stein</c> for the whole plan, without those of this class.</param>
    /// <param name="reportCommand">Arguments of <c>stein</c> for the report.</param>
    /// <exception cref="UsageException">A value cannot be used.</exception>
    /// <exception cref="SlurmException">Slurm refused.</exception>
    public void Write(
        ParseResult parsed, RunContext context, int runsToDo, IReadOnlyList<string> command, IReadOnlyList<string> reportCommand)
    {
        if (runsToDo == 0)
        {
            Say(context, "All runs are done already; there is nothing to submit.", 0, null, null);
            return;
        }

        var client = new SlurmClient();
        int cores = parsed.GetRequiredValue(cpus)!.Value;
        string[] program = Self();
        SlurmSubmission submission;
        try
        {
            submission = SlurmSubmission.Write(Path.Combine(context.Store.Root, "slurm"), new SlurmSettings
            {
                Command = [.. program, .. command, "--jobs", $"{cores}"],
                ReportCommand = [.. program, .. reportCommand],
                Tasks = Math.Min(parsed.GetValue(tasks) ?? runsToDo, runsToDo),
                WorkingDirectory = Environment.CurrentDirectory,
                Partition = parsed.GetValue(partition),
                TimeLimit = parsed.GetValue(time) is { } limit ? SlurmTimeLimit.Parse(limit) : null,
                MemoryPerTask = parsed.GetValue(memory),
                CpusPerTask = cores,
                ArrayLimit = parsed.GetValue(arrayLimit),
                MaxArraySize = parsed.GetValue(maxArraySize) ?? client.FindMaxArraySizeAsync().GetAwaiter().GetResult()
                    ?? SlurmSettings.DefaultMaxArraySize,
                SbatchOptions = parsed.GetRequiredValue(sbatchOptions),
            });
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new UsageException($"--executor slurm: {exception.Message}", exception);
        }

        if (!parsed.GetValue(submit))
        {
            Say(context, $"{runsToDo} runs to do. Submit them with: bash {submission.SubmitScript}", runsToDo, submission, null);
            return;
        }

        SlurmJobs jobs = client.SubmitAsync(submission).GetAwaiter().GetResult();
        string numbers = string.Join(", ", jobs.Arrays);
        Say(context, $"{runsToDo} runs to do, submitted as job {numbers}; the report is job {jobs.Report}.", runsToDo, submission, jobs);
    }

    /// <summary>How this program was started: the executable, or the host and the assembly where that is how it runs.</summary>
    private static string[] Self()
    {
        string process = Environment.ProcessPath ?? "stein";
        string assembly = Path.Combine(AppContext.BaseDirectory, "stein.dll");
        return Path.GetFileNameWithoutExtension(process) == "dotnet" && File.Exists(assembly) ? [process, assembly] : [process];
    }

    private static void Say(RunContext context, string text, int runsToDo, SlurmSubmission? submission, SlurmJobs? jobs)
    {
        if (context.Json)
            RunEvents.Standard.Submitted(runsToDo, submission, jobs);
        else if (!context.Quiet)
            Terminal.Text.WriteLine(text);
    }
}
