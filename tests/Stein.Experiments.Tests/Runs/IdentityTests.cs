using System.Text.Json.Nodes;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Runs;
using Stein.Tests;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

public sealed class IdentityTests
{
    private static readonly WalkExperiment Walk = new();

    /// <summary>The SHA-256 was computed by coreutils' sha256sum from the text below; a change of it orphans every store.</summary>
    [Fact]
    public void Identity_is_the_hash_of_the_canonical_document()
    {
        RunConfig run = Walk.Identify(new WalkConfig());
        Assert.Equal(
            """{"config":{"kind":"normal","length":9,"measure_every":3,"scale":0.1,"seed":60}"""
                + ""","experiment":"walk","precision":"single","protocol":3}""",
            CanonicalJson.Text(run.Document));
        Assert.Equal("5ade418d0455fd1c377b1532785621aeab32911809e470dbde82550bb4287a72", run.Id);
    }

    [Fact]
    public void Every_setting_the_precision_and_the_protocol_change_it()
    {
        WalkConfig config = new();
        RunConfig[] runs =
        [
            Walk.Identify(config),
            Walk.Identify(config, Precision.Double),
            new WalkExperiment(protocolVersion: 4).Identify(config),
            Walk.Identify(config with { Seed = 61 }),
            Walk.Identify(config with { Length = 10 }),
            Walk.Identify(config with { Scale = 0.1 + 1e-16 }),
            Walk.Identify(config with { Kind = StepKind.HeavyTailed }),
            Walk.Identify(config with { MeasureEvery = 1 }),
            Walk.Identify(config with { DataSeed = 60 }),
            Walk.Identify(config with { FailsAt = 1 }),
        ];
        Assert.Equal(runs.Length, runs.Select(run => run.Id).Distinct().Count());
    }

    /// <summary>A setting that is added later must not orphan the stores of those who have the published runs.</summary>
    [Theory]
    [MemberData(nameof(Published))]
    public void Published_runs_keep_theirs(string experiment)
    {
        string path = Path.Combine(Repository.Folder, "results", experiment, "provenance.json");
        IEnumerable<string> published =
            JsonNode.Parse(File.ReadAllText(path))!["runs"]!.AsArray().Select(run => run!["id"]!.GetValue<string>());
        IEnumerable<string> present = ExperimentRegistry.All.Single(known => known.Name == experiment).Grid(GridScale.Paper)
            .Select(run => run.Id);
        Assert.Equal(present.Order(), published.Order());
    }

    /// <summary>The experiments with results.</summary>
    public static TheoryData<string> Published => new(
        Directory.EnumerateDirectories(Path.Combine(Repository.Folder, "results")).Select(folder => Path.GetFileName(folder)!));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"seed": 60, "scale": 1e-1, "data_seed": null}""")]
    [InlineData("""{"scale": 0.100, "kind": "normal", "length": 9}""")]
    public void However_a_config_is_written_it_is_the_same_run(string config)
        => Assert.Equal(Walk.Identify(new WalkConfig()).Id, Walk.Parse(JsonNode.Parse(config)!.AsObject()).Id);

    [Fact]
    public void A_saved_config_replays_the_run()
    {
        RunConfig run = Walk.Identify(
            new WalkConfig { Kind = StepKind.HeavyTailed, DataSeed = ulong.MaxValue, Scale = 1e-300 }, Precision.Double);
        RunConfig read = ConfigDocument.Read(ConfigDocument.Text(run), [Walk]);
        Assert.Equal(run.Config, read.Config);
        Assert.Equal(run, read);
    }

    [Theory]
    [InlineData("""{"sead": 1}""", "unknown key \"sead\". Did you mean \"seed\"?")]
    [InlineData("""{"is_long": true}""", "unknown key \"is_long\"")]
    [InlineData("""{"seed": -1}""", "\"seed\": -1: it must be a whole number from 0 to 4294967295")]
    [InlineData("""{"length": 2.5}""", "\"length\": 2.5: it must be a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"length": -1}""", "\"length\": -1: it must be a whole number of at least 0")]
    [InlineData("""{"scale": "1"}""", "\"scale\": \"1\": it must be a number")]
    [InlineData("""{"scale": 1e999}""", "\"scale\": 1e999: it must be a number")]
    [InlineData("""{"kind": "lumpy"}""", "\"kind\": \"lumpy\": it must be one of \"normal\", \"heavy-tailed\"")]
    [InlineData("""{"kind": 1}""", "\"kind\": 1: it must be one of")]
    [InlineData("""{"seed": [1]}""", "\"seed\": [1]: it must be a whole number")]
    public void A_bad_config_says_what_is_wrong_and_what_is_allowed(string config, string message)
    {
        string document = $$"""{"experiment": "walk", "config": {{config}}}""";
        Assert.Contains(
            message, Assert.Throws<InvalidConfigException>(() => ConfigDocument.Read(document, [Walk])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"experiment": "wolk"}""", "Did you mean \"walk\"?")]
    [InlineData("""{"experiment": "walk", "confg": {}}""", "Did you mean \"config\"?")]
    [InlineData("""{"experiment": "walk", "protocol": 2}""", "saved under protocol 2")]
    [InlineData("""{"experiment": "walk", "precision": "half"}""", "\"precision\": \"half\": it must be one of \"single\", \"double\"")]
    [InlineData("""{"experiment": "walk", "config": 1}""", "it must be an object")]
    [InlineData("""{"config": {}}""", "\"experiment\" is missing")]
    [InlineData("""{"experiment": "walk", "experiment": "walk"}""", "not valid JSON")]
    [InlineData("[]", "a JSON object")]
    [InlineData("{", "not valid JSON")]
    public void A_bad_document_says_what_is_wrong(string document, string message)
        => Assert.Contains(
            message, Assert.Throws<InvalidConfigException>(() => ConfigDocument.Read(document, [Walk])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_number_that_is_not_finite_is_no_setting()
        => Assert.Throws<InvalidConfigException>(() => Walk.Identify(new WalkConfig { Scale = double.NaN }));
}
