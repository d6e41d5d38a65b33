using System.Numerics;
using System.Runtime.InteropServices;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>
/// Maximises the likelihood over the rows of V whose sources are Laplace, which has kinks where a source is 0, one row at a time and
/// exactly.
/// </summary>
/// <remarks>
/// <para>
/// A change of row i by a combination of the others leaves det V as it is, so that the best combination is a regression of z_i on the
/// other sources by least absolute deviations. Its solution is a vertex: K − 1 samples have z_i = 0. It is found by pivoting from vertex to
/// vertex along edges, each followed to its lowest point, as in I. Barrodale and F. D. K. Roberts, SIAM Journal on Numerical Analysis 10,
/// 1973; the row is then scaled to E|z_i| = 1. The kinks are a sum of functions of single rows, so that a V that no row can improve is
/// stationary (P. Tseng, Journal of Optimization Theory and Applications 109, 2001).
/// </para>
/// <para>
/// At a vertex sign(0) stands for any number in [−1, 1], one for each of the K − 1 samples. Those for which
/// <c>E[sign(z_i) z_j] = 0</c> for all j ≠ i are unique; the vertex is optimal where they are in that range.
/// </para>
/// </remarks>
internal sealed class LaplaceVertices
{
    /// <summary>How far beyond 1 a multiplier has to be: rounding leaves less.</summary>
    private const double Slack = 1e-9;

    /// <summary>Without repetition.</summary>
    private readonly PaddedMatrix samples;

    /// <summary>How often each occurs.</summary>
    private readonly double[] weights;

    private readonly int k;
    private readonly int n;

    /// <summary>The number of samples, repetitions included.</summary>
    private readonly double total;

    private readonly double[] unmixing;
    private readonly PaddedMatrix sources;

    /// <summary>For each row and each other row, the sample where the source is 0, or −1 while that direction is still free.</summary>
    private readonly int[][] active;

    private readonly LuFactor factor;
    private readonly double[] basis;
    private readonly double[] multipliers;
    private readonly double[] direction;
    private readonly double[] slopes;
    private readonly double[] lengths;
    private readonly int[] order;
    private readonly double[] signs;

    /// <param name="samples">x: K×N, one coordinate per row.</param>
    /// <param name="unmixing">V (K×K, row-major), invertible.</param>
    public LaplaceVertices(PaddedMatrix samples, double[] unmixing)
    {
        (this.samples, weights) = Distinguish(samples);
        (k, n, total, this.unmixing) = (samples.Rows, weights.Length, samples.Columns, (double[])unmixing.Clone());
        int others = k - 1;
        active = [.. Enumerable.Range(0, k).Select(_ => Enumerable.Repeat(-1, others).ToArray())];
        factor = new LuFactor(others);
        basis = new double[others * others];
        multipliers = new double[others];
        direction = new double[others];
        slopes = new double[n];
        lengths = new double[n];
        signs = new double[n];
        order = new int[n];
        sources = new PaddedMatrix(k, n);
    }

    /// <summary>V (K×K, row-major).</summary>
    public double[] Unmixing => (double[])unmixing.Clone();

    /// <summary>Puts rows of another matrix into V: those that are not Laplace.</summary>
    public void SetRow(int row, ReadOnlySpan<double> values) => values.CopyTo(Row(row));

    /// <summary>Improves each of some rows as far as it can be.</summary>
    /// <returns>The number of pivots; 0 where nothing was improved.</returns>
    public int Sweep(IReadOnlyList<int> rows, CancellationToken cancellation = default)
    {
        Synchronise();
        int pivots = 0;
        foreach (int row in rows)
        {
            pivots += Solve(row, cancellation);
            Rescale(row);
        }

        return pivots;
    }

    /// <summary>
    /// The squares of row i of <c>I + E[ψ(z) zᵀ]</c>, summed, with the numbers in [−1, 1] for sign(0) that are nearest to those that
    /// make it 0.
    /// </summary>
    public double SquaredGradient(int row)
    {
        Synchronise();
        double[] gradient = Gradient(row);
        bool isVertex = SetMultipliers(row, gradient);
        double sum = Square((Size(row) / total) - 1);
        for (int j = 0; j < gradient.Length; j++)
        {
            double entry = gradient[j];
            for (int a = 0; isVertex && a < gradient.Length; a++)
            {
                double limit = Limit(row, a);
                entry += Math.Clamp(multipliers[a], -limit, limit) * basis[(a * gradient.Length) + j];
            }

            sum += Square(entry / total);
        }

        return sum;

        static double Square(double value) => value * value;
    }

    /// <summary>The largest size that a multiplier may have: how often its sample occurs, or 0 for a direction that is free.</summary>
    private double Limit(int row, int place) => active[row][place] < 0 ? 0 : weights[active[row][place]];

    /// <summary>Σ |z_i|</summary>
    private double Size(int row)
    {
        ReadOnlySpan<double> source = sources.Row(row);
        double sum = 0;
        for (int i = 0; i < n; i++)
            sum += weights[i] * Math.Abs(source[i]);
        return sum;
    }

    /// <summary>Computes Z = VX, with the zeros of the vertices exact.</summary>
    private void Synchronise()
    {
        for (int i = 0; i < k; i++)
        {
            Span<double> row = sources.Row(i);
            row.Clear();
            for (int d = 0; d < k; d++)
                AddScaled(row, unmixing[(i * k) + d], samples.Row(d));
            foreach (int sample in active[i])
            {
                if (sample >= 0)
                    row[sample] = 0;
            }
        }
    }

    private void Rescale(int row)
    {
        double scale = total / Size(row);
        foreach (ref double value in sources.Row(row))
            value *= scale;
        foreach (ref double value in Row(row))
            value *= scale;
    }

    private int Solve(int row, CancellationToken cancellation)
    {
        int others = k - 1, maxPivots = 200 + (100 * others);
        for (int pivots = 0; pivots < maxPivots; pivots++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (others == 0 || !SetMultipliers(row, Gradient(row)) || !Leaving(row).Any(place => Pivot(row, place)))
                return pivots;
        }

        return maxPivots;
    }

    /// <summary>Σ sign(z_i) z_j over the samples, where sign(0) = 0, for each j ≠ i.</summary>
    private double[] Gradient(int row)
    {
        ReadOnlySpan<double> source = sources.Row(row);
        for (int i = 0; i < n; i++)
            signs[i] = weights[i] * Math.Sign(source[i]);
        var gradient = new double[k - 1];
        for (int j = 0; j < gradient.Length; j++)
            gradient[j] = Dot(signs, sources.Row(Other(row, j)));
        return gradient;
    }

    /// <summary>Solves Bᵀσ = −gradient, where a row of B is a sample of the vertex, or of the identity.</summary>
    /// <returns>False if B is singular.</returns>
    private bool SetMultipliers(int row, double[] gradient)
    {
        int others = k - 1;
        for (int a = 0; a < others; a++)
        {
            int sample = active[row][a];
            for (int j = 0; j < others; j++)
                basis[(a * others) + j] = sample < 0 ? (a == j ? 1 : 0) : sources.Row(Other(row, j))[sample];
            multipliers[a] = -gradient[a];
        }

        if (others == 0)
            return true;
        factor.Factor(basis);
        factor.Solve(multipliers, transpose: true);
        return Array.TrueForAll(multipliers, double.IsFinite);
    }

    /// <summary>The places in the basis whose edges may fall: free directions before samples, the steepest first.</summary>
    private int[] Leaving(int row) =>
    [
        .. Enumerable.Range(0, k - 1)
            .Select(place => (Place: place, IsFree: active[row][place] < 0, Excess: Math.Abs(multipliers[place]) - Limit(row, place)))
            .Where(edge => edge.Excess > Slack * (edge.IsFree ? total : 1))
            .OrderByDescending(edge => edge.IsFree).ThenByDescending(edge => edge.Excess)
            .Select(edge => edge.Place),
    ];

    /// <summary>Follows an edge to its lowest point, where another sample takes the place of the one that leaves.</summary>
    /// <returns>False if the edge does not fall.</returns>
    private bool Pivot(int row, int leaving)
    {
        int others = k - 1;
        int[] at = active[row];
        double sign = Math.Sign(multipliers[leaving]);
        Array.Clear(direction);
        direction[leaving] = sign;
        factor.Solve(direction, transpose: false);
        Span<double> source = sources.Row(row);
        Array.Clear(slopes);
        for (int j = 0; j < others; j++)
            AddScaled(slopes, direction[j], sources.Row(Other(row, j)));
        foreach (int sample in at)
        {
            if (sample >= 0)
                slopes[sample] = 0;
        }

        int count = 0;
        for (int i = 0; i < n; i++)
        {
            if ((source[i] * slopes[i] < 0) || (source[i] == 0 && slopes[i] != 0))
            {
                lengths[count] = -source[i] / slopes[i];
                order[count++] = i;
            }
        }

        Array.Sort(lengths, order, 0, count);
        double slope = Limit(row, leaving) - Math.Abs(multipliers[leaving]);
        int entering = -1;
        double length = 0;
        for (int place = 0; place < count && entering < 0; place++)
        {
            int sample = order[place];
            slope += (source[sample] == 0 ? 1 : 2) * weights[sample] * Math.Abs(slopes[sample]);
            if (slope >= 0)
                (entering, length) = (sample, Math.Max(0, lengths[place]));
        }

        if (entering < 0 || length == 0)
            return false;
        if (at[leaving] >= 0)
            slopes[at[leaving]] = sign;
        AddScaled(source, length, slopes);
        source[entering] = 0;
        Span<double> values = Row(row);
        for (int j = 0; j < others; j++)
            AddScaled(values, length * direction[j], Row(Other(row, j)));
        at[leaving] = entering;
        return true;
    }

    private static int Other(int row, int index) => index < row ? index : index + 1;

    private Span<double> Row(int row) => unmixing.AsSpan(row * k, k);

    private static void AddScaled(Span<double> sum, double factor, ReadOnlySpan<double> values)
    {
        Span<Vector<double>> vectors = MemoryMarshal.Cast<double, Vector<double>>(sum);
        ReadOnlySpan<Vector<double>> others = MemoryMarshal.Cast<double, Vector<double>>(values);
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] += factor * others[i];
        for (int i = vectors.Length * Vector<double>.Count; i < sum.Length; i++)
            sum[i] += factor * values[i];
    }

    /// <summary>In four sums, whatever the width of vectors.</summary>
    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double first = 0, second = 0, third = 0, fourth = 0;
        int i = 0;
        for (; i + 4 <= a.Length; i += 4)
        {
            first += a[i] * b[i];
            second += a[i + 1] * b[i + 1];
            third += a[i + 2] * b[i + 2];
            fourth += a[i + 3] * b[i + 3];
        }

        for (; i < a.Length; i++)
            first += a[i] * b[i];
        return first + second + (third + fourth);
    }

    /// <summary>The columns without repetition, in the order of their first occurrences, and how often each occurs.</summary>
    private static (PaddedMatrix Distinct, double[] Weights) Distinguish(PaddedMatrix samples)
    {
        PaddedMatrix transposed = new(samples.Columns, samples.Rows);
        for (int d = 0; d < samples.Rows; d++)
        {
            ReadOnlySpan<double> row = samples.Row(d);
            for (int i = 0; i < row.Length; i++)
                transposed.Row(i)[d] = row[i];
        }

        var places = new Dictionary<int, int>(new ColumnComparer(transposed));
        var counts = new List<double>();
        var first = new List<int>();
        for (int i = 0; i < samples.Columns; i++)
        {
            if (places.TryAdd(i, counts.Count))
            {
                counts.Add(1);
                first.Add(i);
            }
            else
            {
                counts[places[i]]++;
            }
        }

        if (first.Count == samples.Columns)
            return (samples, [.. counts]);
        var distinct = new PaddedMatrix(samples.Rows, first.Count);
        for (int i = 0; i < first.Count; i++)
        {
            for (int d = 0; d < samples.Rows; d++)
                distinct.Row(d)[i] = transposed.Row(first[i])[d];
        }

        return (distinct, [.. counts]);
    }

    private sealed class ColumnComparer(PaddedMatrix transposed) : IEqualityComparer<int>
    {
        public bool Equals(int one, int other) => transposed.Row(one).SequenceEqual(transposed.Row(other));

        public int GetHashCode(int column)
        {
            var hash = default(HashCode);
            foreach (double value in transposed.Row(column))
                hash.Add(value);
            return hash.ToHashCode();
        }
    }
}
