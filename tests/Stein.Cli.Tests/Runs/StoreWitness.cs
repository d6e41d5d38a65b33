using System.Text.Json;

namespace Stein.Cli.Tests.Runs;

/// <summary>
/// Looks at a store again and again while processes come and go: a result that is there is right and stays as it is, and no checkpoint is
/// lost.
/// </summary>
internal sealed class StoreWitness(string folder)
{
    private readonly Dictionary<string, byte[]> results = [];
    private readonly Dictionary<string, int> iterations = [];

    /// <summary>Results so far.</summary>
    public int Finished => results.Count;

    /// <summary>Looks at every result, those with which a process was just killed included.</summary>
    public void Look()
    {
        if (!Directory.Exists(folder))
            return;
        foreach (string path in Directory.EnumerateFiles(folder, "result.json", SearchOption.AllDirectories))
        {
            string run = Path.GetRelativePath(folder, Path.GetDirectoryName(path)!).Replace('\\', '/');
            byte[] bytes = File.ReadAllBytes(path);
            if (results.TryGetValue(run, out byte[]? former))
                Assert.True(former.AsSpan().SequenceEqual(bytes), $"{run}: the result was written twice");
            else
                LookAtNew(run, bytes);
        }

        Assert.All(results.Keys, run => Assert.True(File.Exists(Path.Combine(folder, run, "result.json")), $"{run}: the result is lost"));
    }

    /// <summary>
    /// Looks at what a process said that began when no other was there: it found every result, went on where a checkpoint was, and nothing
    /// was damaged or failed.
    /// </summary>
    public void Hear(IEnumerable<JsonElement> events)
    {
        foreach (JsonElement said in events)
        {
            string? name = said.GetProperty("event").GetString();
            Assert.False(name == "noted", $"{said}");
            if (name != "planned")
                continue;
            foreach (JsonElement run in said.GetProperty("runs").EnumerateArray())
            {
                string id = run.GetProperty("id").GetString()!;
                string? reason = run.GetProperty("reason").GetString();
                int iteration = run.GetProperty("iteration").GetInt32();
                Assert.True(reason is "new" or "interrupted" or "done" or "elsewhere", $"{run}");
                Assert.True(reason == "done" || !results.ContainsKey($"ica/{id}"), $"a result is not found: {run}");
                Assert.True(
                    reason == "done" || iteration >= iterations.GetValueOrDefault(id),
                    $"went back from {iterations.GetValueOrDefault(id)}: {run}");
                iterations[id] = iteration;
            }
        }
    }

    private void LookAtNew(string run, byte[] bytes)
    {
        foreach (string name in (string[])["config.json", "metrics.csv", "unmixing.csv", "result.json"])
        {
            string path = $"{run}/{name}";
            Assert.True(Contents.Text(Path.Combine(folder, run, name)) == TestGrid.Store[path], $"{path} is not the same");
        }

        results.Add(run, bytes);
    }
}
