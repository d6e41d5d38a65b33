using Xunit;

namespace Stein.Engine.Tests.Golden;

public sealed class GoldenCasesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("stein-golden-").FullName;
    private readonly string extraFolder = Directory.CreateTempSubdirectory("stein-golden-").FullName;

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        Directory.Delete(extraFolder, recursive: true);
    }

    [Fact]
    public void A_quantity_without_cases_fails_instead_of_passing_an_empty_theory()
    {
        var error = Assert.Throws<InvalidOperationException>(() => GoldenCases.Names("no_such_quantity"));
        Assert.Contains("no_such_quantity", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cases_come_from_both_folders_and_equal_files_count_once()
    {
        Write(folder, "same", 1);
        Write(extraFolder, "same", 1);
        Write(folder, "changed", 2);
        Write(extraFolder, "changed", 3);
        File.WriteAllText(Path.Combine(folder, "README.md"), "not a case");

        var cases = GoldenCases.LoadAll(folder, extraFolder)["q"];

        Assert.Equal(["changed", "same", "changed [STEIN_GOLDEN]"], cases.Select(golden => golden.Name));
        Assert.Equal([2.0, 1.0, 3.0], cases.Select(golden => golden.Expected.Scalar("value")));
    }

    [Fact]
    public void Vectors_and_matrices_are_read_in_row_order()
    {
        Write(folder, "case", 1);
        var inputs = GoldenCases.LoadAll(folder, null)["q"].Single().Inputs;
        Assert.Equal([1.5, -2], inputs.Vector("v"));
        Assert.Equal(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }, inputs.Matrix("m"));
        Assert.Equal([1, 2, 3, 4, 5, 6], inputs.FlatMatrix("m"));
    }

    [Fact]
    public void A_missing_extra_folder_is_an_error() =>
        Assert.Throws<DirectoryNotFoundException>(() => GoldenCases.LoadAll(folder, Path.Combine(extraFolder, "missing")));

    private static void Write(string folder, string name, int value) => File.WriteAllText(
        Path.Combine(folder, name + ".json"),
        $$"""
        {"quantity": "q", "inputs": {"v": [1.5, -2], "m": [[1, 2, 3], [4, 5, 6]]},
         "expected": {"value": {{value}}}, "name": "{{name}}"}
        """);
}
