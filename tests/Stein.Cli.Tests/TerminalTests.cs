using System.Text.RegularExpressions;

namespace Stein.Cli.Tests;

/// <summary>Colours and width: NO_COLOR, TERM, COLUMNS, and the size of the terminal.</summary>
public sealed partial class TerminalTests(TerminalTests.FinishedRuns runs) : IClassFixture<TerminalTests.FinishedRuns>
{
    // Every column that there is, the paper's too, and no training.
    private static readonly string[] Selection = ["ica", "--dims", "10,20", "--methods", "whitening", "--out", "out"];

    private string[] Report => ["report", .. Selection, "--store", runs.Store];

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("0", false)]
    public void NO_COLOR_takes_colours_and_all_escape_codes_away_unless_it_is_empty(string? value, bool expected)
    {
        string output = RunInTerminal(100, new() { ["NO_COLOR"] = value }, ["reproduce", "--device", "simd", .. Selection]);
        Assert.Equal(expected, Colour().IsMatch(output));
        Assert.Equal(expected, output.Contains('\e', StringComparison.Ordinal));
        Assert.Contains("Test log-likelihood", output, StringComparison.Ordinal);
        // The cursor is shown again, and the keypad is left in its mode.
        Assert.Equal(output.LastIndexOf("\e[?25h", StringComparison.Ordinal), output.LastIndexOf("\e[?25", StringComparison.Ordinal));
        Assert.DoesNotContain("\e[?1h", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("show", "ica")]
    [InlineData("--help")]
    public void What_only_prints_sends_no_escape_codes(params string[] arguments)
        => Assert.DoesNotContain('\e', RunInTerminal(100, [], arguments));

    /// <summary>
    /// The first interrupts in the middle of an iteration that takes long, the second ends the program while it draws, which it does only
    /// with a terminal as input too.
    /// </summary>
    [Fact]
    public void The_cursor_is_shown_after_a_second_interruption()
    {
        if (!OperatingSystem.IsLinux() || !ExternalProgram.IsInstalled("script"))
            Assert.Skip("there is no 'script' of util-linux here, which makes a terminal");
        using var stein = new SteinProgram();
        const string Command = """
            stty cols 100 rows 40
            env --default-signal=INT stein ica --method ksd --dim 40 --batch 20000 --device simd </dev/tty & process=$!
            until grep -q "[?]25l" typescript || ! kill -0 $process; do sleep 0.1; done
            kill -INT $process
            sleep 0.3
            kill -INT $process
            wait $process
            """;
        SteinResult result = ExternalProgram.Run(
            stein.Folder, new Dictionary<string, string?>(), "script", "-qefc", $"bash -c '{Command}'", "typescript");
        Assert.True(result.ExitCode == 130, $"{result}");
        Assert.Contains("\e[?25l", result.Output, StringComparison.Ordinal);
        Assert.Equal(
            result.Output.LastIndexOf("\e[?25h", StringComparison.Ordinal), result.Output.LastIndexOf("\e[?25", StringComparison.Ordinal));
    }

    [Fact]
    public void A_dumb_terminal_gets_no_escape_codes()
    {
        string output = RunInTerminal(100, new() { ["TERM"] = "dumb" }, ["reproduce", "--device", "simd", .. Selection]);
        Assert.DoesNotContain('\e', output);
        Assert.Contains("[6/10]", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    public void A_file_gets_no_escape_codes(string noColor)
    {
        SteinResult result = Run(new() { ["NO_COLOR"] = noColor }, Report);
        Assert.DoesNotContain('\e', result.Output + result.Error);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(120)]
    public void Tables_keep_to_COLUMNS_and_break_no_cell(int columns)
    {
        SteinResult result = Run(new() { ["COLUMNS"] = $"{columns}" }, Report);
        string[] table = [.. Lines(result.Output).Where(IsOfTable)];
        Assert.All(table, line => Assert.InRange(line.Length, 1, columns));
        // Whole numbers in every row, all seeds, and the summary.
        Assert.All(table.Where(line => line.Contains("whitening", StringComparison.Ordinal)), line => Assert.Matches(WholeCells(), line));
        foreach (string header in (string[])["seed 60", "seed 70", "seed 80", "seed 90", "seed 100", "mean ± s.e.", "Amari", "verdict"])
            Assert.Contains(table, line => line.Contains(header, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_COLUMNS_a_table_in_a_file_is_as_wide_as_it_needs()
    {
        string[] table = [.. Lines(Run([], Report).Output).Where(IsOfTable)];
        Assert.Contains(
            table, line => line.Contains("seed 100", StringComparison.Ordinal) && line.Contains("verdict", StringComparison.Ordinal));
    }

    [Fact]
    public void Tables_and_help_keep_to_the_terminal()
    {
        const int Columns = 60;
        string[] lines = Lines(RunInTerminal(Columns, [], Report));
        Assert.All(lines.Where(IsOfTable), line => Assert.InRange(line.Length, 1, Columns));
        Assert.Contains(lines, IsOfTable);
        foreach (string help in (string[])[RunInTerminal(Columns, [], "ica", "--help"),
            Run(new() { ["COLUMNS"] = $"{Columns}" }, "ica", "--help").Output])
        {
            // Examples are commands to copy, and stay on their lines.
            string options = help[..help.IndexOf("Examples:", StringComparison.Ordinal)];
            Assert.All(Lines(options), line => Assert.InRange(line.Length, 0, Columns));
        }
    }

    [Fact]
    public void COLUMNS_does_not_widen_a_terminal()
    {
        string[] lines = Lines(RunInTerminal(70, new() { ["COLUMNS"] = "150" }, Report));
        Assert.All(lines.Where(IsOfTable), line => Assert.InRange(line.Length, 1, 70));
    }

    private static SteinResult Run(Dictionary<string, string?> environment, params string[] arguments)
    {
        using var stein = new SteinProgram();
        SteinResult result = ExternalProgram.Run(stein.Folder, environment, ExternalProgram.Stein, arguments);
        Assert.True(result.ExitCode == 0, $"{result}");
        return result;
    }

    /// <summary>All that a terminal of that many columns is sent.</summary>
    private static string RunInTerminal(int columns, Dictionary<string, string?> environment, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || !ExternalProgram.IsInstalled("script"))
            Assert.Skip("there is no 'script' of util-linux here, which makes a terminal");
        using var stein = new SteinProgram();
        string command = $"stty cols {columns} rows 40 && stein {string.Join(' ', arguments)}";
        SteinResult result = ExternalProgram.Run(stein.Folder, environment, "script", "-qefc", command, "/dev/null");
        Assert.True(result.ExitCode == 0, $"{result}");
        return result.Output;
    }

    /// <summary>A store with the runs that are reported.</summary>
    public sealed class FinishedRuns : IDisposable
    {
        private readonly SteinProgram stein = new();

        public FinishedRuns()
        {
            SteinResult result = stein.Run(["reproduce", "--device", "simd", "--quiet", "--store", "store", .. Selection]);
            Assert.True(result.ExitCode == 0, $"{result}");
        }

        public string Store => stein.PathOf("store");

        public void Dispose() => stein.Dispose();
    }

    private static string[] Lines(string output) => [.. output.Split('\n').Select(line => Escape().Replace(line, "").TrimEnd('\r'))];

    private static bool IsOfTable(string line) => line.Length > 0 && "╭├╰│".Contains(line[0], StringComparison.Ordinal);

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Colour();

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]|\e[=>]")]
    private static partial Regex Escape();

    [GeneratedRegex(@"^│ whitening[^│]*│( +(–|−?[0-9]+(\.[0-9]+)?( ± [0-9]+\.[0-9]+)?)? │)+$")]
    private static partial Regex WholeCells();
}
