using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.Estimators;

/// <summary>
/// Computes the Gram matrix of the samples and the sums of kernel gradients, block by block of rows.
/// </summary>
internal sealed class SampleGram<TKernel>(SampleSet set)
    where TKernel : struct, IRadialKernel
{
    private readonly Device device = set.Device;
    private readonly KernelBlock<TKernel> block = new(set);

    /// <summary>
    /// Computes <c>⟨∇,K⟩_i = Σ_j w_j ∇_{x_j} k(x_i, x_j)</c> (K×D) and the Gram matrix <c>(KW)_ij = w_j k(x_i, x_j)</c>, where
    /// w is 1 for samples without weights.
    /// </summary>
    /// <param name="gram">Receives the Gram matrix (K×K), on the host.</param>
    public DeviceMatrix GradientSums(PaddedMatrix gram)
    {
        var rows = new double[Math.Min(ScoreEstimate.BlockRows, set.Count) * set.Count];
        return Walk((start, values) =>
        {
            Span<double> read = rows.AsSpan(0, values.Rows * values.Columns);
            device.Read(values, read);
            for (int row = 0; row < values.Rows; row++)
                read.Slice(row * values.Columns, values.Columns).CopyTo(gram.Row(start + row));
        });
    }

    /// <inheritdoc cref="GradientSums(PaddedMatrix)"/>
    /// <param name="gram">Receives the Gram matrix (K×K), on the device.</param>
    public DeviceMatrix GradientSums(DeviceMatrix gram)
        => Walk((start, values) => device.Map<Identity>(gram.RowRange(start, values.Rows), values));

    private DeviceMatrix Walk(Action<int, DeviceMatrix> take)
    {
        DeviceMatrix sums = device.Allocate(set.Count, set.Dimension);
        for (int start = 0; start < set.Count; start += ScoreEstimate.BlockRows)
        {
            int count = Math.Min(ScoreEstimate.BlockRows, set.Count - start);
            block.SetPoints(set.Matrix.RowRange(start, count));
            take(start, block.Values());
            block.AddDisplacements(sums.RowRange(start, count), block.FirstDerivatives(), 2 * block.Scale);
        }

        return sums;
    }
}
