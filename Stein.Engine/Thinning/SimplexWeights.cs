using MathNet.Numerics.Statistics;

namespace Stein.Engine.Thinning;

/// <summary>The weights w that minimise <c>wᵀKw</c> over <c>w ≥ 0</c>, <c>Σ w = 1</c>, for a positive semidefinite matrix K.</summary>
/// <remarks>
/// Wolfe's algorithm for the point of a polytope that is nearest to the origin ("Finding the nearest point in a polytope", Mathematical
/// Programming 11, 1976), an active-set method that ends after finitely many steps. A number c added to all entries of K adds c to the
/// value and leaves the weights; with it the systems of the active set are regular where the value is 0. Their Cholesky factor is updated
/// when an index enters or leaves, in O(S²) operations for S active ones.
/// </remarks>
internal sealed class SimplexWeights
{
    /// <summary>Relative to the size of the numbers that are compared, an improvement below which is rounding.</summary>
    private const double Tolerance = 1e-14;

    /// <summary>Of its diagonal entry: where less of it is left, an index depends on the active ones.</summary>
    private const double MinPivot = 1e-12;

    /// <summary>Indices enter and leave a few times; more often only where nothing but rounding is left.</summary>
    private const int MaxStepsPerIndex = 20;

    private readonly double[] matrix;
    private readonly int count;
    private readonly double shift;
    private readonly double[] weights;
    private readonly double[] products;
    private readonly List<int> active = [];

    /// <summary>The rows of the lower triangular factor L of the active part of <c>K + c11ᵀ = LLᵀ</c>.</summary>
    private readonly List<double[]> factor = [];

    private SimplexWeights(double[] matrix, int count)
    {
        (this.matrix, this.count) = (matrix, count);
        weights = new double[count];
        products = new double[count];
        // Not the mean, which an outlier makes larger than all that matters.
        double middle = Enumerable.Range(0, count).Select(Diagonal).Median();
        shift = middle > 0 ? middle : 1;
    }

    /// <summary>The weights (N).</summary>
    /// <param name="matrix">K (N×N, row-major, symmetric).</param>
    /// <param name="count">N, at least 1.</param>
    public static double[] Minimise(double[] matrix, int count)
    {
        var problem = new SimplexWeights(matrix, count);
        problem.Solve();
        return problem.weights;
    }

    private void Solve()
    {
        int first = Enumerable.Range(0, count).MinBy(Diagonal);
        TryEnter(first);
        weights[first] = 1;

        // Those that rounding keeps from entering, until another one has.
        var refused = new HashSet<int>();
        for (int step = 0; step < (MaxStepsPerIndex * count) + MaxStepsPerIndex && Entering(refused) is { } index; step++)
        {
            if (TryEnter(index) && Descend(index))
                refused.Clear();
            else
                refused.Add(index);
        }
    }

    /// <summary>The index whose weight reduces the value most; null if none does.</summary>
    private int? Entering(HashSet<int> refused)
    {
        Array.Clear(products);
        double size = 0;
        foreach (int i in active)
        {
            ReadOnlySpan<double> row = matrix.AsSpan(i * count, count);
            for (int j = 0; j < count; j++)
                products[j] += weights[i] * row[j];
            size += weights[i] * Math.Sqrt(Math.Max(0, Diagonal(i)));
        }

        double value = active.Sum(i => weights[i] * products[i]);
        int best = -1;
        for (int j = 0; j < count; j++)
        {
            double rounding = Tolerance * size * (size + Math.Sqrt(Math.Max(0, Diagonal(j))));
            if (value - products[j] > rounding && (best < 0 || products[j] < products[best]) && !active.Contains(j) && !refused.Contains(j))
                best = j;
        }

        return best < 0 ? null : best;
    }

    /// <summary>Adds an index to the active set, with weight 0, unless it depends on the others.</summary>
    private bool TryEnter(int index)
    {
        var row = new double[count];
        double square = Diagonal(index) + shift;
        double pivot = square;
        for (int i = 0; i < active.Count; i++)
        {
            double sum = matrix[(active[i] * count) + index] + shift;
            for (int k = 0; k < i; k++)
                sum -= factor[i][k] * row[k];
            row[i] = sum / factor[i][i];
            pivot -= row[i] * row[i];
        }

        if (!(pivot > MinPivot * square))
            return false;
        row[active.Count] = Math.Sqrt(pivot);
        factor.Add(row);
        active.Add(index);
        return true;
    }

    /// <summary>
    /// Goes to the least value with the active indices, and whenever a weight becomes negative on the way, only until it is 0, where its
    /// index leaves.
    /// </summary>
    /// <returns>Whether the index that entered has a weight or gave way to a smaller set than before.</returns>
    private bool Descend(int entered)
    {
        bool hasMoved = false;
        while (true)
        {
            double[] optimum = Affine();
            double step = 1;
            for (int i = 0; i < optimum.Length; i++)
            {
                double weight = weights[active[i]];
                if (optimum[i] <= 0)
                    step = Math.Min(step, weight <= 0 ? 0 : weight / (weight - optimum[i]));
            }

            hasMoved |= step > 0;
            int leaving = -1;
            for (int i = 0; i < optimum.Length; i++)
            {
                double weight = weights[active[i]];
                weights[active[i]] = step == 1 ? optimum[i] : weight + (step * (optimum[i] - weight));
                if (optimum[i] <= 0 && (leaving < 0 || weights[active[i]] < weights[active[leaving]]))
                    leaving = i;
            }

            if (leaving < 0)
                return hasMoved && active.Contains(entered);
            weights[active[leaving]] = 0;
            Leave(leaving);
        }
    }

    /// <summary>The weights of sum 1, of any sign, of the active indices with the least value: <c>(K + c11ᵀ)⁻¹ 1</c>, scaled.</summary>
    private double[] Affine()
    {
        int size = active.Count;
        var solution = new double[size];
        for (int i = 0; i < size; i++)
        {
            double sum = 1;
            for (int k = 0; k < i; k++)
                sum -= factor[i][k] * solution[k];
            solution[i] = sum / factor[i][i];
        }

        for (int i = size - 1; i >= 0; i--)
        {
            solution[i] /= factor[i][i];
            for (int k = 0; k < i; k++)
                solution[k] -= factor[i][k] * solution[i];
        }

        double total = solution.Sum();
        for (int i = 0; i < size; i++)
            solution[i] /= total;
        return solution;
    }

    /// <summary>Takes an index out, and makes the factor triangular again by Givens rotations.</summary>
    private void Leave(int place)
    {
        active.RemoveAt(place);
        factor.RemoveAt(place);
        for (int p = place; p < factor.Count; p++)
        {
            double radius = double.Hypot(factor[p][p], factor[p][p + 1]);
            double cosine = factor[p][p] / radius;
            double sine = factor[p][p + 1] / radius;
            for (int i = p; i < factor.Count; i++)
            {
                double[] row = factor[i];
                (row[p], row[p + 1]) = ((cosine * row[p]) + (sine * row[p + 1]), (cosine * row[p + 1]) - (sine * row[p]));
            }
        }
    }

    private double Diagonal(int index) => matrix[(index * count) + index];
}
