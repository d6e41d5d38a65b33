using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.OneDimensional;
using Stein.Engine.Tests.Testing;

namespace Stein.Engine.Tests.OneDimensional;

/// <summary>Numbers, weights, couplings and bandwidths of R columns, and their sums over all pairs by definition.</summary>
/// <param name="Points">z (N×R).</param>
/// <param name="Weights">p (N×R).</param>
/// <param name="Couplings">c (R); empty for none.</param>
/// <param name="Bandwidths">h (R).</param>
internal sealed record LineProblem(double[] Points, double[] Weights, double[] Couplings, double[] Bandwidths)
{
    public int Columns => Bandwidths.Length;

    public int Samples => Points.Length / Columns;

    /// <summary>Normal numbers with standard deviations of about one, and bandwidths of half to twice that.</summary>
    public static LineProblem Normal(int samples, int columns, ulong seed = 1)
    {
        var draw = new Draw(seed);
        return new(
            draw.Normal(samples * columns),
            draw.Normal(samples * columns),
            draw.Normal(columns),
            [.. Enumerable.Range(0, columns).Select(column => 0.5 * Math.Pow(2, column % 3))]);
    }

    public double InverseSquare(int column) => 1 / (Bandwidths[column] * Bandwidths[column]);

    /// <summary>Passes the problem to the sums, which must be of its size.</summary>
    public void Prepare(LinePairSums sums, Device device) => sums.Prepare(
        device.Upload(Samples, Columns, Points),
        device.Upload(Samples, Columns, Weights),
        Couplings.Length == 0 ? null : device.Upload(1, Columns, Couplings),
        device.Upload(1, Columns, [.. Enumerable.Range(0, Columns).Select(InverseSquare)]));

    /// <summary>The results of the sums for this problem.</summary>
    public LineResults Solve(LinePairSums sums, Device device)
    {
        Prepare(sums, device);
        return new(
            Of(1, sums.Values),
            Of(Samples, sums.RowSums),
            Of(Samples, sums.WeightGradient),
            Of(Samples, sums.PointGradient),
            Of(1, sums.CouplingGradient),
            [.. Enumerable.Range(0, 3).Select(n => Of(Samples, output => sums.Witness(output, n)))]);

        double[] Of(int rows, Action<DeviceMatrix> result)
        {
            DeviceMatrix output = device.Allocate(rows, Columns);
            result(output);
            return device.Read(output);
        }
    }

    /// <summary>The same by double sums, O(N²), and in <c>Magnitudes</c> with the absolute values of all terms.</summary>
    public (LineResults Results, LineResults Magnitudes) DoubleSums(LineKernel kernel, PairStatistic statistic)
    {
        (LineResults results, LineResults magnitudes) = (LineResults.Zero(Samples, Columns), LineResults.Zero(Samples, Columns));
        double weight = statistic.Weight(Samples);
        for (int r = 0; r < Columns; r++)
        {
            double c = Couplings.Length == 0 ? 0 : Couplings[r];
            for (int a = r; a < Points.Length; a += Columns)
            {
                for (int b = r; b < Points.Length; b += Columns)
                {
                    (double k0, double k1, double k2, double k3) = kernel.At(Points[a] - Points[b], Bandwidths[r]);
                    (double p, double q) = (Weights[a], Weights[b]);
                    Add(results, r, a, a != b || statistic == PairStatistic.V, weight, -1, p, q, c, k0, k1, k2, k3);
                    Add(
                        magnitudes,
                        r,
                        a,
                        a != b || statistic == PairStatistic.V,
                        weight,
                        1,
                        Math.Abs(p),
                        Math.Abs(q),
                        Math.Abs(c),
                        Math.Abs(k0),
                        Math.Abs(k1),
                        Math.Abs(k2),
                        Math.Abs(k3));
                }
            }
        }

        return (results, magnitudes);
    }

    /// <summary>Adds the terms of one pair; <paramref name="sign"/> is that of the terms that are subtracted, 1 for magnitudes.</summary>
    private static void Add(
        LineResults to,
        int column,
        int entry,
        bool counts,
        double weight,
        double sign,
        double p,
        double q,
        double c,
        double k0,
        double k1,
        double k2,
        double k3)
    {
        double d = sign * c;
        to.Witness[0][entry] += (q * k0) + (d * k1);
        to.Witness[1][entry] += (q * k1) + (d * k2);
        to.Witness[2][entry] += (q * k2) + (d * k3);
        if (!counts)
            return;

        // The derivative of a term by z_j and c_j is that of the term of the reversed pair.
        double pair = (p * q * k0) + (d * p * k1) + (c * q * k1) + (d * c * k2);
        to.RowSums[entry] += pair;
        to.Values[column] += weight * pair;
        to.WeightGradient[entry] += 2 * weight * ((q * k0) + (d * k1));
        to.CouplingGradient[column] += weight * ((sign * p * k1) + (q * k1) + (sign * 2 * c * k2));
        to.PointGradient[entry] += 2 * weight * ((p * q * k1) + (d * p * k2) + (c * q * k2) + (d * c * k3));
    }
}

/// <summary>All results of <see cref="LinePairSums"/>.</summary>
internal sealed record LineResults(
    double[] Values,
    double[] RowSums,
    double[] WeightGradient,
    double[] PointGradient,
    double[] CouplingGradient,
    double[][] Witness)
{
    public static LineResults Zero(int samples, int columns) => new(
        new double[columns],
        new double[samples * columns],
        new double[samples * columns],
        new double[samples * columns],
        new double[columns],
        [.. Enumerable.Range(0, 3).Select(_ => new double[samples * columns])]);

    public IEnumerable<(string Name, double[] Numbers)> All =>
    [
        ("values", Values),
        ("row sums", RowSums),
        ("derivatives by weights", WeightGradient),
        ("derivatives by points", PointGradient),
        ("derivatives by couplings", CouplingGradient),
        .. Witness.Select((numbers, n) => ($"witness, derivative {n}", numbers)),
    ];

    /// <summary>Fails unless every result is within <paramref name="tolerance"/> times the sum of its terms' magnitudes.</summary>
    /// <returns>The largest error relative to the magnitudes.</returns>
    public static double Compare(string what, (LineResults Results, LineResults Magnitudes) expected, LineResults actual, double tolerance)
    {
        double worst = 0;
        foreach (((string name, double[] numbers), (_, double[] magnitudes), (_, double[] results)) in
            expected.Results.All.Zip(expected.Magnitudes.All, actual.All))
        {
            worst = Math.Max(
                worst, tolerance * Checks.Close($"{what}, {name}", numbers, results, i => (tolerance * magnitudes[i]) + double.Epsilon));
        }

        return worst;
    }
}
