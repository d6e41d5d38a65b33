using ILGPU;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>
/// A view of a matrix for kernels: element (row, column) is at <c>row·RowStride + column·ColumnStride</c>. A stride of 0
/// repeats a row or a column; swapping the strides transposes the matrix.
/// </summary>
internal readonly struct StridedView
{
    public readonly ArrayView<float> Data;
    public readonly int RowStride;
    public readonly int ColumnStride;

    public StridedView(ArrayView<float> data, int rowStride, int columnStride)
    {
        Data = data;
        RowStride = rowStride;
        ColumnStride = columnStride;
    }

    public float this[int row, int column] => Data[(row * RowStride) + (column * ColumnStride)];

    public StridedView Transposed() => new(Data, ColumnStride, RowStride);
}
