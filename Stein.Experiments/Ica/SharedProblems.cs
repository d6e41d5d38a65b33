using Stein.Engine.Models;

namespace Stein.Experiments.Ica;

/// <summary>
/// Problems, which are large, shared by the runs side by side that need the same: each is drawn when the first run leases it, and let go
/// when the last lease has ended. Safe for use by several threads at once.
/// </summary>
internal sealed class SharedProblems
{
    private readonly Lock gate = new();
    private readonly Dictionary<Key, Entry> entries = [];
    private readonly Func<IcaSettings, IcaProblem> draw;

    public SharedProblems()
        : this(IcaProblem.Create)
    {
    }

    /// <param name="draw">Draws a problem that nobody holds.</param>
    internal SharedProblems(Func<IcaSettings, IcaProblem> draw) => this.draw = draw;

    /// <summary>
    /// The problem of <paramref name="settings"/> until the lease is disposed. Those who ask while it is being drawn wait for it; if that
    /// fails, it fails for all of them, and is tried again for who asks next.
    /// </summary>
    public ProblemLease Lease(IcaSettings settings)
    {
        var key = new Key(settings);
        Entry? entry;
        lock (gate)
        {
            if (!entries.TryGetValue(key, out entry))
                entries[key] = entry = new Entry(() => draw(settings));
            entry.Leases++;
        }

        try
        {
            return new ProblemLease(entry.Problem.Value, () => End(key, entry));
        }
        catch
        {
            End(key, entry);
            throw;
        }
    }

    private void End(Key key, Entry entry)
    {
        lock (gate)
        {
            if (--entry.Leases == 0)
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

    private sealed class Entry(Func<IcaProblem> draw)
    {
        public Lazy<IcaProblem> Problem { get; } = new(draw);

        /// <summary>Under the gate.</summary>
        public int Leases { get; set; }
    }
}

/// <summary>A problem that is kept for one run until this is disposed.</summary>
internal sealed class ProblemLease(IcaProblem problem, Action end) : IDisposable
{
    private Action? end = end;

    public IcaProblem Problem { get; } = problem;

    /// <summary>Ends the lease, once however often it is called.</summary>
    public void Dispose() => Interlocked.Exchange(ref end, null)?.Invoke();
}
