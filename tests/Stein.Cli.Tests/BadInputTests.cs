using System.Text.Json;

namespace Stein.Cli.Tests;

/// <summary>Bad usage and input: a message that helps, exit code 2, nothing written.</summary>
[Collection(nameof(InThisProcess))]
public sealed class BadInputTests
{
    public static TheoryData<string, string> Cases => new()
    {
        { "ica --method maxskds", "Did you mean 'maxsksd'?" },
        { "ica --method ksd gans", "one of ksd, lsd, maxsksd, maxsksd-rg, deep-ksd, local, local-online, lsd-local, deep-ksd-local" },
        { "ica --dim 0", "--dim 0: it must be a whole number from 2" },
        { "ica --dim 1", "--dim 1: it must be a whole number from 2" },
        { "ica --dim ten", "--dim ten: it must be a whole number" },
        { "ica --batch 30000", "--batch 30000: it must be a whole number from 2 to the 20000 training samples" },
        { "ica --iterations 0", "--iterations 0: it must be a whole number of at least 1" },
        { "ica --kernel rbg", "Did you mean 'rbf'?" },
        { "ica --learning-rate -1", "--learning-rate -1: it must be a positive number" },
        { "ica --lambda 2 --method ksd", "--lambda: it has no effect here, only with --method lsd or lsd-local. Leave it out." },
        { "ica --passes 3 --method local", "--passes: it has no effect here, only with --method local-online. Leave it out." },
        { "ica --method local-online --dim 50 --training-samples 999", "--training-samples 999: it must be a whole number from 1000 on" },
        { "ica --device cuba", "Did you mean 'cuda'?" },
        { "ica --jobs 0", "--jobs 0: it must be a whole number from 1" },
        { "ica --seed -1", "--seed -1: it must be a whole number that is not negative" },
        { "ica --metod ksd", "Did you mean '--method'?" },
        { "ica --out /dev/null/below-a-file --seed 60", "--out /dev/null/below-a-file: it cannot be written" },
        { "icaa", "Did you mean 'ica'?" },
        { "reproduce", "name an experiment (ica, ica-settings, ica-active, ica-local" },
        { "reproduce icd", "Did you mean 'ica'?" },
        { "reproduce ica --dims 10,1", "--dims 1: it must be a whole number from 2" },
        { "reproduce ica --dims 10 --methd ksd", "--methd: there is no such option. Did you mean '--method'?" },
        { "reproduce daf", "Did you mean 'dae'?" },
        { "reproduce dae mixtrue", "mixtrue: there is no such experiment; there are ica, ica-settings, ica-active, ica-local" },
        { "reproduce mixture-weight dae --objective ksd", "--objective: it selects runs of mixture-weight; with several experiments" },
        { "reproduce mixture-weight --objective ksd --sigma 2", "--sigma: it has no effect here, only with --objective noise" },
        { "report mixture-weight --separation 0", "--separation 0: it must be a number above 0, at most 100" },
        { "reproduce ica --grid test --check", "--check: only the whole grid of the paper" },
        { "reproduce ica --shard 8/8", "--shard 8/8: it must be i/n" },
        { "reproduce ica --quick --grid test", "--quick and --grid test contradict each other" },
        { "reproduce ica --quick --check", "--check: only the whole grid of the paper" },
        { "reproduce ica --submit", "--submit: it has no effect without --executor slurm" },
        { "reproduce ica --grid test --executor slurm --time soon", "soon" },
        { "ica --checkpoint-every 0", "--checkpoint-every 0: it must be a whole number of at least 1" },
        { "ica --store /dev/null/below-a-file --seed 60", "--store /dev/null/below-a-file: it cannot be written" },
        { "mixture --remedy nose", "Did you mean 'none'?" },
        { "mixture --weight 1.2", "--weight 1.2: it must be a number from 0 to 1" },
        { "mixture --n 1", "--n 1: it must be a whole number from 2" },
        { "mixture --remedy temper --temperature 0", "--temperature 0: it must be a number of at least 1" },
        { "mixture --temperature 2", "it has no effect here, only with --remedy temper" },
        { "mixture --problem shift --weight 0.5", "it has no effect here, only with --problem modes, three-modes or unequal-scales" },
        { "mixture --replicates 5", "--replicates 5: it must be at least 19" },
        { "mixture-weight --objective kds", "--objective kds: it must be one of" },
        { "mixture-weight --objective ksd --sigma 2,4", "--sigma: it has no effect here, only with --objective noise. Leave it out." },
        { "mixture-weight --separation 5,0", "--separation 0: it must be a number above 0, at most 100" },
        { "mixture-weight --weight nan", "--weight nan: it must be a finite number" },
        { "mixture-weight --ladder 1,-2", "--ladder -2: it must be a list of numbers above 0, at most 1000" },
        { "mixture-weight --trials 2.5", "--trials 2.5: it must be a whole number" },
        { "mixture-weight --samples 1", "--samples 1: it must be a whole number from 2 to 100000" },
        { "mixture-weight --model full --n 5", "--n 5: it must be at least 20 if --model is \"full\"" },
        { "mixture-weight --trials ,", "--trials: it needs a value" },
        { "score", "Option '--samples' is required" },
        { "score --samples missing.csv", "--samples 'missing.csv': there is no such file. Give a CSV file, or - for standard input." },
        { "score --samples .", "--samples '.': it is a folder" },
        { "score --samples x.csv --estimator stien", "Did you mean 'stein'?" },
        { "score --samples x.csv --kernel rbg", "Did you mean 'rbf'?" },
        { "score --samples x.csv --bandwidth 0", "--bandwidth 0: it must be a positive finite number" },
        { "score --samples x.csv --bandwidth -1", "--bandwidth -1: it must be a positive finite number" },
        { "score --samples x.csv --bandwidth nan", "it must be a positive finite number" },
        { "score --samples x.csv --regularisation heldout", "it must be a number, rule or held-out. Did you mean 'held-out'?" },
        { "score --samples x.csv --regularisation nan", "--regularisation nan: the ridge η of stein: it must be a finite number" },
        { "score --samples x.csv --seed 3", "--seed: it has no effect here, only with --regularisation held-out" },
        { "score --samples x.csv --held-out blocks", "--held-out: it has no effect here, only with --regularisation held-out" },
        { "score --samples x.csv --json", "--json: the scores would be on standard output too; give --out" },
        { "score --samples x.csv --json --quiet --out s.csv", "--quiet: it has no effect with --json" },
        { "score --samples x.csv --loss z.csv --quiet", "--loss: it has no effect with --quiet" },
        { "score --samples - --at -", "only one of --samples, --at and --loss can be standard input" },
        { "dae identiy", "identiy: there is no such command; there are identity, descent, network. Did you mean 'identity'?" },
        { "dae identity --sigma 0", "--sigma 0: it must be" },
        { "dae-identity --sigma 0", "--sigma 0: it must be" },
        { "dae --sigma 1", "--sigma: there is no such option" },
        { "dae descent --samples missing.csv", "missing.csv" },
        { "dae descent --samples missing.csv --data rings", "--samples missing.csv: it must be left out, since data is rings" },
        { "dae network --steps 3", "--steps: there is no such option" },
        { "run missing.json", "missing.json: it cannot be read" },
        { "show icd", "Did you mean 'ica'?" },
        { "show da", "Did you mean 'dae'?" },
        { "show dae", "show: name one of dae-identity, dae-descent, dae-network, or give --all" },
        { "list mixtur", "Did you mean 'mixture'?" },
        { "status --jsn", "--jsn: there is no such option. Did you mean '--json'?" },
        { "bench --method kds", "Did you mean 'ksd'?" },
        { "bench --samples 100", "--samples: it has no effect here, only with --what estimators" },
        { "bench --what estimators --method ksd", "--method: it has no effect here, only with --what training" },
        { "bench --what estimators --fits 0", "--fits 0: it must be a whole number from 1" },
        { "completion", "name a shell (bash, zsh, fish, powershell)" },
        { "completion bsh", "Did you mean 'bash'?" },
        { "completion pwsh", "there are bash, zsh, fish, powershell" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Says_what_is_wrong_and_writes_nothing(string arguments, string message)
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.RunHere(arguments.Split(' '));
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
        Assert.Empty(stein.Entries());
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused_with_those_that_are()
    {
        using var stein = new SteinProgram();
        SteinResult devices = stein.RunHere("devices", "--json");
        using var list = JsonDocument.Parse(devices.Output);
        string? missing = list.RootElement.EnumerateArray()
            .Where(device => !device.GetProperty("available").GetBoolean())
            .Select(device => device.GetProperty("name").GetString())
            .FirstOrDefault();
        if (missing is null)
            Assert.Skip("every device is there");
        SteinResult result = stein.RunHere("ica", "--device", missing);
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains("available here: auto, ", result.Error, StringComparison.Ordinal);
        Assert.Contains("simd", result.Error, StringComparison.Ordinal);
        Assert.Empty(stein.Entries());
    }
}
