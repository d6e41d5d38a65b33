using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.OneDimensional;
using Stein.Engine.Tests.Testing;

namespace Stein.Engine.Tests.OneDimensional;

/// <summary>Coordinates of samples and what is measured of them, by double sums and by the engine.</summary>
/// <param name="Numbers">z (N×D).</param>
/// <param name="Dimension">D.</param>
/// <param name="Settings">What is measured.</param>
internal sealed record CoordinateProblem<TDensity>(double[] Numbers, int Dimension, CoordinateSteinSettings Settings)
    where TDensity : struct, IBaseScore
{
    public int Samples => Numbers.Length / Dimension;

    /// <summary>Odd and full, pooled and not, U and V.</summary>
    public static IEnumerable<CoordinateProblem<TDensity>> All(double[] numbers, int dimension, CoordinateSteinSettings settings)
        => from isOdd in (bool[])[false, true]
           from isPooled in (bool[])[false, true]
           from statistic in Enum.GetValues<PairStatistic>()
           select new CoordinateProblem<TDensity>(
               numbers, dimension, settings with { IsOdd = isOdd, IsPooled = isPooled, Statistic = statistic });

    public override string ToString()
        => $"{typeof(TDensity).Name}, {(Settings.IsOdd ? "odd" : "full")}{(Settings.IsPooled ? ", pooled" : "")}, {Settings.Statistic}";

    /// <summary>The results of the engine.</summary>
    public CoordinateResults Solve<TKernel>(Device device)
        where TKernel : struct, IRadialKernel
    {
        CoordinateSteinDiscrepancy<TDensity, TKernel> discrepancy = Create<TKernel>(device);
        discrepancy.Prepare(device.Upload(Samples, Dimension, Numbers));
        return new(
            Of(1, discrepancy.Values),
            Of(Samples, output => discrepancy.Witness(output)),
            Of(Samples, discrepancy.Critic),
            Of(Samples, discrepancy.PointGradient),
            discrepancy.ErrorBounds());

        double[] Of(int rows, Action<DeviceMatrix> result)
        {
            DeviceMatrix output = device.Allocate(rows, Dimension);
            result(output);
            return device.Read(output);
        }
    }

    public CoordinateSteinDiscrepancy<TDensity, TKernel> Create<TKernel>(Device device)
        where TKernel : struct, IRadialKernel => new(device, Samples, Dimension, Settings);

    /// <summary>The same by double sums with the kernel <c>κ(t − s) − q κ(t + s)</c>, q = 0 or 1, as it is defined.</summary>
    public CoordinateResults DoubleSums(LineKernel kernel)
    {
        double q = Settings.IsOdd ? 1 : 0;
        int count = Settings.IsPooled ? Numbers.Length : Samples;
        var results = new CoordinateResults(
            new double[Dimension],
            new double[Numbers.Length],
            new double[Numbers.Length],
            new double[Numbers.Length],
            []);
        double weight = Settings.Statistic.Weight(count);
        for (int a = 0; a < Numbers.Length; a++)
        {
            double t = Numbers[a], psi = Score(t), slope = Slope(t);
            for (int b = 0; b < Numbers.Length; b++)
            {
                if (!Settings.IsPooled && a % Dimension != b % Dimension)
                    continue;
                double s = Numbers[b], other = Score(s);
                (double k0, double k1, double k2, double k3) = kernel.At(t - s, Settings.Bandwidth);
                (double m0, double m1, double m2, double m3) = kernel.At(t + s, Settings.Bandwidth);

                // The Stein operator by s, then its derivatives by t.
                double beta = (other * (k0 - (q * m0))) - k1 - (q * m1);
                double first = (other * (k1 - (q * m1))) - k2 - (q * m2);
                double second = (other * (k2 - (q * m2))) - k3 - (q * m3);
                double pair = (psi * beta) + first;
                results.Witness[a] += beta / count;
                results.Critic[a] += pair / count;
                if (a == b && Settings.Statistic == PairStatistic.U)
                    continue;
                results.Values[a % Dimension] += weight * pair;
                results.Gradient[a] += 2 * weight * ((slope * beta) + (psi * first) + second);
            }
        }

        if (Settings.IsPooled)
            results.Values.AsSpan().Fill(results.Values.Sum());
        return results;
    }

    public double Score(double z) => TDensity.Score<DoubleLane>(new(z), new(Settings.P), new(Settings.Q)).Value;

    private double Slope(double z) => TDensity.ScoreDerivative<DoubleLane>(new(z), new(Settings.P), new(Settings.Q)).Value;
}

/// <summary>The results of a <see cref="CoordinateProblem{TDensity}"/>.</summary>
internal sealed record CoordinateResults(
    double[] Values, double[] Witness, double[] Critic, double[] Gradient, CoordinateErrorBounds[] Bounds)
{
    /// <summary>Fails unless the results are those expected, up to their error bounds and a share of the largest.</summary>
    public void Check(string what, CoordinateResults expected, double rounding)
    {
        Compare("values", each => each.Values, bound => bound.Value);
        Compare("witness", each => each.Witness, bound => bound.Witness);
        Compare("critic", each => each.Critic, bound => bound.Critic);
        Compare("gradient", each => each.Gradient, bound => bound.PointGradient);

        void Compare(string name, Func<CoordinateResults, double[]> of, Func<CoordinateErrorBounds, double> bound)
        {
            double largest = Checks.LargestMagnitude(of(expected));
            Checks.Close($"{what}, {name}", of(expected), of(this), i => bound(Bounds[i % Bounds.Length]) + (rounding * largest));
        }
    }
}
