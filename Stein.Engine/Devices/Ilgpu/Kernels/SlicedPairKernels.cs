using ILGPU;
using Stein.Engine.Formulas;
using Stein.Engine.Lanes;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>
/// Sums of the sliced term over pairs of N samples in R slices. A thread has one sample i and one slice and loops over
/// all j. Neighbouring threads have neighbouring slices, so they read neighbouring numbers.
/// </summary>
/// <remarks>
/// <para>
/// The statistic is <c>w·Σ_ij t_ij</c> with symmetric terms, so its derivative with respect to a quantity of sample i is
/// <c>2w·Σ_j ∂t_ij/∂(first argument)</c>, including j = i for the V-statistic, and the derivative with respect to the coupling is
/// <c>w·Σ_ij ∂t_ij/∂c</c>. The formula takes scaled projections, so derivatives with respect to z and c are multiplied by the
/// slice's scale.
/// </para>
/// <para>
/// Projections are measured from that of sample j: the scaled <c>zᵢ − zⱼ</c> and 0 stand for <c>wᵢ</c> and <c>wⱼ</c>. The difference
/// is then taken before the scale is rounded, which costs nothing and matters when the samples lie far from 0.
/// </para>
/// </remarks>
internal static class SlicedPairKernels
{
    /// <summary><c>partial_ir = w·Σ_j t_ij</c>.</summary>
    public static void Values<TTerm>(Index1D index, SlicedPairViews views, ArrayView<float> partial)
        where TTerm : struct, ISlicedPairTerm
    {
        int i = index / views.Slices;
        int slice = index - (i * views.Slices);
        SlicedPairSlice<FloatLane> term = views.Term<TTerm>(slice);
        float scale = term.ProjectionScale.Value;
        float zi = views.Projections[index];
        var pi = new FloatLane(views.ProjectedScores[index]);
        FloatLane zero = FloatLane.Constant(0);
        FloatLane total = zero;
        for (int start = 0; start < views.Samples; start += GroupSum.BlockLength)
        {
            int end = IntrinsicMath.Min(views.Samples, start + GroupSum.BlockLength);
            FloatLane block = zero;
            for (int j = start; j < end; j++)
            {
                if (j != i || views.Diagonal != 0)
                {
                    int other = (j * views.Slices) + slice;
                    var w = new FloatLane(scale * (zi - views.Projections[other]));
                    TTerm.AddValue(w, zero, pi, new FloatLane(views.ProjectedScores[other]), term, ref block);
                }
            }

            total += block;
        }

        partial[index] = views.Weight * total.Value;
    }

    /// <summary><c>output_ij = Σ_r t_rij</c>, 0 for j = i in the U-statistic, with one thread per pair.</summary>
    public static void Pairs<TTerm>(Index1D index, SlicedPairViews views, ArrayView<float> output)
        where TTerm : struct, ISlicedPairTerm
    {
        int i = index / views.Samples;
        int j = index - (i * views.Samples);
        FloatLane zero = FloatLane.Constant(0);
        FloatLane sum = zero;
        if (j != i || views.Diagonal != 0)
        {
            for (int slice = 0; slice < views.Slices; slice++)
            {
                SlicedPairSlice<FloatLane> term = views.Term<TTerm>(slice);
                int first = (i * views.Slices) + slice;
                int second = (j * views.Slices) + slice;
                var w = new FloatLane(term.ProjectionScale.Value * (views.Projections[first] - views.Projections[second]));
                var pi = new FloatLane(views.ProjectedScores[first]);
                var pj = new FloatLane(views.ProjectedScores[second]);
                TTerm.AddValue(w, zero, pi, pj, term, ref sum);
            }
        }

        output[index] = sum.Value;
    }

    /// <summary><c>gradient_ir = 2w·Σ_j ∂t_ij/∂pᵢ</c>.</summary>
    public static void ScoreGradients<TTerm>(Index1D index, SlicedPairViews views, ArrayView<float> gradient)
        where TTerm : struct, ISlicedPairTerm
    {
        int i = index / views.Slices;
        int slice = index - (i * views.Slices);
        SlicedPairSlice<FloatLane> term = views.Term<TTerm>(slice);
        float scale = term.ProjectionScale.Value;
        float zi = views.Projections[index];
        var pi = new FloatLane(views.ProjectedScores[index]);
        FloatLane zero = FloatLane.Constant(0);
        FloatLane total = zero;
        FloatLane unused = zero;
        for (int start = 0; start < views.Samples; start += GroupSum.BlockLength)
        {
            int end = IntrinsicMath.Min(views.Samples, start + GroupSum.BlockLength);
            FloatLane block = zero;
            for (int j = start; j < end; j++)
            {
                if (j != i || views.Diagonal != 0)
                {
                    int other = (j * views.Slices) + slice;
                    var w = new FloatLane(scale * (zi - views.Projections[other]));
                    TTerm.AddScoreGradient(
                        w, zero, pi, new FloatLane(views.ProjectedScores[other]), term, ref block, ref unused);
                }
            }

            total += block;
        }

        gradient[index] = 2 * views.Weight * total.Value;
    }

    /// <summary><c>gradient_ir = 2w·Σ_j ∂t_ij/∂zᵢ</c> and <c>couplingPartial_ir = w·Σ_j ∂t_ij/∂c</c>.</summary>
    public static void ProjectionGradients<TTerm>(
        Index1D index, SlicedPairViews views, ArrayView<float> gradient, ArrayView<float> couplingPartial)
        where TTerm : struct, ISlicedPairTerm
    {
        int i = index / views.Slices;
        int slice = index - (i * views.Slices);
        SlicedPairSlice<FloatLane> term = views.Term<TTerm>(slice);
        float scale = term.ProjectionScale.Value;
        float zi = views.Projections[index];
        var pi = new FloatLane(views.ProjectedScores[index]);
        FloatLane zero = FloatLane.Constant(0);
        FloatLane total = zero;
        FloatLane couplingTotal = zero;
        for (int start = 0; start < views.Samples; start += GroupSum.BlockLength)
        {
            int end = IntrinsicMath.Min(views.Samples, start + GroupSum.BlockLength);
            FloatLane block = zero;
            FloatLane couplingBlock = zero;
            for (int j = start; j < end; j++)
            {
                if (j != i || views.Diagonal != 0)
                {
                    int other = (j * views.Slices) + slice;
                    var w = new FloatLane(scale * (zi - views.Projections[other]));
                    block += TTerm.ProjectionGradient(
                        w, zero, pi, new FloatLane(views.ProjectedScores[other]), term, ref couplingBlock);
                }
            }

            total += block;
            couplingTotal += couplingBlock;
        }

        gradient[index] = 2 * views.Weight * term.GradientScale.Value * total.Value;
        couplingPartial[index] = views.Weight * term.GradientScale.Value * couplingTotal.Value;
    }
}
