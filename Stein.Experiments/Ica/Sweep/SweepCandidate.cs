using MathNet.Numerics.Distributions;
using Stein.Experiments.Ica.Published;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica.Sweep;

/// <summary>A setting and a rule that could have made the published row of a method.</summary>
internal sealed class SweepCandidate : IFromRuns
{
    private readonly IReadOnlyList<SweepRun> runs;

    /// <param name="runs">All runs of one method and one setting.</param>
    /// <param name="rule">The index of the rule.</param>
    public SweepCandidate(IReadOnlyList<SweepRun> runs, int rule)
    {
        (this.runs, Rule) = (runs, rule);
        Cells = CellsOf(_ => true);
    }

    public IEnumerable<string> RunIds => runs.SelectMany(run => run.RunIds);

    public IcaMethod Method => runs[0].Method;

    public string Setting => runs[0].Setting;

    public int Rule { get; }

    /// <summary>The rule in words.</summary>
    public string RuleName => SweepRun.Rules[Rule];

    /// <summary>By dimension, those that the paper has.</summary>
    public IReadOnlyList<SweepCell> Cells { get; }

    /// <summary>All cells together.</summary>
    public SweepScore Score => SweepScore.Of(Cells);

    /// <summary>Setting and rule in words.</summary>
    public string Name => Rule == 0 ? Setting : $"{Setting}, {RuleName}";

    /// <summary>The score of the runs with some of the seeds alone.</summary>
    public SweepScore ScoreOf(Func<uint, bool> seeds) => SweepScore.Of(CellsOf(seeds));

    /// <summary>The difference between this method and another at a dimension, paired by seed, beside the published one.</summary>
    public SweepDifference Minus(SweepCandidate other, int dimension)
    {
        Summary difference = SweepRun.Paired(
            runs.Where(run => run.Dimension == dimension), Rule, other.runs.Where(run => run.Dimension == dimension), other.Rule);
        double paper = PublishedIca.TestLogLikelihood(Method.Name, dimension)
            - PublishedIca.TestLogLikelihood(other.Method.Name, dimension);
        return new($"{Method.Name} − {other.Method.Name}", dimension, PaperComparison.OfPairedDifference(difference, paper));
    }

    private SweepCell[] CellsOf(Func<uint, bool> seeds) =>
    [
        .. from run in runs
           where seeds(run.Config.Seed)
           group run by run.Dimension into cell
           orderby cell.Key
           let paper = PublishedIca.TestLogLikelihood(Method.Name, cell.Key)
           where !double.IsNaN(paper)
           select SweepCell.OfMean(cell.Key, Summary.Of([.. cell.Select(run => run.Gap(Rule))]), paper),
    ];
}

/// <summary>The difference between two methods, compared with the published one.</summary>
internal readonly record struct SweepDifference(string Name, int Dimension, PaperComparison Comparison);

/// <summary>A number compared with the published one.</summary>
/// <param name="Gap">Oracle minus test log-likelihood over the seeds, nats.</param>
internal readonly record struct SweepCell(int Dimension, Summary Gap, double Paper, PaperComparison Comparison)
{
    /// <summary>
    /// The difference as a normal deviate: as improbable under the normal distribution as the difference is under Student's t. NaN where
    /// it has no standard error.
    /// </summary>
    public double Deviate
    {
        get
        {
            double t = Comparison.Difference / Comparison.StandardError;
            double tail = double.IsInfinity(Comparison.DegreesOfFreedom) || Comparison.DegreesOfFreedom > 1e6
                ? Normal.CDF(0, 1, -Math.Abs(t))
                : StudentT.CDF(0, 1, Comparison.DegreesOfFreedom, -Math.Abs(t));
            return double.IsNaN(t) ? double.NaN : -Math.Sign(t) * Normal.InvCDF(0, 1, tail);
        }
    }

    /// <summary>Compares a mean, see <see cref="PaperComparison.OfMean"/>.</summary>
    public static SweepCell OfMean(int dimension, Summary gap, double paper)
        => new(dimension, gap, paper, PaperComparison.OfMean(gap, paper, OracleSpread.Of(dimension)));
}

/// <summary>
/// Whether several independent numbers differ from the published ones by more than chance explains: the sum of their squared normal
/// deviates, which is χ² distributed if the setting is the paper's. It is minus twice the logarithm of a likelihood ratio for deviates
/// that are exactly normal.
/// </summary>
/// <param name="Sum">The sum; NaN if a number does not exist, as after a training that diverged.</param>
/// <param name="Count">How many numbers.</param>
internal readonly record struct SweepScore(double Sum, int Count)
{
    /// <summary>The probability of a larger sum if the setting is the paper's; 0 if a number does not exist, NaN for no numbers.</summary>
    public double P => Count == 0 ? double.NaN : double.IsNaN(Sum) ? 0 : 1 - ChiSquared.CDF(Count, Sum);

    public static SweepScore Of(IEnumerable<SweepCell> cells)
    {
        double[] deviates = [.. cells.Select(cell => cell.Deviate)];
        return new(deviates.Sum(deviate => deviate * deviate), deviates.Length);
    }
}
