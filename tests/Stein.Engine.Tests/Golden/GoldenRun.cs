using System.Collections.Concurrent;
using System.Text.Json;
using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

/// <summary>
/// Runs a computation on a device and compares all its results with a golden case. Every expected number must have been
/// computed under its path in the file (such as <c>maxsksd_random/grad_g_V</c>).
/// </summary>
public sealed class GoldenRun(string quantity)
{
    /// <summary>
    /// The tolerance of the README of the cases, for the largest difference over the largest expected magnitude. The published code
    /// computes squared distances as |a|² + |b|² − 2a·b, with errors of up to 1e-10.
    /// </summary>
    private const double Tolerance = 1e-9;

    private readonly ConcurrentDictionary<string, Lazy<Measurements>> references = new();

    /// <summary>Renames or transforms expected values of the file.</summary>
    public Action<GoldenCase, Dictionary<string, double[]>> Translate { get; init; } = (_, _) => { };

    /// <summary>Whether a value is zero by construction, so that its tolerance is absolute.</summary>
    public Func<GoldenCase, string, bool> IsZero { get; init; } = (_, _) => false;

    public required Action<GoldenCase, Device, Measurements> Program { get; init; }

    public void Check(string name, string deviceName)
    {
        using DeviceLoan loan = TestDevices.Rent(deviceName);
        Check(name, loan.Device);
    }

    public void Check(string name, Device device)
    {
        GoldenCase golden = GoldenCases.Get(quantity, name);
        var expected = new Dictionary<string, double[]>(StringComparer.Ordinal);
        Flatten(golden.Expected, string.Empty, expected);
        Translate(golden, expected);
        Measurements actual = Measurements.Run(device, (d, results) => Program(golden, d, results));
        bool single = device.UnitRoundoff > Tolerance;
        Measurements? bounds = single ? Reference(golden) : null;
        string[] missing = [.. expected.Keys.Where(path => !actual.Names.Contains(path))];
        Assert.True(missing.Length == 0, $"Expected values that were not computed: {string.Join(", ", missing)}");

        (double worst, string worstPath) = (0, string.Empty);
        (double loosest, string loosestPath) = (0, string.Empty);
        foreach ((string path, double[] values) in expected)
        {
            // Values that are zero by construction are compared absolutely; the numbers involved are of the order of 1.
            double scale = Math.Max(Checks.LargestMagnitude(values), IsZero(golden, path) ? 1 : 0);
            Func<int, double>? rounding = bounds?.Tolerance(path, device.UnitRoundoff);
            double share = Checks.Close(
                $"{name} on {device.Name}: {path}",
                values,
                actual[path],
                i => (Tolerance * scale) + (rounding?.Invoke(i) ?? 0));
            (worst, worstPath) = share > worst ? (share, path) : (worst, worstPath);
            double relative = scale == 0 || rounding is null ? 0 : Enumerable.Range(0, values.Length).Max(rounding) / scale;
            (loosest, loosestPath) = relative > loosest ? (relative, path) : (loosest, loosestPath);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"used {worst:P2} of the tolerance at {worstPath}; loosest {loosest:E1} of the largest entry at {loosestPath}");
    }

    /// <summary>Adds h² of every slice, computed from the device's 1/(h² + 1e−9).</summary>
    public static void AddSquaredBandwidths(Measurements results, string name, Bandwidth bandwidth)
    {
        string inverses = name + "/inverse squares";
        results.Add(inverses, bandwidth.InverseSquares);
        double[] squares = [.. results[inverses].Select(inverse => (1 / inverse) - 1e-9)];
        results.AddDerived(
            name, squares, () => [.. results.Errors(inverses).Select(e => Measurements.Combine(0, -1 / (e.Value * e.Value), [e]))]);
    }

    /// <summary>Replaces expected bandwidths by their squares.</summary>
    public static void SquareBandwidths(Dictionary<string, double[]> expected, Func<string, bool> isBandwidth)
    {
        foreach (string path in expected.Keys.Where(isBandwidth).ToArray())
            expected[path] = [.. expected[path].Select(h => h * h)];
    }

    /// <summary>All numbers under an element, row by row.</summary>
    public static double[] Numbers(JsonElement element)
        => element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().SelectMany(Numbers)] : [element.GetDouble()];

    private static void Flatten(JsonElement element, string path, Dictionary<string, double[]> values)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            values.Add(path, Numbers(element));
            return;
        }

        foreach (JsonProperty property in element.EnumerateObject())
            Flatten(property.Value, path.Length == 0 ? property.Name : $"{path}/{property.Name}", values);
    }

    private Measurements Reference(GoldenCase golden) => references.GetOrAdd(
        golden.Name,
        _ => new Lazy<Measurements>(() => Measurements.Run(new ReferenceDevice(), (d, results) => Program(golden, d, results)))).Value;
}

/// <summary>Reads inputs of any size onto a device.</summary>
internal static class GoldenInputs
{
    /// <summary>A list of rows.</summary>
    public static DeviceMatrix MatrixOn(this JsonElement inputs, string key, Device device)
    {
        double[,] matrix = inputs.Matrix(key);
        return device.Upload(matrix.GetLength(0), matrix.GetLength(1), [.. matrix.Cast<double>()]);
    }

    /// <summary>A list of rows, transposed.</summary>
    public static double[] Transposed(this JsonElement inputs, string key)
    {
        double[,] matrix = inputs.Matrix(key);
        var transposed = new double[matrix.Length];
        for (int row = 0; row < matrix.GetLength(0); row++)
        {
            for (int column = 0; column < matrix.GetLength(1); column++)
                transposed[(column * matrix.GetLength(0)) + row] = matrix[row, column];
        }

        return transposed;
    }
}
