using ILGPU;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>The grids of R columns and the N points on each.</summary>
internal readonly struct GridViews
{
    public readonly ArrayView<float> Points;
    public readonly ArrayView<float> Origins;
    public readonly ArrayView<float> InverseSpacings;
    public readonly int Rows;
    public readonly int Columns;
    public readonly int Nodes;

    public GridViews(
        ArrayView<float> points, ArrayView<float> origins, ArrayView<float> inverseSpacings, int rows, int columns, int nodes)
    {
        Points = points;
        Origins = origins;
        InverseSpacings = inverseSpacings;
        Rows = rows;
        Columns = columns;
        Nodes = nodes;
    }

    /// <summary>Returns the position of a point within its cell, from 0 to 1; NaN for NaN.</summary>
    public float Locate(int entry, int column, out int cell)
    {
        float position = (Points[entry] - Origins[column]) * InverseSpacings[column];
        float end = Nodes - 2;
        position = position < 1 ? 1 : position;
        position = position > end ? end : position;

        // The conversion of NaN may give any cell.
        cell = IntrinsicMath.Min(IntrinsicMath.Max((int)position, 1), Nodes - 3);
        return position - cell;
    }
}
