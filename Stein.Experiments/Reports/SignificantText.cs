namespace Stein.Experiments.Reports;

/// <summary>Numbers over many decades as people read them: three significant digits, and a power of ten far from 1.</summary>
internal static class SignificantText
{
    private const int Digits = 3;

    /// <summary><c>0.165</c>, <c>7.12e−5</c>; "–" for what does not exist.</summary>
    public static string Number(double value) => WithError(value, double.NaN);

    /// <summary><c>0.165 ± 0.002</c>, <c>(7.12 ± 0.05)e−5</c>; the number alone where there is no error.</summary>
    public static string WithError(double mean, double error)
    {
        if (double.IsNaN(mean))
            return NumberText.Missing;
        int power = mean == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(mean)));
        if (power is >= -3 and < 4)
            return Text(mean, error, Math.Max(0, Digits - 1 - power));
        double scale = Math.Pow(10, power);
        string text = Text(mean / scale, error / scale, Digits - 1);
        return (double.IsNaN(error) ? text : $"({text})") + "e" + power.ToString().Replace('-', '−');
    }

    /// <summary>The label of a tick of a logarithmic axis, <c>10⁻³</c>.</summary>
    public static string PowerOfTen(double power)
    {
        const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        string digits = Math.Abs(power).ToString("F0");
        return $"10{(power < 0 ? "⁻" : "")}{string.Concat(digits.Select(digit => Superscripts[digit - '0']))}";
    }

    private static string Text(double mean, double error, int decimals) => NumberText.WithError(mean, error, decimals);
}
