using ILGPU;
using ILGPU.Runtime;
using Stein.Engine.Devices.Ilgpu.Kernels;
using Floats = ILGPU.ArrayView<float>;

namespace Stein.Engine.Devices.Ilgpu;

/// <content>Matrix products.</content>
internal sealed partial class IlgpuDevice
{
    private protected override void MultiplyCore(
        DeviceMatrix product, DeviceMatrix left, DeviceMatrix right, bool transposeLeft, bool transposeRight, double alpha, double beta)
    {
        IlgpuMatrix ownProduct = Own(product);
        IlgpuMatrix ownLeft = Own(left);
        IlgpuMatrix ownRight = Own(right);
        if (cudaProducts is not null)
            cudaProducts.Multiply(ownProduct, ownLeft, ownRight, transposeLeft, transposeRight, (float)alpha, (float)beta);
        else if (isSimulator)
            MultiplyTiles<SimulatorProductTile>(ownProduct, ownLeft, ownRight, transposeLeft, transposeRight, (float)alpha, (float)beta);
        else
            MultiplyTiles<GpuProductTile>(ownProduct, ownLeft, ownRight, transposeLeft, transposeRight, (float)alpha, (float)beta);
    }

    private void MultiplyTiles<TTile>(
        IlgpuMatrix product, IlgpuMatrix left, IlgpuMatrix right, bool transposeLeft, bool transposeRight, float alpha, float beta)
        where TTile : struct, IProductTile
    {
        Action<KernelConfig, Floats, int, int, int, StridedView, StridedView, float, float> launch = launchers.Get(
            nameof(ProductKernels.Multiply),
            typeof(TTile),
            static accelerator => accelerator.LoadStreamKernel<Floats, int, int, int, StridedView, StridedView, float, float>(
                ProductKernels.Multiply<TTile>));
        int size = TTile.Size;
        // CUDA allows 2³¹ − 1 groups along x but only 65 535 along y. Rows, which are samples, therefore go along x.
        var grid = new Index2D((product.Rows + size - 1) / size, (product.Columns + size - 1) / size);
        launch(
            new KernelConfig(grid, new Index2D(size, size)),
            product.Elements,
            product.Rows,
            transposeLeft ? left.Rows : left.Columns,
            product.Columns,
            transposeLeft ? left.Strided.Transposed() : left.Strided,
            transposeRight ? right.Strided.Transposed() : right.Strided,
            alpha,
            beta);
    }
}
