using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>Which columns of samples say nothing that others do not.</summary>
/// <param name="Constant">Columns with one value throughout, from 0.</param>
/// <param name="Duplicates">Columns that are another one up to a factor and an offset, with that one.</param>
/// <param name="Dependent">Of the rest, a column that is a combination of others, with those; null for none.</param>
/// <param name="Remainders">
/// What remains of each column that is neither constant nor a copy, as a share of its length, when those before it are taken away, in
/// descending order; only those above rounding.
/// </param>
internal sealed record ColumnDependence(
    IReadOnlyList<int> Constant,
    IReadOnlyList<(int Column, int Of)> Duplicates,
    (int Column, IReadOnlyList<int> Of)? Dependent,
    IReadOnlyList<double> Remainders)
{
    /// <summary>What remains of a column, as a share of its length, is nothing but the rounding of double precision below this.</summary>
    private const double Rounding = 1e-9;

    /// <summary>Below this it may be the rounding of a file with few digits.</summary>
    private const double RoundingOfFiles = 1e-5;

    /// <summary>The rank of the centred samples.</summary>
    public int Rank => Remainders.Count;

    /// <summary>The rank if the samples were rounded by <see cref="RoundingOfFiles"/> of their size.</summary>
    public int RankButForRounding => Remainders.Count(remainder => remainder >= RoundingOfFiles);

    /// <summary>Whether no column is superfluous.</summary>
    public bool IsNone(int dimension) => Rank == dimension;

    /// <summary>Finds them by orthogonalising the centred columns, of length 1 each, the one with the largest remainder first.</summary>
    /// <param name="samples">N×D, row-major.</param>
    public static ColumnDependence Find(double[] samples, int dimension)
    {
        int n = samples.Length / dimension;
        var columns = new PaddedMatrix(dimension, n);
        List<int> constant = [], others = [];
        for (int d = 0; d < dimension; d++)
        {
            if (Standardise(samples, dimension, d, columns.Row(d)))
                others.Add(d);
            else
                constant.Add(d);
        }

        List<(int, int)> duplicates = [];
        for (int index = 1; index < others.Count; index++)
        {
            int column = others[index];
            int of = others.Take(index).FirstOrDefault(other => IsParallel(columns.Row(other), columns.Row(column)), -1);
            if (of >= 0)
                duplicates.Add((column, of));
        }

        int[] rest = [.. others.Except(duplicates.Select(pair => pair.Item1))];
        (List<double> remainders, (int, IReadOnlyList<int>)? dependent) = Orthogonalise(columns, rest);
        return new(constant, duplicates, dependent, remainders);
    }

    private static bool Standardise(double[] samples, int dimension, int column, Span<double> target)
    {
        int n = target.Length;
        double mean = 0, largest = 0, squares = 0;
        for (int i = 0; i < n; i++)
        {
            mean += samples[(i * dimension) + column] / n;
            largest = Math.Max(largest, Math.Abs(samples[(i * dimension) + column]));
        }

        for (int i = 0; i < n; i++)
        {
            target[i] = samples[(i * dimension) + column] - mean;
            squares += target[i] * target[i];
        }

        double length = Math.Sqrt(squares);
        // What differs by rounding of the mean alone is constant.
        if (!(length > 1e-13 * largest * Math.Sqrt(n)))
            return false;
        foreach (ref double value in target)
            value /= length;
        return true;
    }

    private static bool IsParallel(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sign = Math.Sign(Dot(a, b)), squares = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double difference = a[i] - (sign * b[i]);
            squares += difference * difference;
        }

        return squares < Rounding * Rounding;
    }

    private static (List<double> Remainders, (int, IReadOnlyList<int>)? Dependent) Orthogonalise(PaddedMatrix columns, int[] rest)
    {
        List<int> left = [.. rest], done = [];
        List<double> remainders = [];
        // Remainder of each column, and its parts along those that are done.
        var parts = rest.ToDictionary(column => column, _ => new List<double>());
        while (left.Count > 0)
        {
            int next = left.MaxBy(column => Dot(columns.Row(column), columns.Row(column)));
            double length = Math.Sqrt(Dot(columns.Row(next), columns.Row(next)));
            if (length < Rounding)
                return (remainders, Combination(left[0], done, parts));
            remainders.Add(length);
            left.Remove(next);
            parts[next].Add(length);
            foreach (ref double value in columns.Row(next))
                value /= length;
            done.Add(next);
            foreach (int column in left)
            {
                double part = 0;
                // The second time removes what rounding left.
                for (int pass = 0; pass < 2; pass++)
                {
                    double product = Dot(columns.Row(column), columns.Row(next));
                    Span<double> row = columns.Row(column);
                    ReadOnlySpan<double> unit = columns.Row(next);
                    for (int i = 0; i < row.Length; i++)
                        row[i] -= product * unit[i];
                    part += product;
                }

                parts[column].Add(part);
            }
        }

        return (remainders, null);
    }

    /// <summary>The columns that make up one, by substitution in the triangular factor.</summary>
    private static (int, IReadOnlyList<int>) Combination(int column, List<int> done, Dictionary<int, List<double>> parts)
    {
        double[] coefficients = [.. parts[column]];
        for (int i = done.Count - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < done.Count; j++)
                coefficients[i] -= parts[done[j]][i] * coefficients[j];
            coefficients[i] /= parts[done[i]][i];
        }

        return (column, [.. done.Where((_, index) => Math.Abs(coefficients[index]) > 1e-6).Order()]);
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
