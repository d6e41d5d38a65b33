using Stein.Engine.Tests.Testing;
using Stein.Engine.Thinning;
using Xunit;

namespace Stein.Engine.Tests.Golden;

[Trait("Category", "Golden")]
public class ThinningGoldenTests
{
    private const string Quantity = "thinning";

    /// <summary>Of how many first samples the cases have the KSD, besides all.</summary>
    private static readonly int[] FirstSamples = [1, 2, 10, 50];

    [Theory]
    [MemberData(nameof(GoldenCases.Names), Quantity, MemberType = typeof(GoldenCases))]
    public void Indices_are_the_authors_and_values_agree(string name)
    {
        GoldenCase golden = GoldenCases.Get(Quantity, name);
        double[,] samples = golden.Inputs.Matrix("samples");
        int dimension = samples.GetLength(1);
        var thinning = new SteinThinning(
            [.. samples.Cast<double>()], golden.Inputs.FlatMatrix("scores"), dimension, Settings(golden));
        double[] expectedMatrix = golden.Expected.FlatMatrix("precision_matrix");
        Checks.CloseInMaximum("precision matrix", expectedMatrix, [.. thinning.PrecisionMatrix], 1e-9);
        double[,] kernel = golden.Expected.Matrix("kernel_first_rows");
        double[] ours =
        [
            .. from row in Enumerable.Range(0, kernel.GetLength(0))
               from column in Enumerable.Range(0, kernel.GetLength(1))
               select thinning.Kernel(row, column),
        ];
        Checks.CloseInMaximum("kernel", [.. kernel.Cast<double>()], ours, 1e-9);

        int[] all = [.. Enumerable.Range(0, thinning.Count)];
        Near("KSD of all samples", golden.Expected.Scalar("ksd_v"), thinning.Discrepancy(all));
        Near("unbiased square", golden.Expected.Scalar("ksd_u2"), thinning.UnbiasedSquare(all));
        int[] sizes = [.. FirstSamples.Append(all.Length).Where(size => size <= all.Length).Distinct()];
        Checks.CloseInMaximum(
            "KSD of the first samples",
            golden.Expected.Vector("cumulative"),
            [.. sizes.Select(size => thinning.Discrepancy(all[..size]))],
            1e-9);

        ThinnedSamples thinned = thinning.Select(golden.Inputs.WholeNumber("points"));
        Assert.Equal(golden.Expected.Vector("indices").Select(index => (int)index), thinned.Rows);
        Near("KSD of the selected samples", golden.Expected.Scalar("ksd_v_of_thinned"), thinned.Discrepancies[^1]);
        Near("the same, computed anew", golden.Expected.Scalar("ksd_v_of_thinned"), thinning.Discrepancy(thinned.Rows));
    }

    private static void Near(string what, double expected, double actual) => Checks.CloseInMaximum(what, [expected], [actual], 1e-9);

    private static ThinningSettings Settings(GoldenCase golden) => new()
    {
        Preconditioner = (PreconditionerRule)Preconditioner.RuleNames.ToList().IndexOf(
            golden.Inputs.GetProperty("preconditioner").GetString()!),
        IsStandardised = golden.Inputs.GetProperty("standardise").GetBoolean(),
    };
}
