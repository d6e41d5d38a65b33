namespace Stein.Experiments.Ica;

/// <summary>
/// Shares problems, which are large, between runs that need the same one: each is drawn when the first run leases it, and released when
/// the last lease ends, but for the one that ended last, which the next run may need. Safe for use by several threads at once.
/// </summary>
/// <param name="draw">Draws a problem that is not leased.</param>
internal sealed class SharedProblems(Func<IcaSettings, IcaProblem> draw)
{
    private readonly Lock gate = new();
    private readonly Dictionary<IcaSettings, Entry> entries = [];
    private (IcaSettings Key, Entry Entry)? last;

    /// <summary>
    /// The problem of <paramref name="settings"/> until the lease is disposed. Callers that ask while it is being drawn wait for it; if the
    /// draw fails, it fails for all of them and is tried again for the next caller.
    /// </summary>
    public ProblemLease Lease(IcaSettings settings)
    {
        // All that the draw depends on, and nothing else.
        var key = new IcaSettings
        {
            Dimension = settings.Dimension,
            Seed = settings.Seed,
            DataSeed = settings.EffectiveDataSeed,
            TrainingSamples = settings.TrainingSamples,
            TestSamples = settings.TestSamples,
            Base = settings.Base,
        };
        Entry? entry;
        lock (gate)
        {
            if (!entries.TryGetValue(key, out entry))
                entries[key] = entry = last is { } kept && kept.Key == key ? kept.Entry : new Entry(new(() => draw(key)));
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

    private void End(IcaSettings key, Entry entry)
    {
        lock (gate)
        {
            if (--entry.Leases == 0)
            {
                entries.Remove(key);
                last = entry.Problem.IsValueCreated ? (key, entry) : null;
            }
        }
    }

    private sealed record Entry(Lazy<IcaProblem> Problem)
    {
        /// <summary>Under the gate.</summary>
        public int Leases { get; set; }
    }
}

/// <summary>A problem that is kept for one run until this is disposed.</summary>
internal sealed class ProblemLease(IcaProblem problem, Action end) : IDisposable
{
    private Action? end = end;

    public IcaProblem Problem { get; } = problem;

    /// <summary>Ends the lease; further calls do nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref end, null)?.Invoke();
}
