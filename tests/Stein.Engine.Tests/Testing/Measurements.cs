using System.Collections.Concurrent;
using Stein.Engine.Devices;
using Xunit;

namespace Stein.Engine.Tests.Testing;

/// <summary>Named results of a computation on a device; on the <see cref="ReferenceDevice"/> with the bounds of their errors.</summary>
/// <param name="device">The device.</param>
public sealed class Measurements(Device device)
{
    /// <summary>
    /// How many times the first-order running error bound is allowed: 2, for what is of second order and for the reference's own
    /// rounding.
    /// </summary>
    private const double Safety = 2;

    private static readonly ConcurrentDictionary<string, Lazy<Measurements>> References = new();

    private readonly Dictionary<string, (double[] Values, double[] Bounds)> _results = [];

    public IReadOnlyCollection<string> Names => _results.Keys;

    public double[] this[string name] => _results[name].Values;

    /// <summary>The bounds of the errors over the unit round-off.</summary>
    public double[] Bounds(string name) => _results[name].Bounds;

    /// <summary>A matrix as it stands now.</summary>
    public void Add(string name, DeviceMatrix matrix) => Add(name, () => device.Read(matrix));

    /// <summary>A matrix as it stands now, transposed.</summary>
    public void AddTransposed(string name, DeviceMatrix matrix)
    {
        DeviceMatrix transposed = device.Allocate(matrix.Columns, matrix.Rows);
        device.Transpose(transposed, matrix);
        Add(name, transposed);
    }

    /// <summary>The numbers of which a computation reads from the device last.</summary>
    public void Add(string name, Func<double[]> compute)
    {
        var reference = device as ReferenceDevice;
        _ = reference?.TakeBoundsRead();
        double[] values = compute();
        _results.Add(name, (values, reference?.TakeBoundsRead()[^1] ?? []));
    }

    /// <summary>A number that is the sum of all numbers read from the device times <paramref name="weight"/>, plus exact numbers.</summary>
    public void AddSum(string name, double weight, Func<double> compute)
    {
        var reference = device as ReferenceDevice;
        _ = reference?.TakeBoundsRead();
        double value = compute();
        double[] bounds = reference is null ? [] : [weight * reference.TakeBoundsRead().Sum(read => read.Sum())];
        _results.Add(name, ([value], bounds));
    }

    /// <summary>A host computation on results already there, with the bounds of their errors.</summary>
    public void AddDerived(string name, double[] values, double[] bounds) => _results.Add(name, (values, bounds));

    /// <summary>
    /// Fails unless every result on a device is that of the reference, within the running error bound at the device's unit
    /// round-off.
    /// </summary>
    /// <returns>The largest share of a tolerance that was used.</returns>
    public static double Compare(Measurements reference, Measurements actual, double unitRoundoff)
    {
        Assert.Equal(reference.Names, actual.Names);
        double worst = 0;
        foreach (string name in reference.Names)
        {
            double[] bounds = reference.Bounds(name);
            worst = Math.Max(worst, Checks.Close(name, reference[name], actual[name], i => Safety * unitRoundoff * bounds[i]));
        }

        return worst;
    }

    /// <summary>The same for a program run on both devices; on the reference once, whatever the number of devices.</summary>
    public static double Compare(string uniqueName, Device device, Action<Device, Measurements> program)
    {
        Lazy<Measurements> reference = References.GetOrAdd(
            uniqueName, _ => new Lazy<Measurements>(() => Run(new ReferenceDevice(), program)));
        return Compare(reference.Value, Run(device, program), device.UnitRoundoff);
    }

    /// <summary>Runs a program on a device.</summary>
    public static Measurements Run(Device device, Action<Device, Measurements> program)
    {
        var results = new Measurements(device);
        program(device, results);
        return results;
    }

    /// <summary>The tolerance of entry i of a result held against numbers known otherwise.</summary>
    public double Tolerance(string name, int i, double unitRoundoff) => Safety * unitRoundoff * Bounds(name)[i];
}
