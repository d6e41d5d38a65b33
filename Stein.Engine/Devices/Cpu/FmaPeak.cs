using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Stein.Engine.Devices.Cpu;

/// <summary>
/// The peak rate of single-precision operations on one thread, with which kernels are compared: multiply-adds of the widest vectors
/// on registers alone, in twelve independent chains, which is more than latency times units on any current processor.
/// </summary>
internal static class FmaPeak
{
    private const int Chains = 12;
    private const int Rounds = 200_000;

    /// <summary>The current peak in GFLOP/s, a multiply-add counting as two: the best of several short measurements.</summary>
    /// <remarks>Takes a few hundredths of a second. Clock rates drift: measure in the same process and at about the same time.</remarks>
    public static double MeasureGigaflops()
    {
        int bits = CpuDevices.VectorBits;
        double best = 0;
        for (int attempt = 0; attempt < 20; attempt++)
        {
            long start = Stopwatch.GetTimestamp();
            float sum = bits switch
            {
                512 => Run512(Rounds),
                256 => Run256(Rounds),
                _ => Run128(Rounds),
            };
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            // Every chain stays at its fixed point, 1; the sum is checked so that the compiler cannot remove the work.
            if (sum != Chains * (bits / 32))
                throw new InvalidOperationException($"the multiply-adds gave {sum}");
            best = Math.Max(best, 2.0 * Chains * (bits / 32) * Rounds / seconds / 1e9);
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Run512(int rounds)
    {
        Vector512<float> half = Vector512.Create(0.5f);
        Vector512<float> a, b, c, d, e, f, g, h, i, j, k, l;
        a = b = c = d = e = f = g = h = i = j = k = l = Vector512<float>.One;
        for (int round = 0; round < rounds; round++)
        {
            a = Vector512.MultiplyAddEstimate(a, half, half);
            b = Vector512.MultiplyAddEstimate(b, half, half);
            c = Vector512.MultiplyAddEstimate(c, half, half);
            d = Vector512.MultiplyAddEstimate(d, half, half);
            e = Vector512.MultiplyAddEstimate(e, half, half);
            f = Vector512.MultiplyAddEstimate(f, half, half);
            g = Vector512.MultiplyAddEstimate(g, half, half);
            h = Vector512.MultiplyAddEstimate(h, half, half);
            i = Vector512.MultiplyAddEstimate(i, half, half);
            j = Vector512.MultiplyAddEstimate(j, half, half);
            k = Vector512.MultiplyAddEstimate(k, half, half);
            l = Vector512.MultiplyAddEstimate(l, half, half);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Run256(int rounds)
    {
        Vector256<float> half = Vector256.Create(0.5f);
        Vector256<float> a, b, c, d, e, f, g, h, i, j, k, l;
        a = b = c = d = e = f = g = h = i = j = k = l = Vector256<float>.One;
        for (int round = 0; round < rounds; round++)
        {
            a = Vector256.MultiplyAddEstimate(a, half, half);
            b = Vector256.MultiplyAddEstimate(b, half, half);
            c = Vector256.MultiplyAddEstimate(c, half, half);
            d = Vector256.MultiplyAddEstimate(d, half, half);
            e = Vector256.MultiplyAddEstimate(e, half, half);
            f = Vector256.MultiplyAddEstimate(f, half, half);
            g = Vector256.MultiplyAddEstimate(g, half, half);
            h = Vector256.MultiplyAddEstimate(h, half, half);
            i = Vector256.MultiplyAddEstimate(i, half, half);
            j = Vector256.MultiplyAddEstimate(j, half, half);
            k = Vector256.MultiplyAddEstimate(k, half, half);
            l = Vector256.MultiplyAddEstimate(l, half, half);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Run128(int rounds)
    {
        Vector128<float> half = Vector128.Create(0.5f);
        Vector128<float> a, b, c, d, e, f, g, h, i, j, k, l;
        a = b = c = d = e = f = g = h = i = j = k = l = Vector128<float>.One;
        for (int round = 0; round < rounds; round++)
        {
            a = Vector128.MultiplyAddEstimate(a, half, half);
            b = Vector128.MultiplyAddEstimate(b, half, half);
            c = Vector128.MultiplyAddEstimate(c, half, half);
            d = Vector128.MultiplyAddEstimate(d, half, half);
            e = Vector128.MultiplyAddEstimate(e, half, half);
            f = Vector128.MultiplyAddEstimate(f, half, half);
            g = Vector128.MultiplyAddEstimate(g, half, half);
            h = Vector128.MultiplyAddEstimate(h, half, half);
            i = Vector128.MultiplyAddEstimate(i, half, half);
            j = Vector128.MultiplyAddEstimate(j, half, half);
            k = Vector128.MultiplyAddEstimate(k, half, half);
            l = Vector128.MultiplyAddEstimate(l, half, half);
        }

        return Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
