using System.Runtime.CompilerServices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Devices.Cpu;

/// <summary>
/// The sliced pair sums. A lane holds several slices, so that a row-major N×R matrix already has the right layout, each pair
/// i &lt; j is visited once, and no sum runs across a lane.
/// </summary>
internal sealed unsafe partial class CpuDevice<TLane, TElement>
{
    private protected override void SlicedPairSumsCore<TTerm>(SlicedPairRequest request)
    {
        if (request.Values is not null)
            SlicedPass<TTerm, ValuesOnly>(request);
        if (request.ScoreGradient is not null)
            SlicedPass<TTerm, ScoreGradientOnly>(request);
        if (request.ProjectionGradient is not null)
            SlicedPass<TTerm, ProjectionGradientOnly>(request);
    }

    /// <summary>Adds one slice after the other to the output; a lane holds the second samples of several pairs.</summary>
    private protected override void SlicedPairMatrixCore<TTerm>(DeviceMatrix output, SlicedPairRequest request)
    {
        CpuMatrix<TElement> target = Cpu(output);
        Working zt = Transposed(1, Cpu(request.Projections));
        Working pt = Transposed(2, Cpu(request.ProjectedScores));
        int count = target.Rows;
        for (int slice = 0; slice < request.Projections.Columns; slice++)
        {
            SlicedPairSlice<TLane> constants = TTerm.Slice(
                TLane.Broadcast(Cpu(request.Couplings).Pointer[slice]),
                TLane.Broadcast(Cpu(request.InverseSquareBandwidths).Pointer[slice]),
                TLane.Broadcast(Cpu(request.FourthOrders).Pointer[slice]));
            TElement* w = zt.Pointer + ((nint)slice * zt.Stride);
            TElement* p = pt.Pointer + ((nint)slice * pt.Stride);
            for (int j = 0; j < count; j += TLane.Count)
                TLane.Store(TLane.Load(w + j) * constants.ProjectionScale, w + j);
            for (int i = 0; i < count; i++)
            {
                TElement* row = target.Row(i);
                TLane wi = TLane.Broadcast(w[i]);
                TLane pi = TLane.Broadcast(p[i]);
                for (int j = i / MirrorBlock * MirrorBlock; j < count; j += TLane.Count)
                {
                    TLane sum = slice == 0 ? default : TLane.Load(row + j);
                    TTerm.AddValue(wi, TLane.Load(w + j), pi, TLane.Load(p + j), constants, ref sum);
                    TLane.Store(sum, row + j);
                }
            }
        }

        MirrorUpper(target);
        if (request.Statistic == PairStatistic.U)
            FillDiagonalCore(output, 0, 0);
    }

    private void SlicedPass<TTerm, TOutputs>(SlicedPairRequest request)
        where TTerm : struct, ISlicedPairTerm
        where TOutputs : struct
    {
        CpuMatrix<TElement> z = Cpu(request.Projections);
        CpuMatrix<TElement> p = Cpu(request.ProjectedScores);
        int count = z.Rows;
        bool diagonal = request.Statistic == PairStatistic.V;
        double weight = request.Statistic.Weight(count);
        TLane single = TLane.Constant(weight);
        TLane twice = TLane.Constant(2 * weight);

        // One lane of slices at a time, copied into contiguous memory so that it stays in the first-level cache.
        TElement* zs = Scratch(1, 1, count * TLane.Count).Pointer;
        TElement* ps = Scratch(2, 1, count * TLane.Count).Pointer;
        TElement* sums = Scratch(3, 1, count * TLane.Count).Pointer;
        int lane = TLane.Count;
        for (int slice = 0; slice < z.Columns; slice += TLane.Count)
        {
            SlicedPairSlice<TLane> constants = TTerm.Slice(
                TLane.Load(Cpu(request.Couplings).Pointer + slice),
                TLane.Load(Cpu(request.InverseSquareBandwidths).Pointer + slice),
                TLane.Load(Cpu(request.FourthOrders).Pointer + slice));
            TLane total = default;
            for (int i = 0; i < count; i++)
            {
                TLane zi = TLane.Load(z.Row(i) + slice) * constants.ProjectionScale;
                TLane pi = TLane.Load(p.Row(i) + slice);
                TLane.Store(zi, zs + (i * lane));
                TLane.Store(pi, ps + (i * lane));
                TLane.Store(default, sums + (i * lane));
            }

            AllPairs<TTerm, TOutputs>(zs, ps, sums, count, lane, constants, ref total);

            TLane diagonalTotal = default;
            if (diagonal)
                Diagonal<TTerm, TOutputs>(zs, ps, sums, count, lane, constants, ref diagonalTotal);
            if (typeof(TOutputs) == typeof(ValuesOnly))
                TLane.Store((total * twice) + (diagonalTotal * single), Cpu(request.Values!).Pointer + slice);
            if (typeof(TOutputs) == typeof(ScoreGradientOnly))
                Spread(Cpu(request.ScoreGradient!), slice, sums, lane, twice);
            if (typeof(TOutputs) == typeof(ProjectionGradientOnly))
            {
                Spread(Cpu(request.ProjectionGradient!), slice, sums, lane, twice * constants.GradientScale);
                TLane.Store(
                    ((total * twice) + (diagonalTotal * single)) * constants.GradientScale,
                    Cpu(request.CouplingGradient!).Pointer + slice);
            }
        }
    }

    /// <summary>
    /// Sums over all pairs i &lt; j, two rows i at a time: in <paramref name="sums"/> the gradient with respect to the scores or
    /// projections, in <paramref name="total"/> the value or the gradient with respect to the coupling.
    /// </summary>
    private static void AllPairs<TTerm, TOutputs>(
        TElement* z, TElement* p, TElement* sums, int count, int lane, SlicedPairSlice<TLane> slice, ref TLane total)
        where TTerm : struct, ISlicedPairTerm
        where TOutputs : struct
    {
        for (int i = 0; i + 1 < count; i += 2)
        {
            TElement* rowI = sums + (i * lane);
            TElement* end = z + (count * lane);
            TElement* zj = z + (i * lane);
            TElement* pj = p + (i * lane);
            TElement* sumsJ = rowI;
            TLane z0 = TLane.Load(zj), z1 = TLane.Load(zj + lane);
            TLane p0 = TLane.Load(pj), p1 = TLane.Load(pj + lane);
            TLane sum0 = TLane.Load(rowI), sum1 = TLane.Load(rowI + lane);
            TLane partial = default;
            Pair<TTerm, TOutputs>(z0, z1, p0, p1, slice, ref sum0, ref sum1, ref partial);
            for (zj += 2 * lane, pj += 2 * lane, sumsJ += 2 * lane; zj < end; zj += lane, pj += lane, sumsJ += lane)
            {
                TLane zLanes = TLane.Load(zj);
                TLane pLanes = TLane.Load(pj);
                TLane sumJ = TLane.Load(sumsJ);
                Pair<TTerm, TOutputs>(z0, zLanes, p0, pLanes, slice, ref sum0, ref sumJ, ref partial);
                Pair<TTerm, TOutputs>(z1, zLanes, p1, pLanes, slice, ref sum1, ref sumJ, ref partial);
                TLane.Store(sumJ, sumsJ);
            }

            TLane.Store(sum0, rowI);
            TLane.Store(sum1, rowI + lane);
            total += partial;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair<TTerm, TOutputs>(
        TLane zi, TLane zj, TLane pi, TLane pj, in SlicedPairSlice<TLane> slice, ref TLane sumI, ref TLane sumJ, ref TLane total)
        where TTerm : struct, ISlicedPairTerm
        where TOutputs : struct
    {
        if (typeof(TOutputs) == typeof(ValuesOnly))
            TTerm.AddValue(zi, zj, pi, pj, slice, ref total);
        if (typeof(TOutputs) == typeof(ScoreGradientOnly))
            TTerm.AddScoreGradient(zi, zj, pi, pj, slice, ref sumI, ref sumJ);
        if (typeof(TOutputs) == typeof(ProjectionGradientOnly))
        {
            TLane force = TTerm.ProjectionGradient(zi, zj, pi, pj, slice, ref total);
            sumI += force;
            sumJ -= force;
        }
    }

    /// <summary>Adds the pairs i = j of the V-statistic, which count once in the total; all other pairs count twice.</summary>
    private static void Diagonal<TTerm, TOutputs>(
        TElement* z, TElement* p, TElement* sums, int count, int lane, in SlicedPairSlice<TLane> slice, ref TLane total)
        where TTerm : struct, ISlicedPairTerm
        where TOutputs : struct
    {
        for (int i = 0; i < count; i++)
        {
            TLane zi = TLane.Load(z + (i * lane));
            TLane pi = TLane.Load(p + (i * lane));
            TLane sum = TLane.Load(sums + (i * lane));
            TLane other = default;
            Pair<TTerm, TOutputs>(zi, zi, pi, pi, slice, ref sum, ref other, ref total);

            // The force of a sample on itself is zero: Pair adds it to one sum and subtracts it from the other, so neither is stored.
            if (typeof(TOutputs) == typeof(ScoreGradientOnly))
                TLane.Store(sum, sums + (i * lane));
        }
    }

    private static void Spread(CpuMatrix<TElement> output, int slice, TElement* sums, int lane, TLane factor)
    {
        for (int i = 0; i < output.Rows; i++)
            TLane.Store(TLane.Load(sums + (i * lane)) * factor, output.Row(i) + slice);
    }

    // What a pass computes. These are types, not flags, so that the compiler drops the other branches before inlining.
    private readonly struct ValuesOnly;

    private readonly struct ScoreGradientOnly;

    private readonly struct ProjectionGradientOnly;
}
