namespace Stein.Experiments.Reports;

/// <summary>Numbers as people read them: a real minus sign, a fixed number of decimals, "–" for what does not exist.</summary>
internal static class NumberText
{
    public const string Missing = "–";

    public static string Fixed(double value, int decimals = 2)
    {
        if (double.IsNaN(value))
        {
            return Missing;
        }

        string digits = Math.Abs(value).ToString($"F{decimals}");
        bool isZero = digits.AsSpan().IndexOfAnyInRange('1', '9') < 0;
        return value < 0 && !isZero ? "−" + digits : digits;
    }

    /// <summary>"mean ± error", or the mean alone where there is no error; a small error gets more decimals, four at most.</summary>
    public static string WithError(double mean, double error, int decimals = 2)
    {
        if (double.IsNaN(mean) || double.IsNaN(error))
        {
            return Fixed(mean, decimals);
        }

        int needed = Decimals(error, decimals);
        return $"{Fixed(mean, needed)} ± {Fixed(error, needed)}";
    }

    /// <summary>The number of decimals, from <paramref name="minDecimals"/> to four, that shows one digit of an error.</summary>
    public static int Decimals(double error, int minDecimals)
    {
        int decimals = minDecimals;
        while (decimals < 4 && error > 0 && error < 0.5 * Math.Pow(10, -decimals))
        {
            decimals++;
        }

        return decimals;
    }

    /// <summary>The label of a tick: as many digits as it needs.</summary>
    public static string Tick(double value) =>
        value.ToString("0.######").Replace('-', '−');

    /// <summary>A power of ten as a number.</summary>
    public static string Power(double power) => Tick(Math.Pow(10, power));
}
