namespace Stein.Cli.Tests;

/// <summary>The scripts of <c>stein completion</c> in the shells themselves, where they are installed.</summary>
public sealed class ShellTests
{
    /// <summary>The line before the cursor, and what the shell is to offer there.</summary>
    private static readonly (string Line, string Expected)[] Lines =
    [
        ("stein ica --method ",
            "deep-ksd deep-ksd-local fastica fastica-mle ksd local local-online lsd lsd-local maxsksd maxsksd-rg mle mle-truth "
            + "mle-whitened whitening"),
        ("stein ica --method max", "maxsksd maxsksd-rg"),
        ("stein ica --method=max", "--method=maxsksd --method=maxsksd-rg"),
        ("stein ica --base laplace --dev", "--device"),
        ("stein ica --out my\\ tools --base s", "student-t"),
        ("stein ica --out 'my tools' --base s", "student-t"),
        (
            "./stein reproduce i",
            "ica ica-active ica-local ica-local-ablation ica-local-large ica-local-robust ica-local-samples ica-settings"),
        ("my\\ tools/stein bench --device d", "double"),
    ];

    /// <summary>Bash, asked through the variables that it sets for a completion.</summary>
    private const string BashDriver =
        """
        source "$1"; shift
        for line; do
          COMP_LINE=$line COMP_POINT=${#line} COMP_WORDBREAKS=$' \t\n"\'@><;|&(:' COMPREPLY=()
          # As bash splits it: blanks that are hidden by a backslash do not end a word.
          first=$(sed -E 's/^((\\.|[^ \\])*).*/\1/' <<<"$line")
          COMP_WORDS=("$first")
          _stein stein "" ""
          printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | tr '\n' ' '; echo
        done
        """;

    /// <summary>Zsh, with its words as the completion system passes them; what would be added to the list is printed.</summary>
    private const string ZshDriver =
        """
        compdef() { : }
        compadd() { shift; print -l -- "$@" | LC_ALL=C sort | tr '\n' ' '; print }
        source "$1"; shift
        for line; do
          words=(${(z)line})
          [[ $line == *' ' ]] && words+=('')
          CURRENT=$#words PREFIX=$words[-1]
          _stein
        done
        """;

    private const string FishDriver =
        """
        source $argv[1]
        for line in $argv[2..-1]
            complete -C $line | LC_ALL=C sort | tr '\n' ' '; echo
        end
        """;

    private const string PowerShellDriver =
        """
        Get-Content -Raw $args[0] | Invoke-Expression
        foreach ($line in $args[1..($args.Count - 1)]) {
          $found = @((TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText)
          [Array]::Sort($found, [StringComparer]::Ordinal)
          "$found "
        }
        """;

    [Fact]
    public void Bash_offers_what_fits() => Check("bash", BashDriver, ["--norc", "--noprofile"], Lines);

    [Fact]
    public void Zsh_offers_what_fits() => Check("zsh", ZshDriver, ["-f"], Lines);

    [Fact]
    public void Fish_offers_what_fits() => Check("fish", FishDriver, ["--no-config"], Lines);

    [Fact]
    public void PowerShell_offers_what_fits()
    {
        // PowerShell takes a quoted name for the name of a program only behind an ampersand, and no backslash before a blank.
        IEnumerable<(string Line, string Expected)> lines = Lines.Where(line => !line.Line.Contains('\\', StringComparison.Ordinal));
        Check("pwsh", PowerShellDriver, ["-NoProfile", "-File"], [.. lines, ("& './my tools/stein' bench --device d", "double")]);
    }

    /// <summary>A person at a keyboard: the line is typed in an interactive shell, and read after the tabulator key.</summary>
    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    public void A_line_is_completed_by_the_tabulator(string shell)
    {
        Require(shell);
        if (!OperatingSystem.IsLinux() || !ExternalProgram.IsInstalled("script"))
            Assert.Skip("there is no 'script' of util-linux here, which makes a terminal");
        using var stein = new SteinProgram();
        Prepare(stein);
        // The keyboard of a person who looks before typing on: each line waits for the file that the one before leaves.
        const string keyboard =
            """
            wait_for() { for ((tries = 0; tries < 600; tries++)); do [[ -s $1 ]] && return; sleep 0.05; done; }
            printf '%s\n' "$1"; wait_for ready
            number=0
            while IFS= read -r line; do
              printf '%s\t\030q' "$line"; wait_for "typed$((++number))"; printf '\025'
            done <<<"$2"
            printf 'exit\n'
            """;
        string bindings = shell == "bash"
            ? """source <(stein completion bash); bind -x '"\C-xq": printf %s "$READLINE_LINE" >typed$((++number))'; echo 1 >ready"""
            : "autoload -Uz compinit; compinit -u -D; source <(stein completion zsh); "
                + "show() { print -rn -- $BUFFER >typed$((++number)) }; zle -N show; bindkey '^Xq' show; echo 1 >ready";
        (string Typed, string Completed)[] lines =
        [
            ("stein ica --base stu", "stein ica --base student-t "),
            ("stein ica --method=maxsksd-", "stein ica --method=maxsksd-rg "),
            ("./stein repro", "./stein reproduce "),
            ("my\\ tools/stein ica --json --dev", "my\\ tools/stein ica --json --device "),
            ("stein ica --out my", "stein ica --out my\\ tools/"),
        ];
        File.WriteAllText(stein.PathOf("keyboard"), keyboard);
        string interactive = shell == "bash" ? "bash --norc --noprofile -i" : "zsh -f -i";
        SteinResult result = ExternalProgram.Run(
            stein.Folder,
            new Dictionary<string, string?> { ["KEYS"] = bindings, ["TYPED"] = string.Join('\n', lines.Select(line => line.Typed)) },
            "bash",
            "-c",
            $"bash keyboard \"$KEYS\" \"$TYPED\" | script -qfec '{interactive}' /dev/null");
        for (int index = 0; index < lines.Length; index++)
        {
            string file = stein.PathOf($"typed{index + 1}");
            Assert.True(File.Exists(file), $"{lines[index].Typed}: nothing was read\n{result}");
            Assert.Equal(lines[index].Completed, File.ReadAllText(file));
        }
    }

    [Theory]
    [InlineData("bash", "complete -o bashdefault -o default -F _stein stein")]
    [InlineData("zsh", "#compdef stein")]
    [InlineData("fish", "complete -c stein")]
    [InlineData("powershell", "Register-ArgumentCompleter -Native -CommandName stein")]
    public void Script_registers_the_command(string shell, string registration)
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run("completion", shell);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(registration, result.Output, StringComparison.Ordinal);
        Assert.Contains("[suggest]", result.Output, StringComparison.Ordinal);
    }

    private static void Check(string shell, string driver, string[] options, (string Line, string Expected)[] lines)
    {
        Require(shell);
        using var stein = new SteinProgram();
        Prepare(stein);
        string name = shell == "pwsh" ? "powershell" : shell;
        File.WriteAllText(stein.PathOf("script.ps1"), stein.Run("completion", name).Output);
        File.WriteAllText(stein.PathOf("driver.ps1"), driver);
        string[] arguments = [.. options, "driver.ps1", "script.ps1", .. lines.Select(line => line.Line)];
        SteinResult result = ExternalProgram.Run(stein.Folder, new Dictionary<string, string?>(), shell, arguments);
        string[] answers = [.. result.Output.Split('\n').Select(answer => answer.Trim()).Where(answer => answer.Length > 0)];
        Assert.True(answers.Length == lines.Length, $"{result}");
        for (int index = 0; index < lines.Length; index++)
            Assert.Equal((lines[index].Line, lines[index].Expected), (lines[index].Line, answers[index]));
    }

    /// <summary>The program in the folder itself and in one with a blank in its name.</summary>
    private static void Prepare(SteinProgram stein)
    {
        Directory.CreateDirectory(stein.PathOf("my tools"));
        File.CreateSymbolicLink(stein.PathOf("my tools", "stein"), ExternalProgram.Stein);
        File.CreateSymbolicLink(stein.PathOf("stein"), ExternalProgram.Stein);
    }

    private static void Require(string shell)
    {
        if (!ExternalProgram.IsInstalled(shell))
            Assert.Skip($"{shell} is not installed");
    }
}
