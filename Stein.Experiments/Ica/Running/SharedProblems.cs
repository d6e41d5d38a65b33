using Stein.Engine.Models;

namespace Stein.Experiments.Ica;

/// <summary>The problems of a plan: drawn when the first run needs them, shared by the runs of one seed, let go after the last.</summary>
internal sealed class SharedProblems
{
    private readonly Lock gate = new();
    private readonly Dictionary<Key, Entry> entries = [];

    public SharedProblems(IEnumerable<IcaSettings> plan)
    {
        foreach (IcaSettings settings in plan)
        {
            var key = new Key(settings);
            if (entries.TryGetValue(key, out Entry? entry))
                entry.Users++;
            else
                entries[key] = new Entry(settings);
        }
    }

    /// <summary>The problem of <paramref name="settings"/>; runs that ask for it while it is being drawn wait for it.</summary>
    public IcaProblem Get(IcaSettings settings)
    {
        Entry entry;
        lock (gate)
            entry = entries[new Key(settings)];
        return entry.Problem.Value;
    }

    /// <summary>One run fewer needs the problem.</summary>
    public void Release(IcaSettings settings)
    {
        lock (gate)
        {
            var key = new Key(settings);
            if (--entries[key].Users == 0)
                entries.Remove(key);
        }
    }

    /// <summary>Everything that the draw of a problem depends on.</summary>
    private sealed record Key(int Dimension, uint Seed, ulong DataSeed, int TrainingSamples, int TestSamples, BaseDensity Base)
    {
        public Key(IcaSettings settings)
            : this(
                settings.Dimension,
                settings.Seed,
                settings.EffectiveDataSeed,
                settings.TrainingSamples,
                settings.TestSamples,
                settings.Base)
        {
        }
    }

    private sealed class Entry(IcaSettings settings)
    {
        public Lazy<IcaProblem> Problem { get; } = new(() => IcaProblem.Create(settings));

        public int Users { get; set; } = 1;
    }
}
