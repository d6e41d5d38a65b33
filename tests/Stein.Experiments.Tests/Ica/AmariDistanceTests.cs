using Stein.Experiments.Ica;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

public sealed class AmariDistanceTests
{
    private static readonly double[,] Example = { { 1, -2, 0.5 }, { 0.25, 3, 1 }, { 2, 0.1, -1 } };

    [Fact]
    public void Is_zero_for_a_scaled_permutation() =>
        Assert.Equal(0, AmariDistance.Of(new double[,] { { 0, -3, 0 }, { 0, 0, 0.01 }, { 7, 0, 0 } }));

    [Fact]
    public void Is_one_when_all_entries_have_one_size() =>
        Assert.Equal(1, AmariDistance.Of(new double[,] { { 2, -2, 2 }, { 2, 2, -2 }, { -2, 2, 2 } }), 1e-15);

    [Fact]
    public void Has_the_value_of_the_formula()
    {
        double rows = (3.5 / 2 - 1) + (4.25 / 3 - 1) + (3.1 / 2 - 1);
        double columns = (3.25 / 2 - 1) + (5.1 / 3 - 1) + (2.5 / 1 - 1);
        Assert.Equal((rows + columns) / 12, AmariDistance.Of(Example), 1e-15);
    }

    [Fact]
    public void Ignores_the_order_of_rows_and_columns_the_signs_and_a_common_scale()
    {
        int[] rows = [2, 0, 1];
        int[] columns = [1, 2, 0];
        double[,] moved = new double[3, 3];
        for (int row = 0; row < 3; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                moved[row, column] = -4 * Example[rows[row], columns[column]];
            }
        }

        Assert.Equal(AmariDistance.Of(Example), AmariDistance.Of(moved), 1e-15);
    }

    [Fact]
    public void Refuses_what_has_no_distance()
    {
        var exception = Assert.Throws<ArgumentException>(() => AmariDistance.Of(new double[2, 3]));
        Assert.Contains("2×3", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => AmariDistance.Of(new double[0, 0]));
        Assert.Throws<ArgumentException>(() => AmariDistance.Of(new double[,] { { 1, 0 }, { 0, 0 } }));
        Assert.Throws<ArgumentException>(() => AmariDistance.Of(new double[,] { { 1, double.NaN }, { 0, 1 } }));
    }
}
