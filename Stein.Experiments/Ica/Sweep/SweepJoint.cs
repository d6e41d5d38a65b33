using Stein.Experiments.Ica.Published;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica.Sweep;

/// <summary>One setting and rule for all methods of the published table.</summary>
/// <param name="setting">What is changed, in words.</param>
/// <param name="methods">One candidate for each method, with the same rule.</param>
internal sealed class SweepJoint(string setting, IReadOnlyList<SweepCandidate> methods) : IFromRuns
{
    public IEnumerable<string> RunIds => methods.SelectMany(method => method.RunIds);

    public string Setting => setting;

    public int Rule => methods[0].Rule;

    /// <summary>The rule in words.</summary>
    public string RuleName => methods[0].RuleName;

    /// <summary>Setting and rule in words.</summary>
    public string Name => Rule == 0 ? setting : $"{setting}, {RuleName}";

    /// <summary>All numbers of the table together.</summary>
    public SweepScore Score { get; } = SweepScore.Of(methods.SelectMany(method => method.Cells));

    /// <summary>Every number of the table, and the differences from the proposed method.</summary>
    public IReadOnlyList<SweepDifference> Comparisons { get; } =
    [
        .. from method in methods
           from cell in method.Cells
           select new SweepDifference(method.Method.Name, cell.Dimension, cell.Comparison),
        .. from method in methods
           where method.Method != IcaMethod.Proposed
           from cell in method.Cells
           select method.Minus(methods.Single(other => other.Method == IcaMethod.Proposed), cell.Dimension),
    ];

    /// <summary>How many of the comparisons agree.</summary>
    public int Agreeing => Comparisons.Count(comparison => comparison.Comparison.Verdict == Verdicts.Agrees);
}
