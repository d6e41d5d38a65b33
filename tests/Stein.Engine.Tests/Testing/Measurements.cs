using System.Collections.Concurrent;
using System.Runtime.Intrinsics;
using Stein.Engine.Devices;
using Xunit;

namespace Stein.Engine.Tests.Testing;

/// <summary>Named results of a computation on a device; on the <see cref="ReferenceDevice"/> with the bounds of their errors.</summary>
/// <param name="device">The device.</param>
public sealed class Measurements(Device device)
{
    /// <summary>The error bound is of first order in u and the reference has rounding of its own: it is allowed twice.</summary>
    private const double OfBound = 2;

    /// <summary>
    /// The largest error among eight samples of every number of an array is allowed eight times. Of an array of a single number,
    /// with normal errors, all samples are below an eighth of three standard deviations for 5·10⁻⁵ of all choices of samples, and
    /// then only an actual error of three standard deviations fails. Samples are the same in every run.
    /// </summary>
    private const double OfSamples = 8;

    private static readonly ConcurrentDictionary<string, Lazy<Measurements>> References = new();

    private readonly Dictionary<string, (double[] Values, RunningErrorLane[] Errors)> _results = [];

    public IReadOnlyCollection<string> Names => _results.Keys;

    public double[] this[string name] => _results[name].Values;

    /// <summary>On the reference, the values with their errors; elsewhere empty.</summary>
    public RunningErrorLane[] Errors(string name) => _results[name].Errors;

    /// <summary>A matrix as it stands now.</summary>
    public void Add(string name, DeviceMatrix matrix) => Add(name, () => device.Read(matrix));

    /// <summary>A matrix as it stands now, transposed.</summary>
    public void AddTransposed(string name, DeviceMatrix matrix)
    {
        DeviceMatrix transposed = device.Allocate(matrix.Columns, matrix.Rows);
        device.Transpose(transposed, matrix);
        Add(name, transposed);
    }

    /// <summary>The numbers that a computation reads from the device last, or the k-th last.</summary>
    public void Add(string name, Func<double[]> compute, int fromLast = 1)
    {
        var reference = device as ReferenceDevice;
        _ = reference?.TakeRead();
        double[] values = compute();
        _results.Add(name, (values, reference?.TakeRead()[^fromLast] ?? []));
    }

    /// <summary>A number that is the sum of all numbers read from the device times <paramref name="weight"/>, plus exact numbers.</summary>
    public void AddSum(string name, double weight, Func<double> compute)
    {
        var reference = device as ReferenceDevice;
        _ = reference?.TakeRead();
        double value = compute();
        RunningErrorLane[] errors = reference is null ? [] : [Combine(value, weight, reference.TakeRead().SelectMany(read => read))];
        _results.Add(name, ([value], errors));
    }

    /// <summary>A host computation on results already there; on the reference with the errors that follow from theirs.</summary>
    public void AddDerived(string name, double[] values, Func<RunningErrorLane[]> errors)
        => _results.Add(name, (values, device is ReferenceDevice ? errors() : []));

    /// <summary>A number that is the sum of others times a weight, plus exact numbers.</summary>
    public static RunningErrorLane Combine(double value, double weight, IEnumerable<RunningErrorLane> terms)
    {
        RunningErrorLane combined = RunningErrorLane.Exact(value);
        foreach (RunningErrorLane term in terms)
            combined = new(value, combined.Bound + (Math.Abs(weight) * term.Bound), combined.Samples + (weight * term.Samples));
        return combined;
    }

    /// <summary>Fails unless every result is that of the reference, within its tolerance at the device's unit round-off.</summary>
    /// <returns>The largest share of a tolerance that was used.</returns>
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
    /// The same for a program run on both devices; on the reference once for all devices, and once for simulators, where a program may
    /// take fewer sizes.
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

    /// <summary>On the reference, the tolerance of every entry of a result: by bound or by samples, whichever is less.</summary>
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
