using System.Collections.Concurrent;
using Stein.Engine.Random;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>
/// The samples of the trials of a cell. Those of a problem that takes long to sample are drawn once for all tests of it, as long as few
/// cells have been begun since. Safe for use by several threads at once.
/// </summary>
internal static class TrialSamples
{
    /// <summary>As many cells as have runs at the same time: a grid has the tests of a cell one after the other.</summary>
    private const int Kept = 3;

    private static readonly Lock Gate = new();
    private static readonly List<(GofSettings Key, ConcurrentDictionary<int, Lazy<double[]>> Trials)> Cells = [];

    /// <summary>The samples (N×D) of trial 0, 1, …, drawn when they are asked for.</summary>
    /// <param name="count">N.</param>
    public static Func<int, double[]> Of(GofSettings config, int count)
    {
        GofProblem problem = GofProblem.Of(config);
        Func<int, GofHypothesis> hypotheses = GofProblem.HypothesesOf(config);
        if (!problem.IsSlow)
            return Draw;
        // All that the samples depend on, and nothing else.
        var key = new GofSettings
        {
            Problem = config.Problem,
            Dimension = config.Dimension,
            Difference = config.Difference,
            Hidden = config.Hidden,
            ModelSeed = config.ModelSeed,
            VariesModel = config.VariesModel,
            Samples = count,
            Seed = config.Seed,
        };
        lock (Gate)
        {
            int place = Cells.FindIndex(cell => cell.Key == key);
            (GofSettings, ConcurrentDictionary<int, Lazy<double[]>> Trials) cell = place >= 0 ? Cells[place] : (key, []);
            if (place >= 0)
                Cells.RemoveAt(place);
            Cells.Insert(0, cell);
            if (Cells.Count > Kept)
                Cells.RemoveAt(Kept);
            return index => cell.Trials.GetOrAdd(index, trial => new(() => Draw(trial))).Value;
        }

        double[] Draw(int index) => hypotheses(index).Truth
            .Sample(new PhiloxStream(config.Seed, StreamPurpose.TrainingData, (uint)index), count);
    }
}
