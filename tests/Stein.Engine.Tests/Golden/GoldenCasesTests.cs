using Xunit;

namespace Stein.Engine.Tests.Golden;

public sealed class GoldenCasesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stein-golden-").FullName;
    private readonly string _extraFolder = Directory.CreateTempSubdirectory("stein-golden-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_extraFolder, recursive: true);
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
        Write(_folder, "same", 1);
        Write(_extraFolder, "same", 1);
        Write(_folder, "changed", 2);
        Write(_extraFolder, "changed", 3);
        File.WriteAllText(Path.Combine(_folder, "README.md"), "not a case");

        var cases = GoldenCases.LoadAll(_folder, _extraFolder)["q"];

        Assert.Equal(["changed", "same", "changed [STEIN_GOLDEN]"], cases.Select(golden => golden.Name));
        Assert.Equal([2.0, 1.0, 3.0], cases.Select(golden => golden.Expected.Scalar("value")));
    }

    [Fact]
    public void Vectors_and_matrices_are_read_in_row_order()
    {
        Write(_folder, "case", 1);
        var inputs = GoldenCases.LoadAll(_folder, null)["q"].Single().Inputs;
        Assert.Equal([1.5, -2], inputs.Vector("v"));
        Assert.Equal(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }, inputs.Matrix("m"));
        Assert.Equal([1, 2, 3, 4, 5, 6], inputs.FlatMatrix("m"));
    }

    [Fact]
    public void A_missing_extra_folder_is_an_error() =>
        Assert.Throws<DirectoryNotFoundException>(() => GoldenCases.LoadAll(_folder, Path.Combine(_extraFolder, "missing")));

    private static void Write(string folder, string name, int value) => File.WriteAllText(
        Path.Combine(folder, name + ".json"),
        $$"""
        {"quantity": "q", "inputs": {"v": [1.5, -2], "m": [[1, 2, 3], [4, 5, 6]]},
         "expected": {"value": {{value}}}, "name": "{{name}}"}
        """);
}
