using System.Buffers;
using System.Text;

namespace Stein.Experiments.Runs.Slurm;

/// <summary>The text of the scripts that a submission consists of.</summary>
internal sealed class SlurmScripts
{
    public const string Report = "report.sbatch";
    public const string Submit = "submit.sh";

    private static readonly SearchValues<char> Special = SearchValues.Create(" \"'\\#");

    private readonly SlurmSettings settings;
    private readonly string logFolder;
    private readonly List<Directive> common;

    /// <param name="logFolder">Absolute path.</param>
    public SlurmScripts(SlurmSettings settings, string logFolder)
    {
        this.settings = settings;
        this.logFolder = logFolder;
        common =
        [
            new("--chdir", settings.WorkingDirectory),
            new("--nodes", "1"),
            new("--ntasks", "1"),
            new("--requeue", null, "SBATCH_NO_REQUEUE"),
            // A task that runs again must not wipe the log of its first attempt.
            new("--open-mode", "append", "SBATCH_OPEN_MODE"),
        ];
        if (settings.Partition is { } partition)
            common.Add(new("--partition", partition, "SBATCH_PARTITION"));
        if (settings.TimeLimit is { } limit)
            common.Add(new("--time", SlurmTimeLimit.Format(limit), "SBATCH_TIMELIMIT"));
        if (settings.MemoryPerTask is { } memory)
            common.Add(new("--mem", memory, "SBATCH_MEM_PER_NODE"));
    }

    /// <summary>How many arrays there are: an index must be below MaxArraySize, so that an array has at most that many tasks.</summary>
    public int Arrays => ((settings.Tasks - 1) / settings.MaxArraySize) + 1;

    public static string ArrayName(int array) => $"array-{array + 1}.sbatch";

    /// <summary>The script of an array, 0 … <see cref="Arrays"/> − 1.</summary>
    /// <remarks>
    /// Before the time limit Slurm signals the batch shell alone, which passes it on as the SIGTERM at which the program writes its
    /// checkpoints; USR1, because at scancel, requeue and time limit Slurm sends SIGTERM to every process, and a program that got it
    /// from the shell as well would take the second one as "at once". By then the shell ignores SIGTERM: it has to outlive the program.
    /// The task, not the job, is requeued: the number of a task's job may be that of the array, and would name all of its tasks.
    /// </remarks>
    public string Array(int array)
    {
        int first = array * settings.MaxArraySize;
        return $$"""
            #!/usr/bin/env bash
            # Shards {{first}} to {{first + TasksOf(array) - 1}} of {{settings.Tasks}}, one task each.
            {{Lines(ArrayDirectives(array))}}
            set -u

            shard=$(({{first}} + SLURM_ARRAY_TASK_ID))
            task=${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}
            echo "shard $shard/{{settings.Tasks}}: task $task on $(uname -n), restart ${SLURM_RESTART_COUNT:-0}, $(date)"

            # USR1 comes to this shell alone, before the time limit: the program is told to stop, and the task queues again.
            time_is_short=false
            trap 'time_is_short=true' USR1
            {{BashQuoting.QuoteAll(settings.Command)}} --shard "$shard/{{settings.Tasks}}" &
            program=$!
            # TERM comes to the program too, from Slurm; this shell waits for its end.
            trap '' TERM

            wait "$program"
            status=$?
            if [ "$time_is_short" = true ] && kill -TERM "$program" 2>/dev/null; then
              wait "$program"
              status=$?
            fi

            # 0 to 3 are the program's own ends; every other end at this time is an interruption.
            if [ "$time_is_short" = true ] && [ "$status" -gt 3 ]; then
              echo "shard $shard/{{settings.Tasks}}: stopped before the time limit, queues again, $(date)"
              scontrol requeue "$task" || echo "task $task cannot be requeued; submit again to do what is missing" >&2
            fi
            exit "$status"

            """;
    }

    /// <summary>The script of the report.</summary>
    public string ReportScript() => $"""
        #!/usr/bin/env bash
        # Makes the report from the finished runs, when every task has ended.
        {Lines(ReportDirectives())}
        exec {BashQuoting.QuoteAll(settings.ReportCommand)}

        """;

    /// <summary>The script that submits the others: all or none.</summary>
    public string SubmitScript()
    {
        var commands = new StringBuilder();
        for (int array = 0; array < Arrays; array++)
        {
            // Each array has a limit of its own: only one after another do they keep it together.
            string dependency = array > 0 && settings.ArrayLimit is not null ? "--dependency=\"afterany:$job\" " : "";
            commands.Append($"submit {dependency}{ArrayName(array)}\necho \"array $job\"\n");
        }

        return $$"""
            #!/usr/bin/env bash
            # Submits the arrays, and the report to run after them; prints one line for each: array JOB, report JOB.
            set -euo pipefail
            cd "$(dirname "${BASH_SOURCE[0]}")"

            if ! command -v sbatch >/dev/null; then
              echo "sbatch is not there. Is this a login node of a Slurm cluster? If not, run this on one that sees the same folders:" >&2
              printf '  bash %q\n' "$PWD/{{Submit}}" >&2
              exit 127
            fi

            # sbatch prefers these to what the scripts say.
            unset {{string.Join(' ', OverridingVariables())}}
            # Slurm does not make it, and runs nothing without it.
            mkdir -p {{BashQuoting.Quote(logFolder)}}

            submitted=()
            withdraw() {
              local status=$?
              if [ "$status" -ne 0 ] && [ "${#submitted[@]}" -gt 0 ]; then
                scancel "${submitted[@]}"
                echo "withdrawn, as not all could be submitted: ${submitted[*]}" >&2
              fi
            }
            trap withdraw EXIT
            # Not while sbatch runs: a job whose number is not known yet could not be withdrawn.
            stopped=false
            trap 'stopped=true' TERM INT

            submit() {
              # With several clusters the name follows: JOB;CLUSTER.
              job=$(sbatch --parsable "$@" | cut -d ';' -f 1)
              submitted+=("$job")
              [ "$stopped" = false ] || exit 143
            }

            {{commands}}
            submit --dependency="afterany:$(IFS=:; echo "${submitted[*]}")" {{Report}}
            echo "report $job"

            """;
    }

    private int TasksOf(int array) => Math.Min(settings.Tasks - (array * settings.MaxArraySize), settings.MaxArraySize);

    private Directive[] ArrayDirectives(int array)
    {
        string limit = settings.ArrayLimit is { } tasks ? $"%{tasks}" : "";
        return
        [
            new("--job-name", settings.JobName),
            new("--array", $"0-{TasksOf(array) - 1}{limit}", "SBATCH_ARRAY_INX"),
            new("--cpus-per-task", $"{settings.CpusPerTask}"),
            new("--output", LogFile("array-%A_%a.log"), "SBATCH_OUTPUT"),
            new("--signal", $"B:USR1@{(int)settings.SignalLead.TotalSeconds}", "SBATCH_SIGNAL"),
        ];
    }

    private Directive[] ReportDirectives() =>
        [new("--job-name", $"{settings.JobName}-report"), new("--output", LogFile("report-%j.log"), "SBATCH_OUTPUT")];

    private string Lines(IEnumerable<Directive> own) =>
        string.Join('\n', own.Concat(common).Select(directive => directive.Option).Concat(settings.SbatchOptions).Select(Line));

    /// <summary>sbatch reads these lines with rules of its own: words end at blanks and comments, unless in double quotes.</summary>
    private static string Line(string option)
    {
        if (!option.AsSpan().ContainsAny(Special))
            return $"#SBATCH {option}";
        string escaped = option.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"#SBATCH \"{escaped}\"";
    }

    private IEnumerable<string> OverridingVariables() =>
        ArrayDirectives(0).Concat(common).Select(directive => directive.Variable).OfType<string>().Append("SBATCH_WAIT");

    // A percent sign in the folder's own name would be taken for a pattern.
    private string LogFile(string pattern) => Path.Combine(logFolder.Replace("%", "%%", StringComparison.Ordinal), pattern);

    /// <summary>An option of sbatch, and the environment variable that would override it.</summary>
    private sealed record Directive(string Name, string? Value, string? Variable = null)
    {
        public string Option => Value is null ? Name : $"{Name}={Value}";
    }
}
