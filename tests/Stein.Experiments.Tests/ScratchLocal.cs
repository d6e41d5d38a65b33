using System.Diagnostics;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Experiments.Ica;
using Xunit;

namespace Stein.Experiments.Tests;

public class ScratchLocal
{
    [Fact]
    public void Run()
    {
        using var file = new StreamWriter("/tmp/local17.txt") { AutoFlush = true };
        foreach (int d in (int[])[10, 50, 100, 200])
        {
            foreach (uint seed in (uint[])[101, 102])
            {
                var problem = new IcaProblem(new IcaSettings { Dimension = d, Seed = seed });
                int n = 20000;
                using Device device = CpuDevices.CreateSimd();
                long t0 = Stopwatch.GetTimestamp();
                var x = device.Allocate(n, d);
                device.Write(x, problem.Training);
                var c = device.Allocate(d, d);
                device.Multiply(c, x, x, transposeLeft: true, alpha: 1.0 / n);
                var factor = CholeskyFactor.TryFactor(PaddedMatrix.FromRows(device.Read(c), d, d))!;
                var p = new PaddedMatrix(d, d);
                for (int i = 0; i < d; i++) { p.Row(i).Clear(); p.Row(i)[i] = 1; }
                factor.SolveLower(p);
                double[] forward = p.ToArray();
                var y = device.Allocate(n, d);
                device.Multiply(y, x, device.Upload(d, d, forward), transposeRight: true);
                var moments = new DeviceSourceMoments(device, y);
                double tw = Stopwatch.GetElapsedTime(t0).TotalSeconds;
                double[] start = MaximumLikelihoodIca.RandomRotation(d, seed, 0);
                var contrast = new SteinContrast(SteinContrast.DefaultSmoothness, SteinContrast.DefaultBandwidth);
                double ts = Stopwatch.GetElapsedTime(t0).TotalSeconds - tw;
                t0 = Stopwatch.GetTimestamp();
                moments.Compute(start, [.. Enumerable.Repeat(contrast, d)], hasCurvature: false);
                double t1e = Stopwatch.GetElapsedTime(t0).TotalSeconds;
                t0 = Stopwatch.GetTimestamp();
                var rotation = new SteinRotation(moments, start, contrast, SourceDensity.Laplace);
                rotation.Run(300);
                double t1 = Stopwatch.GetElapsedTime(t0).TotalSeconds;
                t0 = Stopwatch.GetTimestamp();
                var equations = new LikelihoodEquations(moments, Array.ConvertAll(rotation.Unmixing, v => v * Math.Sqrt(2)), SourceDensity.Laplace);
                equations.Run(60);
                double t2 = Stopwatch.GetElapsedTime(t0).TotalSeconds;
                t0 = Stopwatch.GetTimestamp();
                var fast = new FastIca(moments, start, 1e-4);
                fast.Run(400);
                double t3 = Stopwatch.GetElapsedTime(t0).TotalSeconds;
                double Gap(double[] v)
                {
                    double[] full = HostProduct.Multiply(PaddedMatrix.FromRows(v, d, d), PaddedMatrix.FromRows(forward, d, d)).ToArray();
                    double ll = 0;
                    for (int i = 0; i < 5000; i++)
                        for (int a = 0; a < d; a++)
                        {
                            double z = 0;
                            for (int b = 0; b < d; b++) z += full[a * d + b] * problem.Test[i * d + b];
                            ll -= Math.Abs(z) + Math.Log(2);
                        }
                    return problem.Oracle - ll / 5000 - SquareMatrix.LogDeterminant(full, d).LogAbsoluteDeterminant;
                }
                file.WriteLine($"{d} {seed} white {tw:F3} start {ts:F3} eval {t1e:F4} | rot {rotation.Iterations} {t1:F3}s gap {Gap(Array.ConvertAll(rotation.Unmixing, v => v * Math.Sqrt(2))):F4} | eq {equations.Iterations} {t2:F3}s gap {Gap(equations.Unmixing):F4} | fast {fast.Iterations} {fast.IsFinished} {t3:F3}s gap {Gap(Array.ConvertAll(fast.Unmixing, v => v * Math.Sqrt(2))):F4}");
            }
        }
    }
}
