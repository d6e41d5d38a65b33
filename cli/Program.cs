using System.Diagnostics;
using Stein.Engine.Devices.Cpu;
using Stein.Experiments.Ica;

var s = new IcaSettings { Method = args[0], Dimension = int.Parse(args[1]), Iterations = int.Parse(args[2]) };
if (args.Length > 3) s = s with { Kernel = args[3] };
var problem = IcaProblem.Create(s);
using var device = args.Length > 4 ? CpuDevices.CreateSimd(int.Parse(args[4])) : CpuDevices.CreateSimd();
var t = new IcaTraining(device, s, problem);
Console.WriteLine($"oracle {problem.Oracle:F3}");
var times = new List<double>();
for (int i = 0; i < t.Iterations; i++)
{
    long a = Stopwatch.GetTimestamp();
    t.Step();
    times.Add(Stopwatch.GetElapsedTime(a).TotalMilliseconds);
    if (i % 1000 == 999) Console.WriteLine($"{i + 1} ll {t.TestLogLikelihood():F3} loss {t.Loss():G4} amari {t.CurrentAmariDistance():F3}");
}
times.Sort();
Console.WriteLine($"final {t.TestLogLikelihood():F3} median {(times.Count > 0 ? times[times.Count / 2] : 0):F4} ms  p10 {(times.Count > 0 ? times[times.Count / 10] : 0):F4}");
