using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.OneDimensional;

/// <summary>
/// The squared kernelised Stein discrepancies of the coordinates z = V x of a model, each of them a number on a line, against the base
/// density with the score ψ: the diffusion Stein operator with the constant matrix V⁻¹ and test functions of one coordinate each. They do
/// not depend on invertible linear maps of x.
/// </summary>
/// <remarks>
/// <para>
/// With the witness <c>β(t) = E[ψ(z) k(t, z) + ∂_z k(t, z)]</c> and the critic <c>F = ψβ + β′</c>, the V-statistic is the mean of F(z), and
/// its derivative by z_i is <c>2F′(z_i)/N</c>. Sums over pairs are those of <see cref="LinePairSums"/>, with the weights ψ(z) and the
/// coupling 1: O(N) on a grid, up to <see cref="ErrorBounds"/>, with smooth kernels, and O(N log N) and exact with the Matérn kernel of
/// order 5/2, which for 20 000 numbers takes more than ten times as long and has no table of the witness.
/// </para>
/// <para>
/// The Stein kernel of <c>k(t, s) = κ(t − s) − κ(t + s)</c> is that of κ(t − s) summed over z and −z, with the weights ψ(z) and −ψ(z): the
/// sum over the 2N numbers ±z has every pair twice. Its witness is odd, so that β(0) = 0.
/// </para>
/// <para>
/// Where ψ jumps, as that of Laplace's density does at 0, so does ψβ, unless β is 0 there, and gradients are those between jumps: with the
/// odd kernel the discrepancy is continuous and these are its gradients; with the full one they miss the term of the jump.
/// </para>
/// <para>
/// The U-statistic leaves out the pairs of a number with itself. Pooled over coordinates, its mean is that of independent coordinates.
/// </para>
/// </remarks>
internal sealed class CoordinateSteinDiscrepancy<TDensity, TKernel>
    where TDensity : struct, IBaseScore
    where TKernel : struct, IRadialKernel
{
    private readonly Device device;
    private readonly int samples;
    private readonly CoordinateSteinSettings settings;
    private readonly LinePairSums sums;

    /// <summary>Pairs of the sums per pair of samples, its root: 2 with mirrored numbers, otherwise 1.</summary>
    private readonly int copies;

    private readonly DeviceMatrix points;
    private readonly DeviceMatrix weights;
    private readonly DeviceMatrix perEntry;

    // The rows of the numbers themselves, without mirrored ones.
    private readonly DeviceMatrix ownPoints;
    private readonly DeviceMatrix ownWeights;
    private readonly DeviceMatrix ownEntries;
    private readonly DeviceMatrix? mirroredPoints;
    private readonly DeviceMatrix? mirroredWeights;

    private readonly DeviceMatrix scoreDerivatives;
    private readonly DeviceMatrix diagonals;
    private readonly DeviceMatrix gradients;
    private readonly DeviceMatrix perColumn;
    private readonly DeviceMatrix overall;
    private readonly DeviceMatrix ones;
    private readonly DeviceMatrix inverseSquares;

    /// <summary>Allocates memory for N samples with D coordinates, O(ND + DG).</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The bandwidth is not a positive finite number, or the statistic is U and there are fewer than two numbers on a line.
    /// </exception>
    /// <exception cref="ArgumentException">The kernel is neither Matérn-5/2 nor smooth enough for a grid.</exception>
    public CoordinateSteinDiscrepancy(Device device, int samples, int coordinates, CoordinateSteinSettings settings)
    {
        if (!(settings.Bandwidth > 0 && double.IsFinite(settings.Bandwidth)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(settings),
                settings.Bandwidth,
                $"The bandwidth cannot be {settings.Bandwidth}; it must be a positive finite number.");
        }

        (this.device, this.samples, this.settings) = (device, samples, settings);
        copies = settings.IsOdd ? 2 : 1;
        int rows = copies * samples;
        sums = typeof(TKernel) == typeof(Matern52Kernel)
            ? new MaternPairSums(device, rows, coordinates, MaternOrder.FiveHalves, isPooled: settings.IsPooled)
            : new GridPairSums<TKernel>(
                device, rows, coordinates, nodes: settings.Nodes, isPooled: settings.IsPooled, margin: settings.Margin);
        _ = settings.Statistic.Weight(Count);
        points = device.Allocate(rows, coordinates);
        weights = device.Allocate(rows, coordinates);
        perEntry = device.Allocate(rows, coordinates);
        (ownPoints, ownWeights, ownEntries) = (points.RowRange(0, samples), weights.RowRange(0, samples), perEntry.RowRange(0, samples));
        if (settings.IsOdd)
            (mirroredPoints, mirroredWeights) = (points.RowRange(samples, samples), weights.RowRange(samples, samples));
        scoreDerivatives = device.Allocate(samples, coordinates);
        diagonals = device.Allocate(samples, coordinates);
        gradients = device.Allocate(samples, coordinates);
        perColumn = device.Allocate(1, coordinates);
        overall = device.Allocate(1, 1);
        ones = device.Upload(1, coordinates, [.. Enumerable.Repeat(1.0, coordinates)]);
        inverseSquares = device.Upload(1, coordinates, [.. Enumerable.Repeat(InverseSquare, coordinates)]);
    }

    /// <summary>The numbers of which a critic is made: N, or ND if it is shared.</summary>
    private int Count => sums.Count / copies;

    private double InverseSquare => 1 / (settings.Bandwidth * settings.Bandwidth);

    /// <summary>0 for the full kernel, 1 for the odd one.</summary>
    private double Mirrored => copies - 1;

    /// <summary>What a V-statistic is multiplied by in a U-statistic, before its diagonal is subtracted.</summary>
    private double Correction => settings.Statistic == PairStatistic.U ? Count / (Count - 1.0) : 1;

    /// <summary>Sets the coordinates z (N×D) of all results, until the next call.</summary>
    /// <exception cref="ArgumentException">The matrix has another shape.</exception>
    public void Prepare(DeviceMatrix z)
    {
        if (z.Rows != samples || z.Columns != points.Columns)
        {
            throw new ArgumentException(
                $"The coordinates cannot be {z.Rows}×{z.Columns}; the shape must be {samples}×{points.Columns}.", nameof(z));
        }

        device.Map<Identity>(ownPoints, z);
        device.Map<BaseScore<TDensity>>(ownWeights, z, p: settings.P, q: settings.Q);
        device.Map<BaseScoreDerivativeTimes<TDensity>>(scoreDerivatives, z, ones, p: settings.P, q: settings.Q);
        if (mirroredPoints is not null && mirroredWeights is not null)
        {
            device.Map<Scaled>(mirroredPoints, ownPoints, p: -1);
            device.Map<Scaled>(mirroredWeights, ownWeights, p: -1);
        }

        sums.Prepare(points, weights, ones, inverseSquares);
    }

    /// <summary>
    /// <paramref name="output"/> (1×D) = the discrepancy of each coordinate; if the critic is shared, that of all, in every column.
    /// </summary>
    public void Values(DeviceMatrix output)
    {
        sums.Values(output);
        if (settings.Statistic == PairStatistic.V)
        {
            device.Map<Scaled>(output, output, p: copies);
            return;
        }

        device.SumColumns<CoordinateSteinDiagonal<TKernel>>(perColumn, ownPoints, ownWeights, p: InverseSquare, q: Mirrored);
        DeviceMatrix diagonal = perColumn;
        if (settings.IsPooled)
        {
            device.SumRows<Identity>(overall, perColumn);
            diagonal = overall;
        }

        device.Map<LinearCombination>(output, output, diagonal, p: copies * Correction, q: -Correction / Count / Count);
    }

    /// <summary><paramref name="output"/> (N×D) = <c>β⁽ⁿ⁾(z)</c> for the order n, 0, 1 or 2, of the V-statistic.</summary>
    public void Witness(DeviceMatrix output, int order = 0)
    {
        sums.Witness(perEntry, order);
        device.Map<Scaled>(output, ownEntries, p: 1.0 / Count);
    }

    /// <summary><paramref name="output"/> (N×D) = F(z), whose means are the V-statistics.</summary>
    public void Critic(DeviceMatrix output)
    {
        sums.RowSums(perEntry);
        device.Map<Scaled>(output, ownEntries, p: 1.0 / Count);
    }

    /// <summary>
    /// <paramref name="output"/> (N×D) = the derivatives of the discrepancies with respect to z, scores included.
    /// </summary>
    public void PointGradient(DeviceMatrix output)
    {
        double scale = copies * copies * Correction;
        sums.PointGradient(perEntry);
        device.Map<Scaled>(output, ownEntries, p: scale);
        sums.WeightGradient(perEntry);
        device.Map<AddScaledProduct>(output, output, ownEntries, scoreDerivatives, p: scale);
        if (settings.Statistic == PairStatistic.V)
            return;
        device.Map<CoordinateSteinDiagonalSlope<TKernel>>(
            diagonals, ownPoints, ownWeights, scoreDerivatives, p: InverseSquare, q: Mirrored);
        device.Map<AddScaled>(output, output, diagonals, p: -Correction / Count / Count);
    }

    /// <summary>
    /// <paramref name="output"/> (D×K) = the derivative with respect to V (D×K), z = V x, of the sum over the coordinates, or of the one
    /// discrepancy of all; with z for x, the relative gradient (D×D).
    /// </summary>
    /// <param name="output">Receives the gradient.</param>
    /// <param name="x">The samples x (N×K), of which the coordinates are.</param>
    public void MatrixGradient(DeviceMatrix output, DeviceMatrix x)
    {
        PointGradient(gradients);
        device.Multiply(output, gradients, x, transposeLeft: true);
    }

    /// <summary>The critic of the current coordinates, which stays as it is when they change.</summary>
    /// <exception cref="InvalidOperationException">The sums are exact, and there is no table of the witness.</exception>
    public SteinCritic<TDensity> Freeze()
    {
        if (sums is not GridPairSums<TKernel> grid)
            throw new InvalidOperationException($"A critic with the kernel {TKernel.Name} has no table; pass a smooth kernel.");
        var critic = new SteinCritic<TDensity>(device, samples, points.Columns, grid.Nodes, settings.P, settings.Q);
        critic.CopyFrom(grid, 1.0 / Count);
        return critic;
    }

    /// <summary>Bounds of the errors of the results, one per coordinate. Reads from the device and allocates memory.</summary>
    public CoordinateErrorBounds[] ErrorBounds()
    {
        if (sums is not GridPairSums<TKernel> grid)
            return new CoordinateErrorBounds[points.Columns];
        double slope = device.Read(scoreDerivatives).Max(Math.Abs);
        double pairs = (double)sums.Count * sums.Count;
        return Array.ConvertAll(grid.ErrorBounds(), bound => new CoordinateErrorBounds(
            copies * Correction * bound.Value,
            bound.WeightGradient * pairs / 2 / Count,
            bound.RowSum / Count,
            copies * copies * Correction * (bound.PointGradient + (slope * bound.WeightGradient))));
    }
}
