using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Targets;
using Stein.Experiments.Samples;

namespace Stein.Experiments.Targets;

/// <summary>
/// A density that a user describes by a JSON file, as in <c>{"type": "gaussian", "mean": [0, 0], "covariance": [[1, 0], [0, 1]]}</c>.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Type">One of <see cref="Types"/>.</param>
/// <param name="Density">Its scores are exact, in double precision.</param>
/// <param name="Support">Where the density is not zero; null for the whole space.</param>
internal sealed record TargetFile(string Path, string Type, IDensity Density, BoundedSupport? Support)
{
    private const string SupportField = "support";

    private static readonly Dictionary<string, (string[] Fields, Func<TargetFields, string, IDensity> Read)> Readers = new()
    {
        ["gaussian"] = (["mean", "covariance", "standard_deviations"], (fields, _) => Gaussian(fields)),
        ["mixture"] = (["weights", "means", "covariances", "standard_deviations"], (fields, _) => Mixture(fields)),
        ["student-t"] = (["form", "degrees_of_freedom", "location", "scales", "scale_matrix"], (fields, _) => StudentT(fields)),
        ["banana"] = (["dimension", "bend", "variance"], (fields, _) => Banana(fields)),
        ["ica"] = (["base", "degrees_of_freedom", "unmixing", "unmixing_file", "mean"], Ica),
    };

    public static IReadOnlyList<string> Types { get; } = [.. Readers.Keys];

    /// <exception cref="InvalidDataException">It cannot be read, or is not a target; the message names the field and its value.</exception>
    public static TargetFile Read(string path)
    {
        JsonObject given = Parse(path);
        var fields = new TargetFields(path, given);
        string type = fields.Choice("type", Types);
        (string[] own, Func<TargetFields, string, IDensity> read) = Readers[type];
        fields.RequireKnown(type, ["type", .. own, SupportField]);
        IDensity density;
        try
        {
            density = read(fields, System.IO.Path.GetDirectoryName(path) ?? "");
        }
        catch (ArgumentException exception)
        {
            throw fields.Error(exception.Message.Split(" (Parameter")[0]);
        }

        return new(path, type, density, fields.Has(SupportField) ? ReadSupport(fields, density.Dimension) : null);
    }

    /// <summary>The scores at samples (N×D, row-major).</summary>
    /// <exception cref="InvalidDataException">The samples have another dimension, or a score is not a finite number.</exception>
    public double[] ScoresAt(SampleTable samples)
    {
        if (samples.Columns != Density.Dimension)
        {
            throw new InvalidDataException(
                $"{Path}: the target has dimension {Density.Dimension}, and the samples have {samples.Columns} "
                + $"{(samples.Columns == 1 ? "coordinate" : "coordinates")}. Choose the coordinates by --columns, or give another target.");
        }

        var scores = new double[samples.Values.Length];
        Density.Score(samples.Values, scores);
        int wrong = Array.FindIndex(scores, score => !double.IsFinite(score));
        return wrong < 0
            ? scores
            : throw new InvalidDataException(
                $"{Path}: the score at sample {(wrong / samples.Columns) + 1} is not a finite number; the sample is too far from the "
                + "target for double precision.");
    }

    private static JsonObject Parse(string path)
    {
        if (!File.Exists(path))
        {
            string what = Directory.Exists(path) ? "it is a folder" : "there is no such file";
            throw new InvalidDataException($"'{path}': {what}. Give a JSON file that describes a density.");
        }

        try
        {
            return JsonNode.Parse(File.ReadAllText(path), null, new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw new InvalidDataException($"{path}: it is not a JSON object, as in {{\"type\": \"gaussian\", …}}.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: it is not JSON: {exception.Message.TrimEnd('.')}.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(
                $"{path}: it cannot be read ({exception.Message.TrimEnd('.')}). Give a file that you may read.", exception);
        }
    }

    private static GaussianMixture Gaussian(TargetFields fields)
    {
        double[] mean = fields.Numbers("mean");
        GaussianCovariance covariance = OneOf(fields, "covariance", "standard_deviations") == "covariance"
            ? Covariance(fields, "covariance", fields.Square("covariance", mean.Length, "one for each number of mean"))
            : Diagonal(fields.Positive("standard_deviations", mean.Length, "one for each number of mean"));
        return new([1], mean, covariance);
    }

    private static GaussianMixture Mixture(TargetFields fields)
    {
        double[] weights = fields.Numbers("weights");
        double[][] means = fields.Rows("means");
        (int components, int dimension) = (weights.Length, means[0].Length);
        if (means.Length != components)
            throw fields.Error($"means has {means.Length} items; it must have {components}, one for each weight.");
        int negative = Array.FindIndex(weights, weight => weight < 0);
        if (negative >= 0)
            throw fields.Error($"weights[{negative}] is {weights[negative]}; it must not be negative.");
        if (Math.Abs(weights.Sum() - 1) > GaussianMixture.WeightTolerance)
            throw fields.Error($"weights have the sum {weights.Sum()}; it must be 1. Divide each by {weights.Sum()}.");
        string given = OneOf(fields, "covariances", "standard_deviations");
        string of = $"one for each of the {dimension} coordinates";
        GaussianCovariance[] covariances =
        [
            .. fields.List(given, components, "one for each weight").Select((item, index) =>
            {
                string name = $"{given}[{index}]";
                if (given == "covariances")
                {
                    return item is null
                        ? throw fields.Error($"{name} is null; it must be a list of rows.")
                        : Covariance(fields, name, fields.Square(name, item, dimension, of));
                }

                double[] deviations = TargetFields.AsNumber(item) is { } same
                    ? [.. Enumerable.Repeat(same, dimension)]
                    : fields.RequireCount(name, fields.Numbers(name, item), dimension, of);
                return Diagonal(fields.RequirePositive(name, deviations));
            }),
        ];
        return new(weights, [.. means.SelectMany(mean => mean)], covariances);
    }

    private static IDensity StudentT(TargetFields fields)
    {
        string form = fields.Choice("form", ["product", "multivariate"]);
        double degrees = fields.Number("degrees_of_freedom", null, number => number > 0, "a number above 0");
        double[] location = fields.Numbers("location");
        string of = "one for each number of location";
        if (form == "product")
        {
            return fields.Has("scale_matrix")
                ? throw fields.Error(
                    "scale_matrix has no place in a product of independent coordinates; give scales, or form multivariate.")
                : new ProductStudentT(degrees, location, fields.Positive("scales", location.Length, of));
        }

        return new MultivariateStudentT(
            degrees,
            location,
            OneOf(fields, "scale_matrix", "scales") == "scale_matrix"
                ? Covariance(fields, "scale_matrix", fields.Square("scale_matrix", location.Length, of))
                : Diagonal(fields.Positive("scales", location.Length, of)));
    }

    private static BananaDensity Banana(TargetFields fields) => new(
        (int)fields.Number(
            "dimension", 2, number => number is >= 2 and <= 100_000 && double.IsInteger(number), "a whole number, 2 or more"),
        fields.Number("bend", BananaDensity.Bend, _ => true, "a finite number"),
        fields.Number("variance", BananaDensity.Variance, number => number > 0, "a number above 0"));

    private static IcaDensity Ica(TargetFields fields, string folder)
    {
        double[] unmixing;
        string name = OneOf(fields, "unmixing", "unmixing_file");
        if (name == "unmixing")
        {
            unmixing = fields.Square(name, fields.List(name).Count, "as many as rows");
        }
        else
        {
            SampleTable table = SampleTable.Read(System.IO.Path.Combine(folder, fields.Text(name)));
            unmixing = table.Rows == table.Columns
                ? table.Values
                : throw fields.Error($"{name} has a matrix of {table.Rows}×{table.Columns} numbers; it must be square.");
        }

        int dimension = (int)Math.Sqrt(unmixing.Length);
        if (!double.IsFinite(SquareMatrix.LogDeterminant(unmixing, dimension).LogAbsoluteDeterminant))
            throw fields.Error($"{name} is a {dimension}×{dimension} matrix that is singular; it must be invertible.");
        string of = "one for each row of the unmixing matrix";
        double freedom = fields.Number("degrees_of_freedom", 5, number => number > 0, "a number above 0");
        IReadOnlyList<SourceDensity> known = MaximumLikelihoodIca.Candidates(freedom);
        string[] names = [.. known.Select(source => source.Name)];
        IEnumerable<string> bases = fields.Node("base") is JsonArray
            ? fields.List("base", dimension, of).Select((item, index) => new TargetFields(fields.Path, new JsonObject
            {
                [$"base[{index}]"] = item?.DeepClone(),
            }).Choice($"base[{index}]", names))
            : Enumerable.Repeat(fields.Choice("base", names), dimension);
        return new(
            unmixing,
            fields.Has("mean") ? fields.RequireCount("mean", fields.Numbers("mean"), dimension, of) : new double[dimension],
            [.. bases.Select(chosen => known.Single(source => source.Name == chosen))]);
    }

    private static BoundedSupport ReadSupport(TargetFields fields, int dimension)
    {
        double[] lower = new double[dimension], upper = new double[dimension];
        foreach ((int d, JsonNode? item) in fields.List(SupportField, dimension, "one for each coordinate").Index())
        {
            (lower[d], upper[d]) = (double.NegativeInfinity, double.PositiveInfinity);
            if (item is null)
                continue;
            if (item is not JsonArray { Count: 2 } ends || ends.Any(end => end is not null && TargetFields.AsNumber(end) is null))
            {
                throw fields.Error(
                    $"{SupportField}[{d}] is {item.ToJsonString()}; it must be null for the whole line, or a pair such as [0, null] or "
                    + "[0, 1], null for no end.");
            }

            lower[d] = TargetFields.AsNumber(ends[0]) ?? double.NegativeInfinity;
            upper[d] = TargetFields.AsNumber(ends[1]) ?? double.PositiveInfinity;
        }

        try
        {
            return new(lower, upper);
        }
        catch (ArgumentException exception)
        {
            throw fields.Error($"{SupportField}: {exception.Message}");
        }
    }

    /// <summary>The one of two fields that is there.</summary>
    private static string OneOf(TargetFields fields, string first, string second) => (fields.Has(first), fields.Has(second)) switch
    {
        (true, true) => throw fields.Error($"{first} and {second} are both given; leave one of them out."),
        (false, false) => throw fields.Error($"{first} is missing; give it, or {second}."),
        (true, false) => first,
        _ => second,
    };

    private static GaussianCovariance Covariance(TargetFields fields, string name, double[] values)
        => GaussianCovariance.TryFull((int)Math.Sqrt(values.Length), values, out string problem)
            ?? throw fields.Error($"{name} {problem}");

    private static GaussianCovariance Diagonal(double[] deviations)
    {
        int dimension = deviations.Length;
        var values = new double[dimension * dimension];
        for (int d = 0; d < dimension; d++)
            values[(d * dimension) + d] = deviations[d] * deviations[d];
        return Array.TrueForAll(deviations, deviation => deviation == deviations[0])
            ? GaussianCovariance.Isotropic(dimension, deviations[0] * deviations[0])
            : GaussianCovariance.Full(dimension, values);
    }
}
