using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;
using Xunit;

namespace Stein.Experiments.Tests.Declarations;

/// <summary>What a config record declares of its settings: ranges, names, and where they have an effect.</summary>
public sealed class SettingTests
{
    private static readonly DeclaringExperiment Declaring = new();

    [Theory]
    [InlineData("from_to", "a whole number from 1 to 100", "0", "101")]
    [InlineData("at_least", "a whole number of at least 3", "2", "-1")]
    [InlineData("positive", "a positive number", "0", "-0.5")]
    [InlineData("not_negative", "a number that is not negative", "-0.001", "-1e300")]
    [InlineData("open", "a number between 0 and 1", "0", "1")]
    [InlineData("half_open", "a number above 0, at most 100", "0", "100.5")]
    [InlineData("below", "a number of at least 0.5, below 2", "0.49", "2")]
    [InlineData("optional", "a number from 0.001 to 1000", "0", "1001")]
    [InlineData("list", "a list of numbers above 0, at most 1000", "0", "1001")]
    public void A_number_outside_its_range_is_refused_with_what_is_allowed(string key, string allowed, string low, string high)
    {
        Assert.Equal(allowed, Setting(key).Allowed);
        foreach (string number in (string[])[low, high])
        {
            string value = Setting(key).IsList ? $"[5, {number}]" : number;
            var exception = Assert.Throws<InvalidConfigException>(() => Parse($$"""{"{{key}}": {{value}}}"""));
            Assert.Equal(key, exception.Key);
            Assert.EndsWith($": it must be {allowed}", exception.Problem, StringComparison.Ordinal);
            Assert.Equal($"\"{key}\": {exception.Problem}", exception.Message);
        }
    }

    [Theory]
    [InlineData("""{"from_to": 1}""")]
    [InlineData("""{"from_to": 100}""")]
    [InlineData("""{"at_least": 2147483647}""")]
    [InlineData("""{"not_negative": 0}""")]
    [InlineData("""{"half_open": 100}""")]
    [InlineData("""{"below": 0.5}""")]
    [InlineData("""{"optional": null}""")]
    [InlineData("""{"list": []}""")]
    public void The_bounds_themselves_and_no_value_are_allowed(string config) => Assert.NotNull(Parse(config));

    [Fact]
    public void A_number_that_only_double_precision_has_is_kept()
        => Assert.Equal(1e300, Parse("""{"positive": 1e300}""").Canonical["positive"]!.GetValue<double>());

    [Theory]
    [InlineData("method", "gradent", "gradient")]
    [InlineData("model", "larg", "large")]
    public void A_name_must_be_one_of_those_known(string key, string name, string closest)
    {
        var exception = Assert.Throws<InvalidConfigException>(() => Parse($$"""{"{{key}}": "{{name}}"}"""));
        Assert.Contains($"\"{name}\". Did you mean \"{closest}\"?", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_listed_in_order_with_their_types_choices_defaults_and_options()
    {
        Assert.Equal(
            [
                "method", "model", "kind", "sigma", "depth", "from_to", "at_least", "positive", "not_negative", "open", "half_open",
                "below", "optional", "list",
            ],
            Declaring.Settings.Select(setting => setting.Key));
        Assert.Equal(DeclaringMethod.Names, Setting("method").Choices);
        Assert.Equal(["small", "large"], Setting("model").Choices);
        Assert.Equal(["heavy-tailed", "normal"], Setting("kind").Choices);
        Assert.Null(Setting("sigma").Choices);
        Assert.Equal((typeof(double), false), (Setting("optional").Type, Setting("optional").IsList));
        Assert.Equal((typeof(double), true), (Setting("list").Type, Setting("list").IsList));
        Assert.Equal("[1,2]", Setting("list").Default!.ToJsonString());
        Assert.Equal("normal", Setting("kind").Default!.GetValue<string>());
        Assert.Null(Setting("optional").Default);
        Assert.Null(Setting("method").Allowed);
        Assert.Equal(["half-open"], Setting("half_open").Options);
        Assert.Equal(["n", "count"], Setting("from_to").Options);
        Assert.Equal(("how it is done", ""), (Setting("method").Description, Setting("model").Description));
    }

    [Fact]
    public void A_setting_without_effect_is_set_to_its_default_so_that_it_makes_no_other_run()
    {
        RunConfig plain = Parse("""{"method": "exact"}""");
        Assert.Equal(plain, Parse("""{"method": "exact", "sigma": 3, "depth": 7}"""));
        Assert.Equal(2.0, plain.Canonical["sigma"]!.GetValue<double>());
        Assert.NotEqual(Parse("""{"method": "noise"}"""), Parse("""{"method": "noise", "sigma": 3}"""));
        Assert.NotEqual(Parse("""{"kind": "heavy-tailed"}"""), Parse("""{"kind": "heavy-tailed", "depth": 7}"""));

        (string key, IReadOnlyList<string> values) = Setting("sigma").OnlyFor!.Value;
        Assert.Equal("method", key);
        Assert.Equal(["noise", "gradient"], values);
        Assert.Null(Setting("positive").OnlyFor);
        Assert.True(Setting("sigma").IsIdle(plain.Canonical));
        Assert.False(Setting("sigma").IsIdle(Parse("""{"method": "gradient"}""").Canonical));
        Assert.True(Setting("depth").IsIdle(plain.Canonical));
        Assert.False(Setting("positive").IsIdle(plain.Canonical));
    }

    [Fact]
    public void A_setting_without_effect_must_be_allowed_nevertheless()
        => Assert.Equal(
            "\"sigma\": -1: it must be a positive number",
            Assert.Throws<InvalidConfigException>(() => Parse("""{"method": "exact", "sigma": -1}""")).Message);

    private static Setting Setting(string key) => Declaring.Settings.Single(setting => setting.Key == key);

    private static RunConfig Parse(string config) => Declaring.Parse(JsonNode.Parse(config)!.AsObject());
}

internal enum DeclaringKind
{
    HeavyTailed,
    Normal,
}

internal static class DeclaringMethod
{
    public static IReadOnlyList<string> Names { get; } = ["exact", "noise", "gradient"];
}

/// <summary>A declaration of every kind.</summary>
internal sealed record DeclaringSettings
{
    [Description("how it is done"), OneOf(typeof(DeclaringMethod))]
    public string Method { get; init; } = "exact";

    [AllowedValues("small", "large")]
    public string Model { get; init; } = "small";

    public DeclaringKind Kind { get; init; } = DeclaringKind.Normal;

    [Range(0.0, double.PositiveInfinity, MinimumIsExclusive = true), OnlyFor(nameof(Method), "noise", "gradient")]
    public double Sigma { get; init; } = 2;

    [OnlyFor(nameof(Kind), "heavy-tailed")]
    public int Depth { get; init; } = 1;

    [Range(1, 100), Option("n", "count")]
    public int FromTo { get; init; } = 5;

    [Range(3, int.MaxValue)]
    public int AtLeast { get; init; } = 3;

    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double Positive { get; init; } = 1;

    [Range(0.0, double.MaxValue)]
    public double NotNegative { get; init; }

    [Range(0.0, 1, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Open { get; init; } = 0.5;

    [Range(0.0, 100, MinimumIsExclusive = true)]
    public double HalfOpen { get; init; } = 1;

    [Range(0.5, 2, MaximumIsExclusive = true)]
    public double Below { get; init; } = 1;

    [Range(0.001, 1000)]
    public double? Optional { get; init; }

    [Range(0.0, 1000, MinimumIsExclusive = true)]
    public IReadOnlyList<double> List { get; init; } = [1, 2];
}

/// <summary>An experiment that is never run: its settings are tested.</summary>
internal sealed class DeclaringExperiment : Experiment<DeclaringSettings>
{
    public override string Name => "declaring";

    public override string Title => "declarations";

    public override string Source => "nobody";

    public override int ProtocolVersion => 1;

    protected override IReadOnlyList<DeclaringSettings> Configs(GridScale scale) => [new()];

    protected override double Operations(DeclaringSettings config) => 1;

    protected override string Describe(DeclaringSettings config) => config.Method;

    protected override IRun Start(DeclaringSettings config, Device device) => throw new NotSupportedException();

    protected override Report Compose(Results<DeclaringSettings> results) => new([]);
}
