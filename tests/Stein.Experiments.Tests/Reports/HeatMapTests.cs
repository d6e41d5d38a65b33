using Stein.Experiments.Reports;
using Xunit;

namespace Stein.Experiments.Tests.Reports;

/// <summary>Where the cells of a matrix and of a grid of images are drawn.</summary>
public sealed class HeatMapTests
{
    [Fact]
    public void The_first_row_of_a_matrix_is_at_the_top()
        => Assert.Equal(
            [new(0, 1, 0.1, "0.1"), new(1, 1, 0.2, "0.2"), new(0, 0, 0.3, "0.3"), new(1, 0, 0.4, "0.4")],
            HeatMap.Matrix("", new[,] { { 0.1, 0.2 }, { 0.3, 0.4 } }, value => $"{value}").Cells);

    [Fact]
    public void Images_fill_rows_from_the_top_with_a_cell_between_them()
    {
        double[,] image = { { 0, 1 } };
        var map = HeatMap.Images([image, image, image], perRow: 2);
        Assert.True(map.IsGrey);
        Assert.Equal([(0, 2), (1, 2), (3, 2), (4, 2), (0, 0), (1, 0)], map.Cells.Select(cell => ((int)cell.X, (int)cell.Y)));
    }
}
