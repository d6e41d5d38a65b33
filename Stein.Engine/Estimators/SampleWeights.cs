using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.Estimators;

/// <summary>How often each of K samples counts: a weight of w, which need not be whole, is worth w copies of the sample.</summary>
/// <remarks>
/// With <c>W = diag(w)</c>, sums over samples become sums with weights, and a Gram matrix K becomes KW, which has the eigenvalues of the
/// symmetric <c>√W K √W</c>: equations <c>(KW + ηI)g = b</c> are solved as <c>(√W K √W + ηI)√W g = √W b</c>.
/// </remarks>
internal sealed class SampleWeights
{
    private readonly double[] roots;

    private SampleWeights(Device device, double[] values)
    {
        Values = values;
        roots = [.. values.Select(Math.Sqrt)];
        Total = values.Sum();
        Row = device.Upload(1, values.Length, values);
        Column = device.Upload(values.Length, 1, values);
    }

    /// <summary>w (K).</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary><c>Σ w</c>, which takes the place of the number of samples.</summary>
    public double Total { get; }

    /// <summary>w (1×K) on the device.</summary>
    public DeviceMatrix Row { get; }

    /// <summary>w (K×1) on the device.</summary>
    public DeviceMatrix Column { get; }

    /// <exception cref="ArgumentException">There are not K weights, or one is not a positive finite number.</exception>
    public static SampleWeights Create(Device device, IReadOnlyList<double> weights, int count)
    {
        if (weights.Count != count)
            throw new ArgumentException($"There are {weights.Count} weights for {count} samples; give one for each.", nameof(weights));
        foreach (double weight in weights)
        {
            if (!(weight > 0 && double.IsFinite(weight)))
                throw new ArgumentException($"A weight cannot be {weight}: it must be a positive finite number.", nameof(weights));
        }

        var result = new SampleWeights(device, [.. weights]);
        return result.Total >= 2 && double.IsFinite(result.Total)
            ? result
            : throw new ArgumentException(
                $"The weights add up to {result.Total}, which must be at least 2 and finite: a weight says how many samples one is worth. "
                + "Multiply weights that add up to 1 by the number of samples.",
                nameof(weights));
    }

    /// <summary>Multiplies row n of a matrix (K×M) by √w_n.</summary>
    public void MultiplyByRoots(PaddedMatrix rows)
    {
        for (int n = 0; n < roots.Length; n++)
            Scale(rows.Row(n), roots[n]);
    }

    /// <summary>Divides row n of a matrix (K×M) by √w_n.</summary>
    public void DivideByRoots(PaddedMatrix rows)
    {
        for (int n = 0; n < roots.Length; n++)
            Scale(rows.Row(n), 1 / roots[n]);
    }

    /// <summary>Replaces <c>KW</c> (K×K) by <c>√W K √W</c>.</summary>
    public void Symmetrise(PaddedMatrix gram)
    {
        MultiplyByRoots(gram);
        for (int n = 0; n < roots.Length; n++)
        {
            Span<double> row = gram.Row(n);
            for (int m = 0; m < row.Length; m++)
                row[m] /= roots[m];
        }
    }

    /// <inheritdoc cref="Symmetrise(PaddedMatrix)"/>
    public void Symmetrise(DeviceMatrix gram)
    {
        Device device = gram.Device;
        device.Map<Product>(gram, gram, device.Upload(roots.Length, 1, roots));
        device.Map<Quotient>(gram, gram, device.Upload(1, roots.Length, roots));
    }

    /// <summary>
    /// Numbers of samples, evenly spaced among all copies, at most a given number: each copy once if the weights are whole and so few.
    /// </summary>
    public int[] EvenlySpaced(int maxCount)
    {
        bool areCopies = Total <= maxCount && Values.All(weight => weight == Math.Floor(weight));
        int count = areCopies ? (int)Total : maxCount;
        var chosen = new int[count];
        int sample = 0;
        double upTo = Values[0];
        for (int i = 0; i < count; i++)
        {
            while (upTo <= i * Total / count && sample < Values.Count - 1)
                upTo += Values[++sample];
            chosen[i] = sample;
        }

        return chosen;
    }

    private static void Scale(Span<double> row, double factor)
    {
        foreach (ref double value in row)
            value *= factor;
    }
}
