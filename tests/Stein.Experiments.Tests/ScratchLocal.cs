using System.Diagnostics;
using Stein.Engine.Models;
using Stein.Experiments.Ica;
using Xunit;

namespace Stein.Experiments.Tests;

public class ScratchLocal
{
    [Fact]
    public void Run()
    {
        using var file = new StreamWriter("/tmp/draw17.txt") { AutoFlush = true };
        foreach (int d in (int[])[200, 500, 1000])
        {
            long t0 = Stopwatch.GetTimestamp();
            var m = PaperMatrices.Draw(101, d);
            file.WriteLine($"{d} matrices {Stopwatch.GetElapsedTime(t0).TotalSeconds:F1} attempts {m.Truth.Attempts} {m.Initial.Attempts} cond {m.Truth.ConditionNumber:F1}");
            t0 = Stopwatch.GetTimestamp();
            var data = new IcaData(m.Truth.Values, d, BaseDensity.Laplace);
            data.SampleTraining(101, 20000);
            file.WriteLine($"{d} 20000 samples {Stopwatch.GetElapsedTime(t0).TotalSeconds:F1}");
        }
    }
}
