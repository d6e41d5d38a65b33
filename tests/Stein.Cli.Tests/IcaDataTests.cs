using System.Globalization;
using System.Text.Json;
using Stein.Cli.Commands;
using Stein.Experiments.Separation;
using Stein.Tests;

namespace Stein.Cli.Tests;

/// <summary><c>stein ica --data</c>, end to end.</summary>
[Collection(nameof(InThisProcess))]
public sealed class IcaDataTests
{
    /// <summary>Two mixed Laplace sources in columns a and b, 300 rows.</summary>
    private static readonly double[] Mixed = Mix(300);

    /// <summary>Rows of three columns, a fault, and what is said of it.</summary>
    public static TheoryData<string, string, string> Faults => new()
    {
        { "x[0], x[1], x[0] - x[1]", "", "rank 2 of 3: each of the columns a, b, c is a combination of the others" },
        { "x[0], x[1], 3", "", "column c is constant in the rows for fitting and carries no signal" },
        { "x[0], 7, 3", "", "columns b, c are constant" },
        { "x[0], x[1], x[0]", "", "rank 2 of 3: columns are copies of others, up to a factor and an offset: c of a" },
        { "x[0], x[1], 5 - 2 x[1]", "", "c of b. Leave columns out by --drop, or give --components 2." },
        { "x[0], x[1], x[2]", "--components 4", "it has 3 columns, and --components 4 asks for more" },
        { "x[0], x[1], x[2]", "--test-share 0.99", "--test-share 0.99: it must be from 0 to 0.9" },
        { "x[0], x[1], x[2]", "--test-share 0.001", "--test-share 0.001 of its 300 rows is 0; hold out 2 or more, or 0" },
        { "x[0], x[1], x[2]", "--image-width 7 --out o", "--data x.csv has 300 rows, which are not lines of 7 pixels" },
        { "x[0], x[1], x[2]", "--image-width 10", "--image-width: it has no effect without --out" },
        { "x[0], x[1], x[2]", "--true-mixing wide.csv", "it has 2×2 numbers (rows×columns); it must have 3×3" },
        { "x[0], x[1], x[2]", "--true-mixing singular.csv", "its columns depend on one another (rank 2 of 3)" },
        { "x[0], x[1], x[2]", "--true-mixing absent.csv", "there is no such file" },
        { "x[0], x[1], x[2]", "--method ksd --batch 500", "--batch 500 is more than the 240 rows for fitting" },
        { "x[0], x[1], x[2]", "--method ksd --base logistic", "--method ksd knows laplace and student-t only" },
        { "x[0], x[1], x[2]", "--method ksd --base student-t --degrees-of-freedom 3", "--degrees-of-freedom 3: --method ksd has 5" },
        { "x[0], x[1], x[2]", "--method ksd --columns a", "one source is not separated by a Stein discrepancy" },
        { "x[0], x[1], x[2]", "--method gan", "--method gan: it must be one of local, mle, fastica, ksd, lsd, maxsksd, maxsksd-rg" },
        { "x[0], x[1], x[2]", "--base gauss", "--base gauss: it must be one of laplace, student-t, logistic, sub-gaussian, auto" },
        { "x[0], x[1], x[2]", "--iterations 5", "--iterations: it has no effect on local, mle and fastica" },
        { "x[0], x[1], x[2]", "--no-whitening --method fastica", "fastica needs whitened samples" },
        { "x[0], x[1], x[2]", "--no-whitening --method local", "local needs whitened samples" },
        { "x[0], x[1], x[2]", "--no-whitening --components 2", "principal components are uncorrelated" },
        { "x[0], x[1], x[2]", "--degrees-of-freedom 0", "--degrees-of-freedom 0: it must be a positive finite number" },
        { "x[0], x[1], x[2]", "--starts 0", "--starts 0: it must be a whole number from 1 to 1000" },
        { "x[0], x[1], x[2]", "--tolerance 0", "--tolerance 0: it must be above 0 and below 1" },
        { "x[0], x[1], x[2]", "--json --quiet", "it has no effect with --json" },
        { "x[0], x[1], x[2]", "--dim 10", "--dim: it belongs to the experiment, stein ica without --data, and has no effect here" },
        { "x[0], x[1], x[2]", "--dims 10 20", "--dims: it belongs to the experiment" },
        { "x[0], x[1], x[2]", "--dry-run", "--dry-run: it belongs to the experiment" },
        { "x[0], x[1], x[2]", "--startz 3", "--startz: there is no such option. Did you mean '--starts'?" },
        { "x[0], x[1], x[2]", "--example speech --out o", "--data: it has no effect with --example" },
    };

    [Fact]
    public void The_maximum_is_that_of_an_independent_program()
    {
        using var stein = new SteinProgram();
        File.Copy(Path.Combine(Repository.Folder, "tests", "golden", "ica_x.csv"), stein.PathOf("x.csv"));
        using JsonDocument json = Separate(
            stein, "--method", "mle", "--base", "laplace", "--no-centring", "--test-share", "0", "--out", "o");
        JsonElement model = json.RootElement.GetProperty("methods")[0];
        Assert.Equal(-3.25552947, model.GetProperty("train_log_likelihood").GetDouble(), 5e-9);
        Assert.True(model.GetProperty("converged").GetBoolean());
        Assert.InRange(model.GetProperty("gradient_norm").GetDouble(), 0, 1e-12);
        Assert.InRange(model.GetProperty("largest_distance_between_starts").GetDouble(), 0, 1e-12);
        double[] unmixing = ScoreSamples.Parse(stein.Read("o", "unmixing.csv")).Values;
        Assert.Equal([0.30795461, 1.16021831, 0.86947031, -0.42514196], unmixing.Select(entry => Math.Round(entry, 8)));

        // The mixing matrix is its inverse, and the sources of the first row are its products.
        double[] mixing = ScoreSamples.Parse(stein.Read("o", "mixing.csv")).Values;
        Assert.Equal(1, (unmixing[0] * mixing[0]) + (unmixing[1] * mixing[2]), 1e-12);
        Assert.Equal(0, (unmixing[0] * mixing[1]) + (unmixing[1] * mixing[3]), 1e-12);
        double[] first = ScoreSamples.Parse(stein.Read("o", "sources.csv")).Values[..2];
        Assert.Equal((unmixing[0] * -0.437914) + (unmixing[1] * -1.919254), first[0], 1e-12);
        Assert.Equal((unmixing[2] * -0.437914) + (unmixing[3] * -1.919254), first[1], 1e-12);
    }

    /// <summary>
    /// Voices, whose peaks are sharper than those of any density that they may have: local coordinates come nearer to the truth than the
    /// maximum of the likelihood, and both are there without being asked for.
    /// </summary>
    [Fact]
    public void Local_coordinates_are_the_default_beside_maximum_likelihood()
    {
        using var stein = new SteinProgram();
        Assert.Equal(0, stein.RunHere("ica", "--example", "speech", "--out", "speech", "--quiet").ExitCode);
        File.Move(stein.PathOf("speech", "mixtures.csv"), stein.PathOf("x.csv"));
        using JsonDocument json = Separate(stein, "--true-mixing", "speech/mixing.csv", "--starts", "2");
        JsonElement[] methods = [.. json.RootElement.GetProperty("methods").EnumerateArray()];
        Assert.Equal(["local", "mle"], methods.Select(method => method.GetProperty("method").GetString()));
        Assert.All(methods, method => Assert.True(method.GetProperty("converged").GetBoolean()));
        double[] distances = [.. methods.Select(method => method.GetProperty("amari_distance").GetDouble())];
        Assert.InRange(distances[0], 0, distances[1]);
        Assert.InRange(distances[1], 0, 0.01);
        Assert.Equal(
            methods[1].GetProperty("train_log_likelihood").GetDouble(), methods[0].GetProperty("train_log_likelihood").GetDouble(), 1e-3);
        Assert.Equal(2, methods[0].GetProperty("starts").GetArrayLength());
        Assert.Equal("stein.ica.data/1", json.RootElement.GetProperty("schema").GetString());
    }

    [Fact]
    public void The_model_is_a_target()
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", Mixed, 2, "a,b");
        Assert.Equal(0, stein.RunHere("ica", "--data", "x.csv", "--test-share", "0", "--out", "o", "--quiet").ExitCode);
        SteinResult result = stein.RunHere("ksd", "--samples", "x.csv", "--target", "o/model.json", "--independent", "--json");
        Assert.True(result.ExitCode == 0, $"{result}");
        using var json = JsonDocument.Parse(result.Output);

        // The mean of −zψ(z) is 1 where the likelihood is largest.
        Assert.Equal(1, json.RootElement.GetProperty("stein_identity").GetProperty("ratio").GetDouble(), 0.02);
    }

    [Fact]
    public void A_column_that_is_a_combination_but_for_rounding_is_pointed_out()
    {
        using var stein = new SteinProgram();
        double[] x = ScoreSamples.Normal(100, 2, 5);
        ScoreSamples.Write(
            stein, "x.csv", [.. x.Chunk(2).SelectMany(row => (double[])[row[0], row[1], Math.Round(row[0] - row[1], 6)])], 3, "a,b,c");
        SteinResult result = stein.RunHere("ica", "--data", "x.csv", "--max-iterations", "5");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains("rank 2 of 3 up to one part in 100 000", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Images of all kinds of sources, sub-Gaussian ones too, and every file.</summary>
    [Fact]
    public void Mixed_images_are_separated_and_drawn()
    {
        using var stein = new SteinProgram();
        SteinResult example = stein.RunHere("ica", "--example", "images", "--out", "images");
        Assert.True(example.ExitCode == 0, $"{example}");
        SteinResult result = stein.RunHere(
            "ica", "--data", "images/mixtures.csv", "--true-mixing", "images/mixing.csv", "--method", "mle,fastica,local",
            "--image-width", $"{SignalExample.ImageWidth}", "--out", "o");
        Assert.True(result.ExitCode == 0, $"{result}");
        foreach (string text in (string[])
        [
            "mle has converged", "fastica has converged by its own criterion", "local has converged", "1 sub-gaussian",
            "3277 rows fitted, 819 held out",
        ])
        {
            Assert.Contains(text, result.Output, StringComparison.Ordinal);
        }

        string[] methods = stein.ReadLines("o", "methods.csv");
        Assert.All(methods.Skip(1), line => Assert.InRange(double.Parse(line.Split(',')[^1], CultureInfo.InvariantCulture), 0, 0.05));
        Assert.Equal(
            // Three sources with 4000 points each are too many for an SVG.
            IcaDataOutput.FileNames.Except(["traces.svg"]).Order(StringComparer.Ordinal),
            Directory.GetFiles(stein.PathOf("o")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        // A blank figure has less than 10 000 bytes.
        Assert.All(Directory.GetFiles(stein.PathOf("o"), "*.png"), path => Assert.InRange(new FileInfo(path).Length, 10_000, 1_000_000));
        Assert.Equal(4097, stein.ReadLines("o", "sources.csv").Length);
    }

    /// <summary>Whatever the number of threads: processes of their own, for the runtime reads it at its start.</summary>
    [Fact]
    public void The_bits_do_not_depend_on_the_number_of_threads()
    {
        string[] outputs =
        [
            .. ((string[])["1", "5"]).Select(threads =>
            {
                using var stein = new SteinProgram(new Dictionary<string, string> { ["DOTNET_PROCESSOR_COUNT"] = threads });
                ScoreSamples.Write(stein, "x.csv", Mix(4000), 2, "a,b");
                SteinResult result = stein.Run(
                    "ica", "--data", "x.csv", "--method", "local,mle,fastica,maxsksd", "--base", "laplace", "--starts", "2",
                    "--iterations", "30", "--json");
                Assert.True(result.ExitCode == 0, $"{result}");
                Assert.Equal("", result.Error);
                return result.Output;
            }),
        ];
        Assert.Equal(outputs[0], outputs[1]);
    }

    [Fact]
    public void Stein_discrepancies_are_trained_on_the_same_rows()
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", Mixed, 2, "a,b");
        using JsonDocument json = Separate(
            stein, "--method", "ksd,lsd,maxsksd,maxsksd-rg,mle", "--base", "student-t", "--iterations", "40", "--batch", "50");
        JsonElement[] models = [.. json.RootElement.GetProperty("methods").EnumerateArray()];
        double best = models[^1].GetProperty("train_log_likelihood").GetDouble();
        Assert.All(models[..^1], model =>
        {
            Assert.InRange(model.GetProperty("train_log_likelihood").GetDouble(), best - 2, best);
            Assert.Equal(JsonValueKind.Null, model.GetProperty("converged").ValueKind);
            Assert.InRange(model.GetProperty("gradient_norm").GetDouble(), 1e-4, 10);
        });
        Assert.Equal(5, models.DistinctBy(model => model.GetProperty("unmixing").GetRawText()).Count());
    }

    [Fact]
    public void What_has_not_converged_is_said()
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", Mixed, 2, "a,b");
        SteinResult result = stein.RunHere("ica", "--data", "x.csv", "--base", "logistic", "--max-iterations", "1", "--starts", "1");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains("local has NOT converged", result.Output, StringComparison.Ordinal);
        Assert.Contains("mle has NOT converged", result.Output, StringComparison.Ordinal);
        Assert.Contains(" no ", result.Output, StringComparison.Ordinal);
    }

    /// <summary>The units of the columns do not matter, nor does the way to the maximum.</summary>
    [Theory]
    [InlineData("--no-whitening")]
    [InlineData("--components 2")]
    [InlineData("--method local")]
    public void Columns_in_other_units_have_the_same_sources(string options)
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", Mixed, 2, "a,b");
        using JsonDocument plain = Separate(stein, "--method", "mle", "--base", "logistic", "--starts", "1");
        double[] inOtherUnits = [.. Mixed.Select((value, index) => index % 2 == 0 ? 1e6 * value : 1e-6 * (value + 3))];
        ScoreSamples.Write(stein, "x.csv", inOtherUnits, 2, "a,b");
        using JsonDocument scaled = Separate(stein, ["--base", "logistic", "--starts", "1", .. options.Split(' ')]);
        double[][] unmixing = Unmixing(plain), other = Unmixing(scaled);
        for (int source = 0; source < 2; source++)
        {
            Assert.Equal(unmixing[source][0], 1e6 * other[source][0], 1e-6);
            Assert.Equal(unmixing[source][1], 1e-6 * other[source][1], 1e-6);
        }

        static double[][] Unmixing(JsonDocument json) => json.RootElement.GetProperty("methods")[0].GetProperty("unmixing")
            .Deserialize<double[][]>()!;
    }

    [Fact]
    public void Principal_components_leave_the_rest_out()
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", Columns("x[0], x[1], x[0] - x[1]"), 3, "a,b,c");
        using JsonDocument json = Separate(stein, "--components", "2");
        Assert.Equal(2, json.RootElement.GetProperty("sources").GetInt32());
        Assert.Equal(1, json.RootElement.GetProperty("explained_share").GetDouble(), 1e-12);
        Assert.Equal(3, json.RootElement.GetProperty("methods")[0].GetProperty("mixing").GetArrayLength());
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_is_wrong_is_said_and_nothing_is_written(string columns, string options, string message)
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", Columns(columns), 3, "a,b,c");
        ScoreSamples.Write(stein, "wide.csv", [1, 2, 3, 4], 2);
        ScoreSamples.Write(stein, "singular.csv", [2.5, 1, 0, 1, 1, 1, 3.5, 2, 1], 3);
        SteinResult result = stein.RunHere(
            ["ica", "--data", "x.csv", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
        Assert.Equal(3, Directory.GetFiles(stein.Folder, "*", SearchOption.AllDirectories).Length);
    }

    [Theory]
    [InlineData("a,b,c\n1,2,3\n3,1,2\n", "2 of its 2 rows are for fitting, and 3 sources need more than 3")]
    [InlineData("a,b\n1,2\n3,nan\n", "line 3, column 2 (b)")]
    public void Too_few_rows_and_what_is_no_number_are_refused(string text, string message)
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("x.csv"), text);
        SteinResult result = stein.RunHere("ica", "--data", "x.csv");
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--example speech", "--example: give --out")]
    [InlineData("--example speech --out o --starts 3", "--starts: it has no effect with --example")]
    [InlineData("--example tones --out o", "--example tones: it must be one of speech, images")]
    [InlineData("--data", "--data")]
    public void Options_that_do_not_fit_are_refused(string options, string message)
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.RunHere(["ica", .. options.Split(' ')]);
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Empty(stein.Entries());
    }

    [Fact]
    public void A_file_of_the_folder_that_is_read_is_not_replaced()
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "sources.csv", Mixed, 2, "a,b");
        string before = stein.Read("sources.csv");
        SteinResult result = stein.RunHere("ica", "--data", "sources.csv", "--out", ".");
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains("--data is read from that file, which would be replaced", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, stein.Read("sources.csv"));
    }

    private static JsonDocument Separate(SteinProgram stein, params string[] options)
    {
        SteinResult result = stein.RunHere(["ica", "--data", "x.csv", .. options, "--json"]);
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Equal("", result.Error);
        return JsonDocument.Parse(result.Output);
    }

    private static double[] Mix(int rows)
    {
        double[] normal = ScoreSamples.Normal(rows, 4, 5);
        // The product of two normal numbers is super-Gaussian.
        return
        [
            .. normal.Chunk(4).SelectMany(z => (double[])[(z[0] * z[1]) + (0.5 * z[2] * z[3]), (z[2] * z[3]) - (0.3 * z[0] * z[1])]),
        ];
    }

    /// <summary>300 rows of three columns, each of which is a formula of three numbers.</summary>
    private static double[] Columns(string formulas)
    {
        string[] columns = formulas.Split(", ");
        return [.. ScoreSamples.Normal(300, 3, 9).Chunk(3).SelectMany(x => columns.Select(column => column switch
        {
            "x[0]" => x[0],
            "x[1]" => x[1],
            "x[2]" => x[2],
            "x[0] - x[1]" => x[0] - x[1],
            "5 - 2 x[1]" => 5 - (2 * x[1]),
            _ => double.Parse(column, CultureInfo.InvariantCulture),
        }))];
    }
}
