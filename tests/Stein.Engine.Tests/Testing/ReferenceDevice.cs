using System.Runtime.Intrinsics;
using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Tests.Testing;

/// <summary>
/// A slow, simple implementation of every operation by its definition, in double precision and with a running bound of the error of
/// single-precision arithmetic (<see cref="RunningErrorLane"/>). It shares the formulas with the devices, but not their loops.
/// </summary>
public class ReferenceDevice : Device
{
    private readonly List<RunningErrorLane[]> reads = [];

    public ReferenceDevice() => RunningErrorLane.Restart();

    public override string Name => "reference";

    public override string Description => "float64 with error bounds, by definition";

    public override double UnitRoundoff => 1.0 / (1L << 53);

    /// <summary>Everything read since the last call, with its errors, oldest first.</summary>
    public IReadOnlyList<RunningErrorLane[]> TakeRead()
    {
        RunningErrorLane[][] read = [.. reads];
        reads.Clear();
        return read;
    }

    private protected override DeviceMatrix AllocateCore(int rows, int columns)
        => new ReferenceMatrix(this, rows, columns, new RunningErrorLane[rows * columns]);

    private protected override void WriteCore(DeviceMatrix destination, ReadOnlySpan<double> source)
    {
        Memory<RunningErrorLane> target = Of(destination).Entries;
        for (int i = 0; i < source.Length; i++)
            target.Span[i] = RunningErrorLane.Stored(source[i]);
    }

    private protected override void WriteCore(DeviceMatrix destination, ReadOnlySpan<float> source)
    {
        Memory<RunningErrorLane> target = Of(destination).Entries;
        for (int i = 0; i < source.Length; i++)
            target.Span[i] = RunningErrorLane.Exact(source[i]);
    }

    private protected override void ReadCore(DeviceMatrix source, Span<double> destination)
    {
        RunningErrorLane[] entries = Of(source).Entries.ToArray();
        for (int i = 0; i < entries.Length; i++)
            destination[i] = entries[i].Value;
        reads.Add(entries);
    }

    private protected override void GatherRowsCore(DeviceMatrix destination, DeviceMatrix source, ReadOnlySpan<int> indices)
    {
        for (int row = 0; row < indices.Length; row++)
        {
            for (int column = 0; column < source.Columns; column++)
                Of(destination)[row, column] = Of(source)[indices[row], column];
        }
    }

    private protected override void TransposeCore(DeviceMatrix destination, DeviceMatrix source)
        => Fill(destination, (row, column) => Of(source)[column, row]);

    private protected override void ReshapeCore(DeviceMatrix destination, DeviceMatrix source)
        => Of(source).Entries.CopyTo(Of(destination).Entries);

    private protected override void CopyBlockCore(
        DeviceMatrix destination, int row, int column, DeviceMatrix source, int sourceRow, int sourceColumn, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                Of(destination)[row + i, column + j] = Of(source)[sourceRow + i, sourceColumn + j];
        }
    }

    private protected override void MultiplyCore(
        DeviceMatrix product, DeviceMatrix left, DeviceMatrix right, bool transposeLeft, bool transposeRight, double alpha, double beta)
    {
        int inner = transposeLeft ? left.Rows : left.Columns;
        RunningErrorLane scale = RunningErrorLane.Stored(alpha);
        RunningErrorLane keep = RunningErrorLane.Stored(beta);
        Fill(product, (row, column) =>
        {
            var sum = new Accumulator();
            for (int k = 0; k < inner; k++)
            {
                RunningErrorLane a = transposeLeft ? Of(left)[k, row] : Of(left)[row, k];
                RunningErrorLane b = transposeRight ? Of(right)[column, k] : Of(right)[k, column];
                sum.Add(a * b);
            }

            RunningErrorLane total = sum.Total;
            if (alpha != 1)
                total *= scale;
            return beta == 0 ? total : total + (keep * Of(product)[row, column]);
        });
    }

    private protected override void MapCore<TMap>(DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
        => Fill(output, (row, column) => Apply<TMap>(row, column, a, b, c, p, q));

    private protected override void SumRowsCore<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
        => Fill(output, (row, _) => Sum(a.Columns, column => Apply<TMap>(row, column, a, b, c, p, q)));

    private protected override void SumColumnsCore<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
        => Fill(output, (_, column) => Sum(a.Rows, row => Apply<TMap>(row, column, a, b, c, p, q)));

    private protected override void MaxRowsCore(DeviceMatrix output, DeviceMatrix source)
        => Fill(output, (row, _) => Enumerable.Range(0, source.Columns).Select(column => Of(source)[row, column])
            .Aggregate(RunningErrorLane.Max));

    private protected override void FillDiagonalCore(DeviceMatrix matrix, double value, int firstColumn)
    {
        for (int i = 0; i < matrix.Rows; i++)
            Of(matrix)[i, firstColumn + i] = RunningErrorLane.Stored(value);
    }

    private protected override void SquaredDistancesCore(DeviceMatrix output, DeviceMatrix samples)
        => Fill(output, (i, j) => Sum(samples.Columns, d =>
        {
            RunningErrorLane difference = Difference(Of(samples)[i, d], Of(samples)[j, d], i == j);
            return difference * difference;
        }));

    private protected override void SquaredDistancesCore(DeviceMatrix output, DeviceMatrix points, DeviceMatrix samples)
        => Fill(output, (i, j) => Sum(samples.Columns, d =>
        {
            RunningErrorLane difference = Difference(Of(points)[i, d], Of(samples)[j, d], same: false);
            return difference * difference;
        }));

    private protected override void PairSumsCore<TTerm>(DeviceMatrix output, PairSet pairs)
        => Fill(output, (i, _) => Sum(pairs.Second.Count, j => Has(pairs, i, j) ? Pair<TTerm>(pairs, i, j).Value<TTerm>() : default));

    private protected override void PairMatrixCore<TTerm>(DeviceMatrix output, PairSet pairs)
        => Fill(output, (i, j) => Has(pairs, i, j) ? Pair<TTerm>(pairs, i, j).Value<TTerm>() : default);

    private protected override void PairGradientCore<TTerm>(DeviceMatrix output, PairSet pairs, int matrix, double scale)
    {
        RunningErrorLane factor = RunningErrorLane.Stored(scale);
        for (int i = 0; i < output.Rows; i++)
        {
            var sums = new Accumulator[output.Columns];
            for (int j = 0; j < pairs.Second.Count; j++)
            {
                ArrayPair<RunningErrorLane> pair = Pair<TTerm>(pairs, i, j);
                CoordinateSums<RunningErrorLane> slopes = pair.Slopes<TTerm>();
                for (int entry = 0; entry < output.Columns && Has(pairs, i, j); entry++)
                    sums[entry].Add(TTerm.Gradient(pair, slopes, matrix, entry));
            }

            for (int entry = 0; entry < output.Columns; entry++)
                Of(output)[i, entry] = factor * sums[entry].Total;
        }
    }

    private protected override void SlicedPairMatrixCore<TTerm>(DeviceMatrix output, SlicedPairRequest request)
    {
        ReferenceMatrix z = Of(request.Projections), p = Of(request.ProjectedScores);
        Fill(output, (i, j) =>
        {
            RunningErrorLane sum = default;
            for (int slice = 0; slice < z.Columns && (i != j || request.Statistic == PairStatistic.V); slice++)
            {
                SlicedPairSlice<RunningErrorLane> constants = TTerm.Slice(
                    Of(request.Couplings)[0, slice],
                    Of(request.InverseSquareBandwidths)[0, slice],
                    Of(request.FourthOrders)[0, slice]);

                // The difference of a sample from itself is exactly zero, even if its projection has an error.
                RunningErrorLane wi = z[i, slice] * constants.ProjectionScale, wj = z[j, slice] * constants.ProjectionScale;
                if (i == j)
                    (wi, wj) = (RunningErrorLane.Exact(wi.Value), RunningErrorLane.Exact(wj.Value));
                TTerm.AddValue(wi, wj, p[i, slice], p[j, slice], constants, ref sum);
            }

            return sum;
        });
    }

    private protected override void SlicedPairSumsCore<TTerm>(SlicedPairRequest request)
    {
        ReferenceMatrix z = Of(request.Projections), p = Of(request.ProjectedScores);
        int count = z.Rows;
        RunningErrorLane weight = RunningErrorLane.Stored(request.Statistic.Weight(count));
        for (int slice = 0; slice < z.Columns; slice++)
        {
            SlicedPairSlice<RunningErrorLane> constants = TTerm.Slice(
                Of(request.Couplings)[0, slice],
                Of(request.InverseSquareBandwidths)[0, slice],
                Of(request.FourthOrders)[0, slice]);
            var value = new Accumulator();
            var coupling = new Accumulator();
            for (int i = 0; i < count; i++)
            {
                // Pairs are summed per sample first, because no device adds N² numbers one by one.
                var valueOfRow = new Accumulator();
                var couplingOfRow = new Accumulator();
                var byScore = new Accumulator();
                var byProjection = new Accumulator();
                for (int j = 0; j < count; j++)
                {
                    if (i == j && request.Statistic == PairStatistic.U)
                        continue;

                    // The difference of a sample from itself is exactly zero, even if its projection has an error.
                    RunningErrorLane wi = z[i, slice] * constants.ProjectionScale, wj = z[j, slice] * constants.ProjectionScale;
                    RunningErrorLane pi = p[i, slice], pj = p[j, slice];
                    if (i == j)
                        (wi, wj) = (RunningErrorLane.Exact(wi.Value), RunningErrorLane.Exact(wj.Value));
                    if (request.Values is not null)
                    {
                        RunningErrorLane term = default;
                        TTerm.AddValue(wi, wj, pi, pj, constants, ref term);
                        valueOfRow.Add(term);
                    }

                    // Each unordered pair contributes a derivative to both of its samples, and ordered pairs twice that.
                    RunningErrorLane first = default, second = default, byCoupling = default;
                    if (request.ScoreGradient is not null)
                    {
                        TTerm.AddScoreGradient(wi, wj, pi, pj, constants, ref first, ref second);
                        byScore.Add(RunningErrorLane.Exact(2) * first);
                    }

                    if (request.ProjectionGradient is not null)
                    {
                        RunningErrorLane force = TTerm.ProjectionGradient(wi, wj, pi, pj, constants, ref byCoupling);
                        if (i != j)
                            byProjection.Add(RunningErrorLane.Exact(2) * force);
                        couplingOfRow.Add(byCoupling);
                    }
                }

                value.Add(valueOfRow.Total);
                coupling.Add(couplingOfRow.Total);

                if (request.ScoreGradient is not null)
                    Of(request.ScoreGradient)[i, slice] = byScore.Total * weight;
                if (request.ProjectionGradient is not null)
                    Of(request.ProjectionGradient)[i, slice] = byProjection.Total * weight * constants.GradientScale;
            }

            if (request.Values is not null)
                Of(request.Values)[0, slice] = value.Total * weight;
            if (request.CouplingGradient is not null)
                Of(request.CouplingGradient)[0, slice] = coupling.Total * weight * constants.GradientScale;
        }
    }

    private protected override void MedianSquaredDistanceCore(DeviceMatrix output, DeviceMatrix squaredDistances)
    {
        var positive = new List<RunningErrorLane>();
        for (int i = 0; i < squaredDistances.Rows; i++)
        {
            for (int j = i + 1; j < squaredDistances.Rows; j++)
            {
                if (Of(squaredDistances)[i, j].Value > 0)
                    positive.Add(Of(squaredDistances)[i, j]);
            }
        }

        Of(output)[0, 0] = positive.Count == 0 ? default : LowerMedian(positive);
    }

    private protected override void ProjectedMediansCore(DeviceMatrix output, DeviceMatrix projections, int samples)
        => Fill(output, (_, slice) =>
        {
            var squares = new List<RunningErrorLane>();
            for (int i = 0; i < samples; i++)
            {
                for (int j = i; j < samples; j++)
                    squares.Add(Square(Difference(Of(projections)[i, slice], Of(projections)[j, slice], i == j)));
            }

            return LowerMedian(squares);
        });

    private protected override void ColumnRangesCore(DeviceMatrix minima, DeviceMatrix maxima, DeviceMatrix values)
    {
        for (int column = 0; column < values.Columns; column++)
        {
            RunningErrorLane[] numbers = [.. Enumerable.Range(0, values.Rows).Select(row => Of(values)[row, column])];
            RunningErrorLane notANumber = RunningErrorLane.Exact(double.NaN);
            bool isFinite = numbers.All(number => double.IsFinite(number.Value));
            Of(minima)[0, column] = isFinite ? numbers.Aggregate(RunningErrorLane.Min) : notANumber;
            Of(maxima)[0, column] = isFinite ? numbers.Aggregate(RunningErrorLane.Max) : notANumber;
        }
    }

    private protected override void SpreadColumnsCore(
        DeviceMatrix counts, DeviceMatrix sums, in ColumnGrids grids, DeviceMatrix points, DeviceMatrix weights)
    {
        for (int column = 0; column < points.Columns; column++)
        {
            var countOf = new Accumulator[counts.Columns];
            var sumOf = new Accumulator[counts.Columns];
            for (int i = 0; i < points.Rows; i++)
            {
                RunningErrorLane[] shares = Shares(grids, Of(points)[i, column], column, counts.Columns, out int node);
                for (int k = 0; k < shares.Length; k++)
                {
                    countOf[node + k].Add(shares[k]);
                    sumOf[node + k].Add(shares[k] * Of(weights)[i, column]);
                }
            }

            for (int k = 0; k < counts.Columns; k++)
            {
                Of(counts)[column, k] = countOf[k].Total;
                Of(sums)[column, k] = sumOf[k].Total;
            }
        }
    }

    private protected override void InterpolateColumnsCore(
        DeviceMatrix output,
        in ColumnGrids grids,
        DeviceMatrix points,
        DeviceMatrix table,
        double scale,
        DeviceMatrix? weights,
        DeviceMatrix? second)
    {
        ColumnGrids local = grids;
        Fill(output, (row, column) =>
        {
            RunningErrorLane[] shares = Shares(local, Of(points)[row, column], column, table.Columns, out int node);
            RunningErrorLane value = Sum(shares.Length, k => shares[k] * Of(table)[column, node + k]);
            if (weights is not null)
                value *= Of(weights)[row, column];
            if (second is not null)
                value += Sum(shares.Length, k => shares[k] * Of(second)[column, node + k]);
            return value * RunningErrorLane.Stored(scale);
        });
    }

    private protected override void ConvolveRowsCore(
        DeviceMatrix output, DeviceMatrix signal, DeviceMatrix taps, bool isOdd, double alpha, double beta)
        => Fill(output, (row, k) =>
        {
            RunningErrorLane sum = Sum(output.Columns, l =>
            {
                RunningErrorLane tap = Of(taps)[row, Math.Abs(k - l)];
                return Of(signal)[row, l] * (isOdd && k < l ? -tap : tap);
            });
            sum *= RunningErrorLane.Stored(alpha);
            return beta == 0 ? sum : sum + (RunningErrorLane.Stored(beta) * Of(output)[row, k]);
        });

    private protected override void AdamStepCore(
        DeviceMatrix parameters,
        DeviceMatrix gradient,
        DeviceMatrix firstMoment,
        DeviceMatrix secondMoment,
        in AdamCoefficients coefficients)
    {
        for (int row = 0; row < parameters.Rows; row++)
        {
            for (int column = 0; column < parameters.Columns; column++)
            {
                AdamUpdate.Apply(
                    ref Of(parameters)[row, column],
                    Of(gradient)[row, column],
                    ref Of(firstMoment)[row, column],
                    ref Of(secondMoment)[row, column],
                    RunningErrorLane.Constant(coefficients.Beta1),
                    RunningErrorLane.Constant(coefficients.Beta2),
                    RunningErrorLane.Constant(coefficients.Epsilon),
                    RunningErrorLane.Constant(coefficients.StepSize),
                    RunningErrorLane.Constant(coefficients.InverseRootCorrection));
            }
        }
    }

    private static bool Has(PairSet pairs, int i, int j) => i != j || pairs.HasDiagonal;

    /// <summary>A pair; that of a point with itself without errors of the point, so that differences are exactly zero.</summary>
    private static ArrayPair<RunningErrorLane> Pair<TTerm>(PairSet pairs, int i, int j)
        where TTerm : struct, IPairTerm
    {
        bool same = pairs.IsWithinOneSet && i == j;
        return new(Rows(pairs.First, i), Rows(pairs.Second, j), Row(pairs.Constants, k => Of(pairs.Constants)[k, 0], column: true));

        RunningErrorLane[][] Rows(PairPoints points, int row) =>
        [
            .. from matrix in Enumerable.Range(0, TTerm.Matrices)
               let entries = Of(points[matrix]!)
               select Row(entries, k => same && matrix == 0 ? RunningErrorLane.Exact(entries[row, k].Value) : entries[row, k]),
        ];

        static RunningErrorLane[] Row(DeviceMatrix matrix, Func<int, RunningErrorLane> entry, bool column = false)
            => [.. Enumerable.Range(0, column ? matrix.Rows : matrix.Columns).Select(entry)];
    }

    /// <summary>Lagrange's polynomials of the four nodes around a point, of which <paramref name="node"/> is the first.</summary>
    private static RunningErrorLane[] Shares(in ColumnGrids grids, RunningErrorLane point, int column, int nodes, out int node)
    {
        RunningErrorLane position = (point - Of(grids.Origins)[0, column]) * Of(grids.InverseSpacings)[0, column];
        position = RunningErrorLane.Max(position, RunningErrorLane.Exact(1));
        position = RunningErrorLane.Min(position, RunningErrorLane.Exact(nodes - 2));
        node = Math.Clamp((int)position.Value, 1, nodes - 3) - 1;
        var shares = new RunningErrorLane[4];
        for (int k = 0; k < shares.Length; k++)
        {
            shares[k] = RunningErrorLane.Exact(1);
            for (int other = 0; other < shares.Length; other++)
            {
                if (other != k)
                    shares[k] *= (position - RunningErrorLane.Exact(node + other)) / RunningErrorLane.Exact(k - other);
            }
        }

        return shares;
    }

    private static ReferenceMatrix Of(DeviceMatrix matrix) => (ReferenceMatrix)matrix;

    private static void Fill(DeviceMatrix output, Func<int, int, RunningErrorLane> entry)
    {
        for (int row = 0; row < output.Rows; row++)
        {
            for (int column = 0; column < output.Columns; column++)
                Of(output)[row, column] = entry(row, column);
        }
    }

    private static RunningErrorLane Apply<TMap>(
        int row, int column, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
        where TMap : struct, IElementMap
        => TMap.Apply(
            Of(a).Repeated(row, column),
            Of(b).Repeated(row, column),
            Of(c).Repeated(row, column),
            RunningErrorLane.Constant(p),
            RunningErrorLane.Constant(q));

    private static RunningErrorLane Sum(int count, Func<int, RunningErrorLane> term)
    {
        var sum = new Accumulator();
        for (int i = 0; i < count; i++)
            sum.Add(term(i));
        return sum.Total;
    }

    private static RunningErrorLane Square(RunningErrorLane value) => value * value;

    private static RunningErrorLane Difference(RunningErrorLane left, RunningErrorLane right, bool same)
        => same ? default : left - right;

    /// <summary>The error of an order statistic, bounded by the order statistics of the lowest and highest possible values.</summary>
    private static RunningErrorLane LowerMedian(List<RunningErrorLane> numbers)
    {
        int rank = (numbers.Count - 1) / 2;
        double middle = At(lane => lane.Value);
        double low = At(lane => lane.Value - (lane.Bound * RunningErrorLane.SinglePrecision));
        double high = At(lane => lane.Value + (lane.Bound * RunningErrorLane.SinglePrecision));
        var samples = new double[Vector512<double>.Count];
        for (int k = 0; k < samples.Length; k++)
        {
            int sample = k;
            samples[k] = (At(lane => lane.Value + (lane.Samples[sample] * RunningErrorLane.SinglePrecision)) - middle)
                / RunningErrorLane.SinglePrecision;
        }

        return new(middle, Math.Max(high - middle, middle - low) / RunningErrorLane.SinglePrecision, Vector512.Create(samples));

        double At(Func<RunningErrorLane, double> key)
        {
            double[] keys = [.. numbers.Select(key)];
            Array.Sort(keys);
            return keys[rank];
        }
    }

    /// <summary>A sum with the errors of its terms and of adding them in any order.</summary>
    private struct Accumulator
    {
        private double sum;
        private double bound;
        private Vector512<double> samples;
        private double magnitude;
        private long terms;

        public readonly RunningErrorLane Total => new RunningErrorLane(sum, bound, samples).Summed(terms, magnitude);

        public void Add(RunningErrorLane term)
        {
            sum += term.Value;
            bound += term.Bound;
            samples += term.Samples;
            magnitude += Math.Abs(term.Value);
            terms++;
        }
    }

    private sealed class ReferenceMatrix(Device device, int rows, int columns, Memory<RunningErrorLane> entries)
        : DeviceMatrix(device, rows, columns)
    {
        public Memory<RunningErrorLane> Entries { get; } = entries;

        public ref RunningErrorLane this[int row, int column] => ref Entries.Span[(row * Columns) + column];

        public RunningErrorLane Repeated(int row, int column) => this[Rows == 1 ? 0 : row, Columns == 1 ? 0 : column];

        private protected override DeviceMatrix View(int start, int count)
            => new ReferenceMatrix(Device, count, Columns, Entries.Slice(start * Columns, count * Columns));
    }
}
