using ILGPU;
using Stein.Engine.Formulas;
using Stein.Engine.Lanes;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>What a pair term reads of points, for kernels.</summary>
internal readonly struct PointViews(StridedView first, StridedView second, StridedView third, int dimension)
{
    public readonly StridedView First = first;
    public readonly StridedView Second = second;
    public readonly StridedView Third = third;
    public readonly int Dimension = dimension;

    public FloatLane Entry(int row, int matrix, int index)
        => new(matrix == 0 ? First[row, index] : matrix == 1 ? Second[row, index] : Third[row, index]);
}

/// <summary>A <see cref="PairSet"/>, for kernels.</summary>
internal readonly struct PairViews(
    PointViews first, PointViews second, ArrayView<float> constants, int columns, bool isWithinOneSet, bool hasDiagonal)
{
    public readonly PointViews First = first;
    public readonly PointViews Second = second;
    public readonly ArrayView<float> Constants = constants;

    /// <summary>The number of second points.</summary>
    public readonly int Columns = columns;

    private readonly int within = isWithinOneSet ? 1 : 0;
    private readonly int diagonal = hasDiagonal ? 1 : 0;

    public bool IsWithinOneSet => within != 0;

    /// <summary>Whether the pair belongs to the set.</summary>
    public bool Has(int i, int j) => i != j || diagonal != 0;

    public ViewPair At(int i, int j) => new(this, i, j);
}

/// <summary>One pair of a <see cref="PairSet"/>, for kernels.</summary>
internal readonly struct ViewPair(PairViews views, int i, int j) : IPair<FloatLane>
{
    public int Dimension => views.First.Dimension;

    public FloatLane DimensionLane => new(Dimension);

    public FloatLane First(int matrix, int index) => views.First.Entry(i, matrix, index);

    public FloatLane Second(int matrix, int index) => views.Second.Entry(j, matrix, index);

    public FloatLane Constant(int index) => new(views.Constants[index]);
}

/// <summary>Which entries a gradient kernel computes, and the factor of the sums.</summary>
internal readonly struct GradientEntries(int firstRow, int columns, int matrix, float scale)
{
    public readonly int FirstRow = firstRow;
    public readonly int Columns = columns;
    public readonly int Matrix = matrix;
    public readonly float Scale = scale;
}
