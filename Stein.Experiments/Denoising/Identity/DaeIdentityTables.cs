using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>The tables of <c>dae-identity</c>: relative errors, how they fall, and the exact version.</summary>
internal static class DaeIdentityTables
{
    /// <summary>σ as a fraction where it is a power of two below 1.</summary>
    public static string Sigma(double sigma)
    {
        double inverse = 1 / sigma;
        return inverse is > 1 and < 1e6 && double.IsPow2(inverse) ? FormattableString.Invariant($"1/{inverse}") : NumberText.Tick(sigma);
    }

    /// <summary>A row a σ, a column a problem: the absolute relative error with the whole Jacobian; and the largest with J = I.</summary>
    public static ReportTable Errors(IReadOnlyList<DaeIdentityProblem> problems)
    {
        DaeIdentityErrorRow[] rows = [.. problems.SelectMany(problem => problem.Errors())];
        return new ReportTable(
            "Absolute relative error of the squared norm against 4σ⁴ KSD²",
            [
                new("σ"),
                .. problems.Select(problem => new ReportColumn(problem.Name)),
                new("J = I, largest of all"),
            ],
            [
                .. from row in rows
                   group row by row.Sigma into line
                   orderby line.Key descending
                   select (string[])
                   [
                       Sigma(line.Key),
                       .. problems.Select(problem => Cell(line.Where(row => row.Problem == problem.Name))),
                       SignificantText.Number(line.Max(row => Math.Abs(row.IdentityError))),
                   ],
            ]);

        static string Cell(IEnumerable<DaeIdentityErrorRow> cell)
        {
            var error = Reports.Summary.Of([.. cell.Select(row => Math.Abs(row.JacobianError))]);
            return SignificantText.WithError(error.Mean, error.StandardError);
        }
    }

    /// <summary>A row a problem.</summary>
    public static ReportTable Slopes(IReadOnlyList<DaeIdentityProblem> problems) => new(
        "How the relative error falls with σ",
        [
            new("data"),
            new("σ of the fit"),
            new("slope"),
            new("error/σ² at the smallest σ"),
            new("2⟨φ,ψ⟩/KSD²"),
            new("J = I, largest"),
            new("expansion, largest"),
        ],
        [
            .. from problem in problems
               let row = problem.Slope()
               select (string[])
               [
                   row.Problem,
                   row.Points < 2
                       ? NumberText.Missing
                       : FormattableString.Invariant($"{Sigma(row.LargestSigma)} to {Sigma(row.SmallestSigma)} ({row.Points})"),
                   NumberText.WithError(row.Slope, row.SlopeSe, 3),
                   SignificantText.WithError(row.Coefficient, row.CoefficientSe),
                   SignificantText.Number(row.Expected),
                   SignificantText.Number(row.LargestIdentityError),
                   SignificantText.Number(row.LargestExpansionError),
               ],
        ]);

    /// <summary>A row a problem and σ.</summary>
    public static ReportTable Exact(IReadOnlyList<DaeIdentityExactRow> rows) => new(
        "The exact version: both sides in units of 4σ⁴, with 95 % intervals",
        [
            new("data"),
            new("σ"),
            new("repetitions × N"),
            new("‖∇F‖²/4σ⁴"),
            new("KSD²(p_σ, q)"),
            new("difference"),
            new("z"),
            new("KSD²(p, q), plain"),
            new("z of plain"),
        ],
        [
            .. rows.Select(row => (string[])
                [
                    row.Problem,
                    Sigma(row.Sigma),
                    FormattableString.Invariant($"{row.Repetitions} × {row.Samples}"),
                    Interval(row.Gradient, row.GradientHalf),
                    Interval(row.Smoothed, row.SmoothedHalf),
                    Interval(row.Difference, row.DifferenceHalf),
                    NumberText.Fixed(row.Z),
                    Interval(row.Plain, row.PlainHalf),
                    NumberText.Fixed(row.PlainZ, 1),
                ]),
        ]);

    /// <summary>"mean ± half", to two significant digits of the half.</summary>
    private static string Interval(double mean, double half)
    {
        const int Most = 6;
        int decimals = half > 0 ? Math.Clamp(1 - (int)Math.Floor(Math.Log10(half)), 0, Most) : 3;
        string text = NumberText.Fixed(mean, decimals);
        return double.IsNaN(half) ? text : $"{text} ± {NumberText.Fixed(half, decimals)}";
    }
}
