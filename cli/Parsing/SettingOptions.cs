using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;

namespace Stein.Cli.Parsing;

/// <summary>The settings of an experiment as options, one for each setting that has a description, and the runs that they make.</summary>
internal sealed partial class SettingOptions
{
    private readonly Experiment experiment;
    private readonly (Setting Setting, Option<JsonNode[]> Option)[] options;
    private readonly Option<string>? protocol;

    private SettingOptions(Experiment experiment, Func<Setting, string> defaultText, Func<Setting, IEnumerable<string>> suggested)
    {
        this.experiment = experiment;
        options =
        [
            .. from setting in experiment.Settings
               where setting.Description.Length > 0
               select (setting, Values.Json(setting, Describe(setting) + defaultText(setting), () => suggested(setting))),
        ];
    }

    private SettingOptions(Experiment experiment)
        : this(
            experiment,
            setting => setting.Default is { } value ? $" [default: {Text(value)}]" : "",
            setting => setting.Default is { } value ? [Text(value)] : [])
    {
        if (experiment.Protocols.Count == 0)
            return;
        string meanings = string.Join("; ", experiment.Protocols.Select(one => $"{one.Name}: {one.Meaning}"));
        protocol = Values.Choice(
            "--protocol",
            $"settings to begin with; others that are given replace them. {meanings}",
            [.. experiment.Protocols.Select(one => one.Name)],
            experiment.Protocols[0].Name);
    }

    /// <summary>Options that make runs from the defaults, or from a protocol.</summary>
    public static SettingOptions OfRuns(Experiment experiment) => new(experiment);

    /// <summary>Options that select or change runs of a grid.</summary>
    public static SettingOptions OfGrid(Experiment experiment) => new(
        experiment,
        _ => " [default: those of the grid]",
        setting => ValuesIn(experiment.Grid(GridScale.Paper), setting));

    /// <summary>An option with a value that selects a part of the paper's grid; null if no setting has several values there.</summary>
    public static string? ExampleOfPart(Experiment experiment)
    {
        IReadOnlyList<RunConfig> grid = experiment.Grid(GridScale.Paper);
        return (from setting in experiment.Settings
                where setting.Description.Length > 0
                let values = ValuesIn(grid, setting).Take(2).ToArray()
                where values.Length > 1
                select $"--{setting.Options[0]} {values[0]}").FirstOrDefault();
    }

    public void AddTo(Command command)
    {
        if (protocol is not null)
            command.Options.Add(protocol);
        foreach ((_, Option<JsonNode[]> option) in options)
            command.Options.Add(option);
    }

    /// <summary>The words that select the same: each option that is given, and its values.</summary>
    public IReadOnlyList<string> Words(ParseResult parsed)
        =>
        [
            .. protocol is not null && parsed.GetResult(protocol) is { Implicit: false }
                ? [protocol.Name, parsed.GetValue(protocol)!]
                : (string[])[],
            .. Given(parsed).SelectMany(given => given.Values.Select(Text).Prepend(given.Name)),
        ];

    /// <summary>A run for each combination of the values given, in the order of nested loops over the settings, seeds innermost.</summary>
    /// <exception cref="UsageException">A run cannot be run, or an option has no effect.</exception>
    public IReadOnlyList<RunConfig> Combinations(ParseResult parsed, Precision precision)
    {
        string? name = protocol is null ? null : parsed.GetValue(protocol);
        List<JsonObject> configs = [experiment.Protocols.FirstOrDefault(one => one.Name == name)?.Settings.DeepClone().AsObject() ?? []];
        foreach (GivenSetting given in Given(parsed).OrderBy(given => given.Setting.Key.EndsWith("seed", StringComparison.Ordinal)))
            configs = [.. from config in configs from value in given.Alternatives select given.In(config, value)];
        return Runs(parsed, configs, precision);
    }

    /// <summary>
    /// The part of a grid that is meant. A value that occurs among the runs selects those that have it, and any that the setting does not
    /// concern; another value takes the place of what the runs have.
    /// </summary>
    /// <exception cref="UsageException">A run cannot be run, or an option has no effect.</exception>
    public IReadOnlyList<RunConfig> Part(ParseResult parsed, GridScale scale, Precision precision)
    {
        IReadOnlyList<RunConfig> grid = experiment.Grid(scale, precision);
        GivenSetting[] all = [.. Given(parsed)];
        if (all.Length == 0)
            return grid;
        List<JsonObject> configs = [.. grid.Select(run => run.Canonical)];
        foreach (GivenSetting given in all)
        {
            ILookup<bool, JsonNode> occurs = given.Alternatives.ToLookup(
                value => configs.Any(config => given.Has(config, value) && !given.Setting.IsIdle(config)));
            configs =
            [
                .. configs.Where(
                    config => occurs[true].Any(value => given.Has(config, value) || given.Setting.IsIdle(config))),
                .. from value in occurs[false] from config in configs select given.In(config, value),
            ];
        }

        return Runs(parsed, configs, precision);
    }

    /// <summary>The message about a config that cannot be run, for those who gave options and no keys.</summary>
    /// <param name="exception">What is wrong.</param>
    /// <param name="experiment">Whose config it is.</param>
    /// <param name="given">The options by key, as they were typed; null for their first names.</param>
    public static UsageException Explain(
        InvalidConfigException exception, Experiment experiment, IReadOnlyDictionary<string, string>? given = null)
    {
        string message = exception.Key is { } key && NameOf(key) is { } name ? $"{name} {exception.Problem}" : exception.Message;
        return new UsageException(
            KeyWithValue().Replace(message, match => NameOf(match.Groups[1].Value) is { } option ? $"{option} is " : match.Value),
            exception);

        string? NameOf(string wanted) => given?.GetValueOrDefault(wanted)
            ?? (experiment.Settings.FirstOrDefault(setting => setting.Key == wanted && setting.Description.Length > 0) is { } setting
                ? $"--{setting.Options[0]}" : null);
    }

    private RunConfig[] Runs(ParseResult parsed, IReadOnlyList<JsonObject> configs, Precision precision)
    {
        RunConfig[] runs;
        try
        {
            runs = [.. configs.Select(config => experiment.Parse(config, precision)).Distinct()];
        }
        catch (InvalidConfigException exception)
        {
            throw Explain(exception, experiment, Given(parsed).ToDictionary(given => given.Setting.Key, given => given.Name));
        }

        foreach (GivenSetting given in Given(parsed))
        {
            if (given.Setting.OnlyFor is not null && runs.All(run => given.Setting.IsIdle(run.Canonical)))
                throw new UsageException($"{given.Name}: it has no effect here, {OnlyFor(given.Setting)}. Leave it out.");
        }

        return runs;
    }

    private IEnumerable<GivenSetting> Given(ParseResult parsed) =>
        from entry in options
        let result = parsed.GetResult(entry.Option)
        where result is { Implicit: false }
        select new GivenSetting(entry.Setting, result.IdentifierToken?.Value ?? entry.Option.Name, parsed.GetRequiredValue(entry.Option));

    private string Describe(Setting setting)
    {
        string allowed = setting.Allowed is { } range ? $"; {range}" : "";
        return setting.Description + allowed + (setting.OnlyFor is null ? "" : $"; {OnlyFor(setting)}");
    }

    /// <summary>"only with --method lsd or mle".</summary>
    private string OnlyFor(Setting setting)
    {
        (string key, IReadOnlyList<string> values) = setting.OnlyFor!.Value;
        string option = experiment.Settings.Single(other => other.Key == key).Options[0];
        string last = values.Count == 1 ? values[0] : $"{string.Join(", ", values.SkipLast(1))} or {values[^1]}";
        return $"only with --{option} {last}";
    }

    private static IEnumerable<string> ValuesIn(IReadOnlyList<RunConfig> grid, Setting setting) =>
        (from run in grid
         let config = run.Canonical
         where config[setting.Key] is not null && !setting.IsIdle(config)
         select Text(config[setting.Key])).Distinct();

    private static string Text(JsonNode? value) => value is JsonArray items ? string.Join(',', items) : $"{value}";

    [GeneratedRegex("\"(\\w+)\" is ")]
    private static partial Regex KeyWithValue();

    /// <summary>A setting that is given.</summary>
    /// <param name="Name">Its option, as it was typed.</param>
    /// <param name="Values">At least one.</param>
    private sealed record GivenSetting(Setting Setting, string Name, IReadOnlyList<JsonNode> Values)
    {
        /// <summary>The values to choose from; of a setting that is a list, the list alone.</summary>
        public IReadOnlyList<JsonNode> Alternatives
            => Setting.IsList ? [new JsonArray([.. Values.Select(value => value.DeepClone())])] : Values;

        public bool Has(JsonObject config, JsonNode value) => JsonNode.DeepEquals(config[Setting.Key], value);

        /// <summary>The config with that value.</summary>
        public JsonObject In(JsonObject config, JsonNode value)
        {
            JsonObject changed = config.DeepClone().AsObject();
            changed[Setting.Key] = value.DeepClone();
            return changed;
        }
    }
}
