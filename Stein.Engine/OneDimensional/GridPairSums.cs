using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.OneDimensional;

/// <summary>
/// Sums over pairs with a smooth kernel, up to a stated error: the numbers of each column are distributed over a grid of G nodes, the
/// kernel's values at distances between nodes are convolved with the result, and the witness is read from this table by cubic
/// interpolation. O(NR + G²R) operations, on every device.
/// </summary>
/// <remarks>
/// <para>
/// The kernel of two numbers is thus replaced by <c>I_x I_y κ(x − y)</c>, where I is interpolation by the cubic polynomial through four
/// nodes at a distance Δ. On the middle interval <c>|f − If| ≤ (3/128) Δ⁴ max |f⁗|</c>, and the absolute values of the
/// interpolation weights sum to at most 5/4, so that every κ⁽ⁿ⁾ is off by at most
/// <c>(1 + 5/4)(3/128) Δ⁴ K_{n+4} = (27/512) Δ⁴ K_{n+4}</c>, <c>K_m = max |κ⁽ᵐ⁾|</c>. A kernel that is positive definite on the line is
/// the Fourier transform of a positive measure (Bochner's theorem), so that <c>K_m = |κ⁽ᵐ⁾(0)| = m!/(m/2)!·|φ^(m/2)(0)|/h^m</c> for even m,
/// and for odd m <c>K_m² ≤ K_{m−1} K_{m+1}</c> by the Cauchy–Schwarz inequality. <see cref="ErrorBounds"/> adds this up over the pairs. It
/// is proportional to <c>(Δ/h)⁴</c>; Δ is the range of the column divided by G − 3, so that outliers cost accuracy, which the bounds show.
/// </para>
/// <para>
/// Rounding is not part of the bounds. In single precision it is about 10⁻⁶ of the sum of the terms' magnitudes. Derivatives by weights and
/// couplings are those of the approximate statistic; derivatives by points approximate those of the exact one.
/// </para>
/// </remarks>
internal sealed class GridPairSums<TKernel> : LinePairSums
    where TKernel : struct, IRadialKernel
{
    /// <summary>The number of nodes G by default.</summary>
    public const int DefaultNodes = 384;

    /// <summary>The witness and its first three derivatives.</summary>
    private const int Witnesses = 4;

    /// <summary>The part of the bandwidth that is added to the distance between nodes, in case that all numbers are equal.</summary>
    private const double MinSpacing = 1e-6;

    /// <summary><c>|κ⁽²ᵐ⁾(0)|h²ᵐ</c>, m = 0, …, 4.</summary>
    private static readonly double[] CentralDerivatives = DerivativesAtZero();

    private readonly DeviceMatrix minima;
    private readonly DeviceMatrix maxima;
    private readonly DeviceMatrix spacings;
    private readonly DeviceMatrix origins;
    private readonly DeviceMatrix inverseSpacings;
    private readonly DeviceMatrix one;
    private readonly DeviceMatrix steps;
    private readonly DeviceMatrix spacingPerRow;
    private readonly DeviceMatrix inverseSquarePerRow;
    private readonly DeviceMatrix couplingPerRow;
    private readonly DeviceMatrix sumPerRow;
    private readonly DeviceMatrix secondSumPerRow;
    private readonly DeviceMatrix sumPerColumn;
    private readonly DeviceMatrix counts;
    private readonly DeviceMatrix sums;
    private readonly DeviceMatrix coupledCounts;
    private readonly DeviceMatrix coupledTable;
    private readonly DeviceMatrix[] taps;
    private readonly bool[] areTapsReady = new bool[Witnesses + 1];
    private readonly DeviceMatrix[] tables;
    private readonly bool[] areTablesReady = new bool[Witnesses];
    private readonly DeviceMatrix overall;
    private readonly DeviceMatrix finite;
    private readonly DeviceMatrix perNode;
    private readonly double margin;
    private DeviceMatrix points;
    private DeviceMatrix weights;
    private DeviceMatrix inverseSquares;
    private DeviceMatrix? couplings;

    /// <summary>Allocates memory for N numbers in each of R columns.</summary>
    /// <param name="device">The device of all matrices.</param>
    /// <param name="samples">N.</param>
    /// <param name="columns">R.</param>
    /// <param name="statistic">Whether pairs i = j are included.</param>
    /// <param name="nodes">The nodes of a grid G, at least 4.</param>
    /// <param name="isPooled">Whether the numbers of all columns lie on one line.</param>
    /// <param name="margin">How far grids extend beyond the numbers, in bandwidths, so that the witness can be read there.</param>
    /// <exception cref="ArgumentException">The kernel is not smooth enough for the error bound.</exception>
    public GridPairSums(
        Device device,
        int samples,
        int columns,
        PairStatistic statistic = PairStatistic.V,
        int nodes = DefaultNodes,
        bool isPooled = false,
        double margin = 0)
        : base(device, samples, columns, statistic, isPooled)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, ColumnGrids.MinimumNodes);

        KernelSmoothness.Require<TKernel>(8, "a sum on a grid");
        Nodes = nodes;
        this.margin = margin;
        minima = device.Allocate(1, columns);
        maxima = device.Allocate(1, columns);
        spacings = device.Allocate(1, columns);
        origins = device.Allocate(1, columns);
        inverseSpacings = device.Allocate(1, columns);
        one = device.Upload(1, 1, [1]);
        steps = device.Upload(1, nodes, [.. Enumerable.Range(0, nodes).Select(step => (double)step)]);
        spacingPerRow = device.Allocate(columns, 1);
        inverseSquarePerRow = device.Allocate(columns, 1);
        couplingPerRow = device.Allocate(columns, 1);
        sumPerRow = device.Allocate(columns, 1);
        secondSumPerRow = device.Allocate(columns, 1);
        sumPerColumn = device.Allocate(1, columns);
        counts = device.Allocate(columns, nodes);
        sums = device.Allocate(columns, nodes);
        coupledCounts = device.Allocate(columns, nodes);
        coupledTable = device.Allocate(columns, nodes);
        taps = [.. areTapsReady.Select(_ => device.Allocate(columns, nodes))];
        tables = [.. areTablesReady.Select(_ => device.Allocate(columns, nodes))];
        overall = device.Allocate(1, 1);
        finite = device.Allocate(1, 1);
        perNode = device.Allocate(1, nodes);
        points = weights = inverseSquares = one;
    }

    /// <summary>The number of nodes of a grid, G.</summary>
    public int Nodes { get; }

    private ColumnGrids Grids => new(origins, inverseSpacings);

    /// <summary>
    /// Bounds of the errors of the results for the current inputs, without those of rounding; see the remarks on the class. Reads the
    /// inputs from the device and allocates memory.
    /// </summary>
    public GridErrorBounds[] ErrorBounds()
    {
        double[] spacing = Device.Read(spacings);
        double[] inverseSquare = Device.Read(inverseSquares);
        double[] coupling = couplings is null ? new double[Columns] : Device.Read(couplings);
        double[] weight = Device.Read(weights);
        var bounds = new GridErrorBounds[Columns];
        for (int column = 0; column < Columns; column++)
        {
            double total = 0, largest = 0;
            for (int i = IsPooled ? 0 : column; i < weight.Length; i += IsPooled ? 1 : Columns)
            {
                total += Math.Abs(weight[i]);
                largest = Math.Max(largest, Math.Abs(weight[i]));
            }

            double bandwidth = 1 / Math.Sqrt(inverseSquare[column]);
            double relative = Math.Pow(spacing[column] / bandwidth, 4) * 27 / 512;
            double c = Math.Abs(coupling[column]);
            double[] kernel =
            [
                .. Enumerable.Range(0, 4).Select(n => relative * LargestDerivative(n + 4) / Math.Pow(bandwidth, n)),
            ];
            double[] witness = [.. Enumerable.Range(0, 3).Select(n => (total * kernel[n]) + (c * Count * kernel[n + 1]))];
            bounds[column] = new(
                PairWeight * ((total * witness[0]) + (c * Count * witness[1])),
                (largest * witness[0]) + (c * witness[1]),
                2 * PairWeight * witness[0],
                2 * PairWeight * ((largest * witness[1]) + (c * witness[2])),
                2 * PairWeight * Count * witness[1]);
        }

        return bounds;
    }

    /// <summary>Copies the witness and its first three derivatives at the nodes, with the grids.</summary>
    /// <param name="tables">Receives β, β′, β″ and β‴ (R×G each), multiplied by the scale.</param>
    /// <param name="grids">Receives the grids.</param>
    public void CopyWitness(IReadOnlyList<DeviceMatrix> tables, in ColumnGrids grids, double scale)
    {
        for (int order = 0; order < Witnesses; order++)
            Device.Map<Scaled>(tables[order], Table(order), p: scale);
        Device.Map<Identity>(grids.Origins, origins);
        Device.Map<Identity>(grids.InverseSpacings, inverseSpacings);
    }

    private protected override void PrepareCore(
        DeviceMatrix points, DeviceMatrix weights, DeviceMatrix? couplings, DeviceMatrix inverseSquareBandwidths)
    {
        this.points = points;
        this.weights = weights;
        this.couplings = couplings;
        inverseSquares = inverseSquareBandwidths;
        Device.ColumnRanges(minima, maxima, points);
        if (IsPooled)
            PoolRanges();
        Device.Map<GridSpacing>(
            spacings, minima, maxima, inverseSquares, p: 1.0 / (Nodes - 3), q: MinSpacing + (2 * margin / (Nodes - 3)));
        Device.Map<GridOrigin>(origins, minima, spacings, inverseSquares, p: margin);
        Device.Map<Quotient>(inverseSpacings, one, spacings);
        Device.Transpose(spacingPerRow, spacings);
        Device.Transpose(inverseSquarePerRow, inverseSquares);
        Device.SpreadColumns(counts, sums, Grids, points, weights);
        if (IsPooled)
        {
            PoolRows(counts);
            PoolRows(sums);
        }

        if (couplings is not null)
        {
            Device.Transpose(couplingPerRow, couplings);
            Device.Map<Product>(coupledCounts, counts, couplingPerRow);
        }

        areTapsReady.AsSpan().Clear();
        areTablesReady.AsSpan().Clear();
    }

    private protected override void ValuesCore(DeviceMatrix output)
    {
        Device.SumRows<Product>(sumPerRow, sums, Table(0));
        if (couplings is not null)
        {
            Device.SumRows<Product>(secondSumPerRow, coupledCounts, Table(1));
            Device.Map<AddScaled>(sumPerRow, sumPerRow, secondSumPerRow, p: 1);
        }

        Device.Transpose(output, sumPerRow);
        if (Statistic == PairStatistic.U)
        {
            Device.SumColumns<Square>(sumPerColumn, weights);
            if (IsPooled)
                Pool(sumPerColumn);
            Device.Map<AddScaled>(output, output, sumPerColumn, p: -CentralDerivatives[0]);
            if (couplings is not null)
                Device.Map<AddScaledSquareProduct>(output, output, couplings, inverseSquares, p: -Count * CentralDerivatives[1]);
        }

        Device.Map<Scaled>(output, output, p: PairWeight);
    }

    private protected override void RowSumsCore(DeviceMatrix output)
    {
        Interpolate(output, order: 0, scale: 1);
        if (Statistic == PairStatistic.V)
            return;
        Device.Map<AddScaledProduct>(output, output, weights, weights, p: -CentralDerivatives[0]);
        if (couplings is not null)
            Device.Map<AddScaledSquareProduct>(output, output, couplings, inverseSquares, p: -CentralDerivatives[1]);
    }

    private protected override void WeightGradientCore(DeviceMatrix output)
    {
        Device.InterpolateColumns(output, Grids, points, Table(0), scale: 2 * PairWeight);
        if (Statistic == PairStatistic.U)
            Device.Map<AddScaled>(output, output, weights, p: -2 * PairWeight * CentralDerivatives[0]);
    }

    private protected override void PointGradientCore(DeviceMatrix output) => Interpolate(output, order: 1, scale: 2 * PairWeight);

    private protected override void CouplingGradientCore(DeviceMatrix output)
    {
        Device.SumRows<Product>(sumPerRow, counts, Table(1));
        Device.Transpose(output, sumPerRow);
        if (Statistic == PairStatistic.U && couplings is not null)
            Device.Map<AddScaledProduct>(output, output, couplings, inverseSquares, p: -Count * CentralDerivatives[1]);
        Device.Map<Scaled>(output, output, p: 2 * PairWeight);
    }

    private protected override void WitnessCore(DeviceMatrix output, int order)
        => Device.InterpolateColumns(output, Grids, points, Table(order));

    /// <summary>Gives every column the range of all; NaN if one of them is NaN.</summary>
    private void PoolRanges()
    {
        Device.SumRows<Scaled>(finite, minima, p: 0);
        Device.MaxRows(overall, maxima);
        Device.Map<AddScaled>(maxima, overall, finite, p: 1);
        Device.Map<Scaled>(minima, minima, p: -1);
        Device.MaxRows(overall, minima);
        Device.Map<LinearCombination>(minima, overall, finite, p: -1, q: 1);
    }

    /// <summary>Gives every row the sum of all rows.</summary>
    private void PoolRows(DeviceMatrix rows)
    {
        Device.SumColumns<Identity>(perNode, rows);
        Device.Map<Identity>(rows, perNode);
    }

    /// <summary>Gives every column the sum of all columns.</summary>
    private void Pool(DeviceMatrix perColumn)
    {
        Device.SumRows<Identity>(overall, perColumn);
        Device.Map<Identity>(perColumn, overall);
    }

    /// <summary><c>scale·(p_i β⁽ⁿ⁾(z_i) + c β⁽ⁿ⁺¹⁾(z_i))</c>.</summary>
    private void Interpolate(DeviceMatrix output, int order, double scale)
    {
        if (couplings is not null)
            Device.Map<Product>(coupledTable, Table(order + 1), couplingPerRow);
        Device.InterpolateColumns(
            output, Grids, points, Table(order), scale, weights, couplings is null ? null : coupledTable);
    }

    /// <summary>The derivative of the witness of the given order at the nodes (R×G).</summary>
    private DeviceMatrix Table(int order)
    {
        DeviceMatrix table = tables[order];
        if (areTablesReady[order])
            return table;
        Device.ConvolveRows(table, sums, Taps(order), isOdd: order % 2 == 1);
        if (couplings is not null)
            Device.ConvolveRows(table, coupledCounts, Taps(order + 1), isOdd: order % 2 == 0, alpha: -1, beta: 1);
        areTablesReady[order] = true;
        return table;
    }

    /// <summary>The derivative of the kernel of the given order at the distances between the first node and every node (R×G).</summary>
    private DeviceMatrix Taps(int order)
    {
        DeviceMatrix values = taps[order];
        if (areTapsReady[order])
            return values;
        switch (order)
        {
            case 0:
                Device.Map<LineKernel<TKernel>>(values, steps, spacingPerRow, inverseSquarePerRow);
                break;
            case 1:
                Device.Map<LineKernelFirstDerivative<TKernel>>(values, steps, spacingPerRow, inverseSquarePerRow);
                break;
            case 2:
                Device.Map<LineKernelSecondDerivative<TKernel>>(values, steps, spacingPerRow, inverseSquarePerRow);
                break;
            case 3:
                Device.Map<LineKernelThirdDerivative<TKernel>>(values, steps, spacingPerRow, inverseSquarePerRow);
                break;
            default:
                Device.Map<LineKernelFourthDerivative<TKernel>>(values, steps, spacingPerRow, inverseSquarePerRow);
                break;
        }

        areTapsReady[order] = true;
        return values;
    }

    /// <summary><c>K_m h^m</c> or a bound of it, m ≤ 8.</summary>
    private static double LargestDerivative(int order) => order % 2 == 0
        ? CentralDerivatives[order / 2]
        : Math.Sqrt(CentralDerivatives[order / 2] * CentralDerivatives[(order / 2) + 1]);

    private static double[] DerivativesAtZero()
    {
        RadialProfile<DoubleLane> profile = RadialKernel<TKernel>.At(default(DoubleLane));
        double[] ratios =
        [
            profile.FirstRatio.Value, profile.SecondRatio.Value, profile.ThirdRatio.Value, TKernel.FourthRatio(default(DoubleLane)).Value,
        ];
        var derivatives = new double[5];
        derivatives[0] = profile.Value.Value;

        // (2m)!/m! is 2(2m − 1) times its predecessor.
        for (int m = 1; m <= 4; m++)
            derivatives[m] = derivatives[m - 1] * ratios[m - 1] * 2 * ((2 * m) - 1);
        return derivatives;
    }
}
