using ILGPU;
using Stein.Engine.Formulas;
using Stein.Engine.Lanes;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>The inputs of a <see cref="SlicedPairRequest"/>, for kernels.</summary>
internal readonly struct SlicedPairViews
{
    public readonly ArrayView<float> Projections;
    public readonly ArrayView<float> ProjectedScores;
    public readonly ArrayView<float> Couplings;
    public readonly ArrayView<float> InverseSquareBandwidths;
    public readonly ArrayView<float> FourthOrders;

    /// <summary>The number of samples N.</summary>
    public readonly int Samples;

    /// <summary>The number of slices R.</summary>
    public readonly int Slices;

    /// <summary>1 if the pairs (i, i) are included, otherwise 0.</summary>
    public readonly int Diagonal;

    /// <summary>The factor of the sum over pairs.</summary>
    public readonly float Weight;

    public SlicedPairViews(
        ArrayView<float> projections,
        ArrayView<float> projectedScores,
        ArrayView<float> couplings,
        ArrayView<float> inverseSquareBandwidths,
        ArrayView<float> fourthOrders,
        int samples,
        int slices,
        PairStatistic statistic)
    {
        Projections = projections;
        ProjectedScores = projectedScores;
        Couplings = couplings;
        InverseSquareBandwidths = inverseSquareBandwidths;
        FourthOrders = fourthOrders;
        Samples = samples;
        Slices = slices;
        Diagonal = statistic == PairStatistic.V ? 1 : 0;
        Weight = (float)statistic.Weight(samples);
    }

    /// <summary>The constants of a slice for the pair term.</summary>
    public SlicedPairSlice<FloatLane> Term<TTerm>(int slice)
        where TTerm : struct, ISlicedPairTerm
        => TTerm.Slice(
            new FloatLane(Couplings[slice]), new FloatLane(InverseSquareBandwidths[slice]), new FloatLane(FourthOrders[slice]));
}
