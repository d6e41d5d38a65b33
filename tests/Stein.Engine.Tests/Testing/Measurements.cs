using System.Collections.Concurrent;
using System.Runtime.Intrinsics;
using Stein.Engine.Devices;
using Xunit;

namespace Stein.Engine.Tests.Testing;

/// <summary>Named results of a computation on a device; on the <see cref="ReferenceDevice"/> with bounds of their errors.</summary>
public sealed class Measurements(Device device)
{
    /// <summary>
    /// The factor of the error bound: twice, because the bound is of first order in u and the reference itself has rounding errors.
    /// </summary>
    private const double OfBound = 2;

    /// <summary>
    /// The factor of the largest error among eight samples of every number of an array. For an array of a single number with normal errors,
    /// all samples are below an eighth of three standard deviations with probability 5·10⁻⁵, and only then does an actual error of three
    /// standard deviations fail. Samples are the same in every run.
    /// </summary>
    private const double OfSamples = 8;

    private static readonly ConcurrentDictionary<string, Lazy<Measurements>> References = new();

    private readonly Dictionary<string, (double[] Values, RunningErrorLane[] Errors)> results = [];

    public IReadOnlyCollection<string> Names => results.Keys;

    public double[] this[string name] => results[name].Values;

    /// <summary>The values with their errors on the reference; empty on other devices.</summary>
    public RunningErrorLane[] Errors(string name) => results[name].Errors;

    /// <summary>Adds the current contents of a matrix.</summary>
    public void Add(string name, DeviceMatrix matrix) => Add(name, () => device.Read(matrix));

    /// <summary>Adds the transpose of the current contents of a matrix.</summary>
    public void AddTransposed(string name, DeviceMatrix matrix)
    {
        DeviceMatrix transposed = device.Allocate(matrix.Columns, matrix.Rows);
        device.Transpose(transposed, matrix);
        Add(name, transposed);
    }

    /// <summary>Adds the numbers that a computation reads from the device last, or k-th last.</summary>
    public void Add(string name, Func<double[]> compute, int fromLast = 1)
    {
        var reference = device as ReferenceDevice;
        _ = reference?.TakeRead();
        double[] values = compute();
        results.Add(name, (values, reference?.TakeRead()[^fromLast] ?? []));
    }

    /// <summary>
    /// Adds a number that is the sum of all numbers read from the device times <paramref name="weight"/>, plus exact numbers.
    /// </summary>
    public void AddSum(string name, double weight, Func<double> compute)
    {
        var reference = device as ReferenceDevice;
        _ = reference?.TakeRead();
        double value = compute();
        RunningErrorLane[] errors = reference is null ? [] : [Combine(value, weight, reference.TakeRead().SelectMany(read => read))];
        results.Add(name, ([value], errors));
    }

    /// <summary>Adds values computed on the host from earlier results; on the reference with the errors that follow from theirs.</summary>
    public void AddDerived(string name, double[] values, Func<RunningErrorLane[]> errors)
        => results.Add(name, (values, device is ReferenceDevice ? errors() : []));

    /// <summary>The errors of a number that is the sum of others times a weight, plus exact numbers.</summary>
    public static RunningErrorLane Combine(double value, double weight, IEnumerable<RunningErrorLane> terms)
    {
        RunningErrorLane combined = RunningErrorLane.Exact(value);
        foreach (RunningErrorLane term in terms)
            combined = new(value, combined.Bound + (Math.Abs(weight) * term.Bound), combined.Samples + (weight * term.Samples));
        return combined;
    }

    /// <summary>Fails unless every result agrees with the reference within its tolerance at the device's unit round-off.</summary>
    /// <returns>The largest error relative to its tolerance.</returns>
    public static double Compare(Measurements reference, Measurements actual, double unitRoundoff)
    {
        Assert.Equal(reference.Names, actual.Names);
        double worst = 0;
        foreach (string name in reference.Names)
        {
            Func<int, double> tolerance = reference.Tolerance(name, unitRoundoff);
            worst = Math.Max(worst, Checks.Close(name, reference[name], actual[name], tolerance));
        }

        return worst;
    }

    /// <summary>
    /// Runs a program on a device and on the reference and compares the results. On the reference it runs once for all devices, and once
    /// more for simulators, for which a program may use fewer sizes.
    /// </summary>
    public static double Compare(string uniqueName, Device device, Action<Device, Measurements> program)
    {
        Lazy<Measurements> reference = References.GetOrAdd(
            $"{uniqueName}, all sizes {Sizes.AreAll(device)}", _ => new Lazy<Measurements>(() => Run(new ReferenceDevice(), program)));
        return Compare(reference.Value, Run(device, program), device.UnitRoundoff);
    }

    /// <summary>Runs a program on a device.</summary>
    public static Measurements Run(Device device, Action<Device, Measurements> program)
    {
        var results = new Measurements(device);
        program(device, results);
        return results;
    }

    /// <summary>On the reference, the tolerance of every entry of a result, by its bound or by samples, whichever is smaller.</summary>
    public Func<int, double> Tolerance(string name, double unitRoundoff)
    {
        RunningErrorLane[] errors = Errors(name);
        double largest = 0;
        foreach (RunningErrorLane error in errors)
        {
            for (int k = 0; k < Vector512<double>.Count; k++)
                largest = Math.Max(largest, Math.Abs(error.Samples[k]));
        }

        return i => unitRoundoff * Math.Min(OfBound * errors[i].Bound, OfSamples * largest);
    }
}
