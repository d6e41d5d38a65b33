using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.OneDimensional;

/// <summary>
/// Sums over pairs with a Matérn kernel of order 3/2 or 5/2, exact up to rounding, in O(NR log N): the numbers are sorted, and the sums
/// over the numbers on either side of each are updated from one number to the next. They are computed in double precision on the
/// processor for every device; the inputs are copied from the device and the results to it.
/// </summary>
/// <remarks>
/// <para>
/// With <c>x = |u|/ℓ</c>, <c>ℓ = h/√(2ν)</c>, the kernel is <c>κ(u) = P₀(x)e^−x</c>, and for u &gt; 0 its n-th derivative is
/// <c>ℓ^−n Pₙ(x)e^−x</c> with <c>Pₙ₊₁ = Pₙ′ − Pₙ</c>; the degree is at most 2. The moments <c>L_k = Σ_j w_j x_j^k e^−x_j</c> of the numbers
/// to the left of t therefore give all their sums, and moving t by δℓ changes them to <c>e^−δ L₀</c>, <c>e^−δ(L₁ + δL₀)</c> and
/// <c>e^−δ(L₂ + 2δL₁ + δ²L₀)</c>. All factors are positive and no exponential grows, so that nothing overflows, and with positive weights
/// nothing cancels in the moments. The same holds from the right.
/// </para>
/// <para>
/// Odd derivatives of the kernel are 0 at u = 0, the mean of both sides: for ν = 3/2, whose third derivative jumps there,
/// <see cref="LinePairSums.PointGradient"/> is a gradient only where all numbers differ.
/// </para>
/// </remarks>
internal sealed class MaternPairSums : LinePairSums
{
    private const int Orders = 4;
    private const int Witnesses = 3;

    /// <summary>The coefficients of P₀, …, P₃, three each.</summary>
    private readonly double[] polynomials;

    private readonly double twiceOrder;

    // Numbers that belong to z_i of column r are at rN + i, so that all of them are one column of NR.
    private readonly DeviceMatrix transposed;
    private readonly double[] points;
    private readonly double[] weights;
    private readonly double[] couplings;
    private readonly double[] inverseSquares;

    /// <summary>β, β′ and β″ at the numbers without the term of the number itself.</summary>
    private readonly double[][] witnesses;

    private readonly double[] sorted;
    private readonly int[] order;
    private readonly double[] perEntry;
    private readonly double[] perColumn;

    /// <summary>Allocates memory for N numbers in each of R columns.</summary>
    /// <param name="device">The device of all matrices.</param>
    /// <param name="samples">N.</param>
    /// <param name="columns">R.</param>
    /// <param name="order">The order ν of the kernel.</param>
    /// <param name="statistic">Whether pairs i = j are included.</param>
    /// <param name="isPooled">Whether the numbers of all columns lie on one line.</param>
    public MaternPairSums(
        Device device,
        int samples,
        int columns,
        MaternOrder order,
        PairStatistic statistic = PairStatistic.V,
        bool isPooled = false)
        : base(device, samples, columns, statistic, isPooled)
    {
        (twiceOrder, double quadratic) = order switch
        {
            MaternOrder.ThreeHalves => (3, 0.0),
            MaternOrder.FiveHalves => (5, 1.0 / 3),
            _ => throw new ArgumentOutOfRangeException(
                nameof(order), order, $"The order cannot be {order}; it must be one of {string.Join(", ", Enum.GetNames<MaternOrder>())}."),
        };
        polynomials = new double[Orders * 3];
        (polynomials[0], polynomials[1], polynomials[2]) = (1, 1, quadratic);
        for (int i = 3; i < polynomials.Length; i++)
        {
            int power = i % 3;
            double derivative = power == 2 ? 0 : (power + 1) * polynomials[i - 2];
            polynomials[i] = derivative - polynomials[i - 3];
        }

        transposed = device.Allocate(columns, samples);
        points = new double[samples * columns];
        weights = new double[samples * columns];
        couplings = new double[columns];
        inverseSquares = new double[columns];
        witnesses = [.. Enumerable.Range(0, Witnesses).Select(_ => new double[samples * columns])];
        sorted = new double[Count];
        this.order = new int[Count];
        perEntry = new double[samples * columns];
        perColumn = new double[columns];
    }

    private int Lines => IsPooled ? 1 : Columns;

    private protected override void PrepareCore(
        DeviceMatrix points, DeviceMatrix weights, DeviceMatrix? couplings, DeviceMatrix inverseSquareBandwidths)
    {
        Device.Transpose(transposed, points);
        Device.Read(transposed, this.points);
        Device.Transpose(transposed, weights);
        Device.Read(transposed, this.weights);
        Device.Read(inverseSquareBandwidths, inverseSquares);
        if (couplings is null)
            this.couplings.AsSpan().Clear();
        else
            Device.Read(couplings, this.couplings);
        for (int line = 0; line < Lines; line++)
            ComputeWitnesses(line);
    }

    private protected override void ValuesCore(DeviceMatrix output)
    {
        for (int column = 0; column < Lines; column++)
        {
            double sum = 0;
            for (int i = 0; i < Count; i++)
                sum += RowSum((column * Count) + i, column);
            perColumn[column] = PairWeight * sum;
        }

        WritePerColumn(output);
    }

    private protected override void RowSumsCore(DeviceMatrix output) => Write(output, static (sums, i, column) => sums.RowSum(i, column));

    private protected override void WeightGradientCore(DeviceMatrix output)
        => Write(output, static (sums, i, column) => 2 * sums.PairWeight * (sums.witnesses[0][i] + sums.OwnTerm(0, i, column)));

    /// <remarks>The pair of a number with itself does not depend on it.</remarks>
    private protected override void PointGradientCore(DeviceMatrix output)
        => Write(output, static (sums, i, column) => 2 * sums.PairWeight
            * ((sums.weights[i] * sums.witnesses[1][i]) + (sums.couplings[column] * sums.witnesses[2][i])));

    private protected override void CouplingGradientCore(DeviceMatrix output)
    {
        for (int column = 0; column < Lines; column++)
        {
            double sum = 0;
            for (int i = column * Count; i < (column + 1) * Count; i++)
                sum += witnesses[1][i] + OwnTerm(1, i, column);
            perColumn[column] = 2 * PairWeight * sum;
        }

        WritePerColumn(output);
    }

    private protected override void WitnessCore(DeviceMatrix output, int order)
    {
        if (order == 0)
            Write(output, static (sums, i, column) => sums.witnesses[0][i] + sums.Own(0, i, column));
        else if (order == 1)
            Write(output, static (sums, i, column) => sums.witnesses[1][i] + sums.Own(1, i, column));
        else
            Write(output, static (sums, i, column) => sums.witnesses[2][i] + sums.Own(2, i, column));
    }

    private void Write(DeviceMatrix output, Func<MaternPairSums, int, int, double> entry)
    {
        for (int column = 0; column < Lines; column++)
        {
            for (int i = column * Count; i < (column + 1) * Count; i++)
                perEntry[i] = entry(this, i, column);
        }

        Device.Write(transposed, perEntry);
        Device.Transpose(output, transposed);
    }

    private void WritePerColumn(DeviceMatrix output)
    {
        perColumn.AsSpan(Lines).Fill(perColumn[0]);
        Device.Write(output, perColumn);
    }

    private double RowSum(int entry, int column)
        => (weights[entry] * (witnesses[0][entry] + OwnTerm(0, entry, column)))
            + (couplings[column] * (witnesses[1][entry] + OwnTerm(1, entry, column)));

    /// <summary>The term of the number itself in its witness, if it belongs to the statistic.</summary>
    private double OwnTerm(int order, int entry, int column) => Statistic == PairStatistic.V ? Own(order, entry, column) : 0;

    /// <summary>The term of the number itself in its witness: <c>pκ(0)</c>, <c>−cκ″(0)</c> or <c>pκ″(0)</c>.</summary>
    private double Own(int order, int entry, int column)
    {
        double curvature = polynomials[6] * twiceOrder * inverseSquares[column];
        return order == 0 ? weights[entry] : curvature * (order == 1 ? -couplings[column] : weights[entry]);
    }

    private void ComputeWitnesses(int column)
    {
        bool isFinite = double.IsFinite(couplings[column]) && double.IsFinite(inverseSquares[column]);
        for (int i = 0; i < Count; i++)
        {
            int entry = (column * Count) + i;
            sorted[i] = points[entry];
            order[i] = entry;
            isFinite &= double.IsFinite(points[entry]) && double.IsFinite(weights[entry]);
        }

        foreach (int entry in order)
        {
            foreach (double[] witness in witnesses)
                witness[entry] = isFinite ? 0 : double.NaN;
        }

        if (!isFinite)
            return;
        sorted.AsSpan().Sort(order.AsSpan());
        AddSide(column, isLeft: true);
        AddSide(column, isLeft: false);
    }

    /// <summary>
    /// Adds to the witness and its derivatives the sums over the numbers to the left or the right of each; from the left also those over
    /// the others that are equal.
    /// </summary>
    private void AddSide(int column, bool isLeft)
    {
        double inverseLength = Math.Sqrt(twiceOrder * inverseSquares[column]);
        double coupling = couplings[column] * inverseLength;
        int step = isLeft ? 1 : -1;
        int first = isLeft ? 0 : Count - 1;
        int end = isLeft ? Count : -1;
        Moments ofWeights = default, ofCounts = default;
        for (int start = first; start != end;)
        {
            double equal = 0, count = 0;
            int next = start;
            for (; next != end && sorted[next] == sorted[start]; next += step)
            {
                equal += weights[order[next]];
                count++;
            }

            double scale = 1;
            for (int n = 0; n < Witnesses; n++, scale *= inverseLength)
            {
                ReadOnlySpan<double> own = polynomials.AsSpan(3 * n, 3);
                ReadOnlySpan<double> following = polynomials.AsSpan(3 * (n + 1), 3);
                double weighted = ofWeights.Sum(own);
                double counted = ofCounts.Sum(following);
                double parity = isLeft || n % 2 == 0 ? 1 : -1;
                double sum = scale * ((parity * weighted) - (coupling * (isLeft ? counted : -parity * counted)));
                for (int i = start; i != next; i += step)
                {
                    int entry = order[i];
                    double others = n % 2 == 0 ? own[0] * (equal - weights[entry]) : -coupling * following[0] * (count - 1);
                    witnesses[n][entry] += isLeft ? sum + (scale * others) : sum;
                }
            }

            if (next != end)
            {
                double distance = Math.Abs(sorted[next] - sorted[start]) * inverseLength;
                ofWeights.Move(equal, distance);
                ofCounts.Move(count, distance);
            }

            start = next;
        }
    }

    /// <summary><c>Σ w x^k e^−x</c>, k = 0, 1, 2.</summary>
    private struct Moments
    {
        private double zeroth;
        private double first;
        private double second;

        public readonly double Sum(ReadOnlySpan<double> polynomial)
            => (polynomial[0] * zeroth) + (polynomial[1] * first) + (polynomial[2] * second);

        /// <summary>Adds a weight at x = 0, then increases all x.</summary>
        public void Move(double weight, double distance)
        {
            double factor = Math.Exp(-distance);
            if (factor == 0)
            {
                this = default;
                return;
            }

            zeroth += weight;
            second = factor * (second + (distance * ((2 * first) + (distance * zeroth))));
            first = factor * (first + (distance * zeroth));
            zeroth *= factor;
        }
    }
}
