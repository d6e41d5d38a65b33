using Stein.Engine.State;
using Stein.Experiments.Studies;
using Xunit;

namespace Stein.Experiments.Tests.Studies;

/// <summary>A training that is interrupted and one that is not.</summary>
internal static class Interruption
{
    /// <summary>Checks that a training saved after three steps and restored to a new one measures the same after six as without.</summary>
    public static void LeavesTheBits(Func<ITraining> begin)
    {
        ITraining whole = begin(), first = begin(), second = begin();
        Run(whole, 6);
        Run(first, 3);
        using var stream = new MemoryStream();
        first.Parts.SaveAll(new BinaryWriter(stream));
        stream.Position = 0;
        second.Parts.RestoreAll(new BinaryReader(stream));
        Run(second, 3);
        Assert.Equal(whole.Measure(), second.Measure());
    }

    private static void Run(ITraining training, int steps)
    {
        for (int step = 0; step < steps; step++)
            training.Step();
    }
}
