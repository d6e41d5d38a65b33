using System.Globalization;
using Stein.Engine.Targets;
using Stein.Engine.Text;

namespace Stein.Cli.Commands;

/// <summary>Supports that are not the whole space, for <c>stein ksd</c>.</summary>
internal static class KsdSupport
{
    /// <summary>Samples whose support is declared, transformed to the whole space; others as they are.</summary>
    /// <exception cref="UsageException">A sample is not inside the support, or there is no such coordinate.</exception>
    public static KsdSamples Apply(KsdRequest request, KsdSamples samples)
    {
        if ((request.Files.Target?.Support ?? Parse(request, samples.Names)) is not { } support)
            return samples;
        for (int i = 0; i < samples.Values.Length; i++)
        {
            int d = i % samples.Dimension;
            if (!support.Contains(d, samples.Values[i]))
            {
                throw new UsageException(
                    $"{request.Files.Subject}: {samples.Names[d]} of sample {(i / samples.Dimension) + 1} is {samples.Values[i]}; the "
                    + $"support is {support.Describe(d)}, without its ends. Remove that sample, or correct the support.");
            }
        }

        (double[] values, double[] scores) = support.ToWholeSpace(samples.Values, samples.Scores);
        string[] names = [.. samples.Names.Select((name, d) => support.Formula(d, name))];
        string[] changed = [.. names.Where((_, d) => support.IsBounded(d))];
        return samples with
        {
            Table = samples.Table with
            {
                Values = values,
                Names = names,
                Notes =
                [
                    .. samples.Table.Notes,
                    $"The support is bounded: {string.Join(", ", changed)} {(changed.Length == 1 ? "is" : "are")} compared, with the "
                    + $"scores of {(changed.Length == 1 ? "its" : "their")} density.",
                ],
            },
            Scores = scores,
            IsTransformed = changed.Length > 0,
        };
    }

    private static BoundedSupport? Parse(KsdRequest request, IReadOnlyList<string> names)
    {
        if (request.Lower.Count + request.Upper.Count == 0)
            return null;
        double[] lower = Ends("--lower", request.Lower, names, double.NegativeInfinity);
        double[] upper = Ends("--upper", request.Upper, names, double.PositiveInfinity);
        for (int d = 0; d < lower.Length; d++)
        {
            if (!(lower[d] < upper[d]))
                throw new UsageException($"--lower {lower[d]}: it must be below --upper, which is {upper[d]} for {names[d]}");
        }

        return new(lower, upper);
    }

    private static double[] Ends(string option, IReadOnlyList<string> given, IReadOnlyList<string> names, double none)
    {
        var ends = new double[names.Count];
        Array.Fill(ends, none);
        foreach (string word in given.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries)))
        {
            int sign = word.LastIndexOf('=');
            double number = double.TryParse(word[(sign + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && double.IsFinite(value)
                ? value
                : throw new UsageException($"{option} {word}: it must be a finite number for all coordinates, or name=number for one");
            if (sign < 0)
            {
                Array.Fill(ends, number);
                continue;
            }

            string name = word[..sign];
            int column = names.ToList().IndexOf(name);
            ends[column >= 0
                ? column
                : throw new UsageException(
                    $"{option} {word}: there is no coordinate '{name}'. Did you mean '{EditDistance.Closest(name, names)}'?")] = number;
        }

        return ends;
    }
}
