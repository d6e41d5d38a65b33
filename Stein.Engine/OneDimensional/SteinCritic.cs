using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.OneDimensional;

/// <summary>
/// The critic <c>F = ψβ + β′</c> of each coordinate for a fixed witness β, which is read with its derivatives from a table by cubic
/// interpolation. The mean of F is 0 under the base density, whatever the witness, so that minimising it over V moves z = V x there.
/// </summary>
/// <remarks>
/// ψ is evaluated at z itself and may jump; derivatives are those between jumps. Where ψ jumps at 0 and β is odd, F is continuous, but F′
/// jumps: <see cref="Curvatures"/> leaves out that jump's share, the height of the jump times the density of z at 0. Beyond the ends of its
/// grid the witness is constant.
/// </remarks>
internal sealed class SteinCritic<TDensity>
    where TDensity : struct, IBaseScore
{
    private readonly Device device;
    private readonly double p;
    private readonly double q;
    private readonly DeviceMatrix[] tables;
    private readonly ColumnGrids grids;
    private readonly DeviceMatrix scores;
    private readonly DeviceMatrix work;
    private readonly DeviceMatrix derivatives;
    private readonly DeviceMatrix perColumn;

    /// <summary>Allocates memory for N samples with D coordinates, and G nodes for each coordinate.</summary>
    public SteinCritic(Device device, int samples, int coordinates, int nodes, double p, double q)
    {
        (this.device, this.p, this.q) = (device, p, q);
        tables = [.. Enumerable.Range(0, 4).Select(_ => device.Allocate(coordinates, nodes))];
        grids = new(device.Allocate(1, coordinates), device.Allocate(1, coordinates));
        scores = device.Allocate(samples, coordinates);
        work = device.Allocate(samples, coordinates);
        derivatives = device.Allocate(samples, coordinates);
        perColumn = device.Allocate(1, coordinates);
    }

    /// <summary>Makes the current witness of the sums, multiplied by the scale, that of the critic.</summary>
    public void CopyFrom<TKernel>(GridPairSums<TKernel> sums, double scale)
        where TKernel : struct, IRadialKernel => sums.CopyWitness(tables, grids, scale);

    /// <summary><paramref name="output"/> (N×D) = F(z).</summary>
    public void Values(DeviceMatrix output, DeviceMatrix z)
    {
        device.Map<BaseScore<TDensity>>(scores, z, p: p, q: q);
        device.InterpolateColumns(output, grids, z, tables[0], weights: scores, second: tables[1]);
    }

    /// <summary><paramref name="output"/> (N×D) = <c>F′(z) = ψ′β + ψβ′ + β″</c>.</summary>
    public void Slopes(DeviceMatrix output, DeviceMatrix z)
    {
        device.Map<BaseScore<TDensity>>(scores, z, p: p, q: q);
        device.InterpolateColumns(output, grids, z, tables[1], weights: scores, second: tables[2]);
        device.InterpolateColumns(work, grids, z, tables[0]);
        device.Map<BaseScoreDerivativeTimes<TDensity>>(work, z, work, p: p, q: q);
        device.Map<AddScaled>(output, output, work, p: 1);
    }

    /// <summary>
    /// <paramref name="output"/> (1×D) = <c>κ_i = E[F′(z_i) z_i − F″(z_i)]</c>: with coordinates of variance 1, the sum of the means of F
    /// has the second derivative <c>−(κ_i + κ_j)</c> along the rotation of z_i and z_j where these are independent.
    /// </summary>
    public void Curvatures(DeviceMatrix output, DeviceMatrix z)
    {
        Slopes(derivatives, z);
        device.SumColumns<Product>(output, derivatives, z);

        // F″ = ψ″β + 2ψ′β′ + ψβ″ + β‴
        device.InterpolateColumns(derivatives, grids, z, tables[2], weights: scores, second: tables[3]);
        device.InterpolateColumns(work, grids, z, tables[1]);
        device.Map<BaseScoreDerivativeTimes<TDensity>>(work, z, work, p: p, q: q);
        device.Map<AddScaled>(derivatives, derivatives, work, p: 2);
        device.InterpolateColumns(work, grids, z, tables[0]);
        device.Map<BaseScoreSecondDerivativeTimes<TDensity>>(work, z, work, p: p, q: q);
        device.Map<AddScaled>(derivatives, derivatives, work, p: 1);
        device.SumColumns<Identity>(perColumn, derivatives);
        device.Map<LinearCombination>(output, output, perColumn, p: 1.0 / z.Rows, q: -1.0 / z.Rows);
    }
}
