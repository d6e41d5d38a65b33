using Stein.Experiments.Files;
using Stein.Experiments.Ica.Published;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica.Sweep;

/// <summary>
/// The sweep in tables: every setting and rule against the published row of its method, one setting and rule for all methods against the
/// whole published table, what each setting changes in nats, and how much the last iterate swings.
/// </summary>
internal sealed class SweepReport
{
    /// <summary>The level of a test of one setting.</summary>
    private const double Level = 0.05;

    /// <summary>The seeds by which the best setting is chosen; it is confirmed by the others.</summary>
    private static readonly uint[] SeedsOfChoice = [60, 70, 80];

    private readonly SweepRun[] runs;
    private readonly SweepCandidate[] candidates;
    private readonly SweepJoint[] joints;
    private readonly string remarks;

    /// <param name="runs">Finished runs, at least one.</param>
    /// <param name="comparePaper">Whether the runs follow the paper's protocol except for what is swept.</param>
    /// <param name="settingFor">What the change of a config is for another method, in words.</param>
    /// <param name="remarks">Sentences about what is missing, each with a blank before.</param>
    public SweepReport(IReadOnlyList<SweepRun> runs, bool comparePaper, Func<IcaSettings, IcaMethod, string> settingFor, string remarks)
    {
        this.remarks = remarks;
        this.runs = [.. runs.OrderBy(run => new IcaRow(run.Method)).ThenBy(run => run.Dimension).ThenBy(run => run.Pair)];
        candidates =
        [
            .. from setting in this.runs.GroupBy(run => (run.Method, run.Setting))
               from rule in Enumerable.Range(0, comparePaper ? SweepRun.Rules.Count : 0)
               let candidate = new SweepCandidate([.. setting], rule)
               where candidate.Cells.Count > 0
               select candidate,
        ];
        ILookup<(IcaMethod, string, int), SweepCandidate> known =
            candidates.ToLookup(candidate => (candidate.Method, candidate.Setting, candidate.Rule));
        IcaMethod[] published = [.. IcaMethod.All.Where(method => method is { IsBaseline: false, IsInGrid: true })];
        joints =
        [
            .. from change in this.runs.DistinctBy(run => run.Setting)
               from joint in Joints(change.Setting, method => settingFor(change.Config, method))
               select joint,
            .. from change in this.runs.Where(run => run.Method == IcaMethod.Proposed).DistinctBy(run => run.Setting)
               where published.Any(method => method != change.Method && settingFor(change.Config, method) != SweepRun.ReleasedDefaults)
               from joint in Joints(
                   $"{change.Method.Name} alone: {change.Setting}",
                   method => method == change.Method ? change.Setting : SweepRun.ReleasedDefaults)
               select joint,
        ];

        IEnumerable<SweepJoint> Joints(string name, Func<IcaMethod, string> settingOf)
            => from rule in Enumerable.Range(0, SweepRun.Rules.Count)
               let methods = published.SelectMany(method => known[(method, settingOf(method), rule)]).ToArray()
               where methods.Length == published.Length
               select new SweepJoint(name, methods);
    }

    /// <summary>All tables and the figure.</summary>
    /// <param name="data">The numbers of the runs.</param>
    public Report Compose(DataTable data) => new(
    [
        .. ((Section[])
        [
            data,
            CandidateData(),
            CellData(),
            JointData(),
            Verdicts(),
            Choice(),
            .. candidates.Where(candidate => candidate.Rule == 0).GroupBy(candidate => candidate.Method).Select(AgainstPaper),
            RuleScores(),
            JointScores(),
            SettingDifferences(),
            RuleDifferences(),
            Swings(),
            Bandwidths(),
            .. candidates.Any(candidate => candidate.Method == IcaMethod.Proposed) ? [Deviates()] : (Section[])[],
        ]).Where(section => section is not (DataTable { Rows.Count: 0 } or Table { Rows.Count: 0 })),
    ]);

    private static string Verdict(double p, int tries) => double.IsNaN(p) ? NumberText.Missing
        : p >= Level ? "consistent"
        : p >= Level / tries ? "doubtful"
        : "rejected";

    private static string Deviation(PaperComparison comparison)
        => comparison.Text + (comparison.Verdict == Published.Verdicts.Agrees ? "" : " *");

    private static string Probability(double p) => double.IsNaN(p) ? NumberText.Missing
        : p < 0.0001 ? "< 0.0001"
        : NumberText.Fixed(p, p < 0.001 ? 4 : 3);

    private int Tries(IcaMethod method) => candidates.Count(candidate => candidate.Method == method);

    private DataTable CandidateData() => DataTable.Create("settings", candidates,
    [
        new("method", candidate => candidate.Method.Id),
        new("setting", candidate => candidate.Setting),
        new("rule", candidate => candidate.RuleName),
        new("cells", candidate => candidate.Score.Count),
        new("score", candidate => candidate.Score.Sum),
        new("p", candidate => candidate.Score.P),
        new("verdict", candidate => Verdict(candidate.Score.P, Tries(candidate.Method))),
        new("score_of_choice", candidate => ScoreOfChoice(candidate).Sum),
        new("p_of_other_seeds", candidate => candidate.ScoreOf(seed => !SeedsOfChoice.Contains(seed)).P),
    ]);

    private DataTable CellData() => DataTable.Create(
        "cells",
        candidates.SelectMany(candidate => candidate.Cells.Select(cell => (Candidate: candidate, Cell: cell))),
        [
            new("method", item => item.Candidate.Method.Id),
            new("setting", item => item.Candidate.Setting),
            new("rule", item => item.Candidate.RuleName),
            new("dimension", item => item.Cell.Dimension),
            new("seeds", item => item.Cell.Gap.Count),
            .. DataColumn<(SweepCandidate Candidate, SweepCell Cell)>.MeanAndError("gap", item => item.Cell.Gap),
            new("paper", item => item.Cell.Paper),
            new("difference_from_paper", item => item.Cell.Comparison.Difference),
            new("difference_from_paper_se", item => item.Cell.Comparison.StandardError),
            new("degrees_of_freedom", item => item.Cell.Comparison.DegreesOfFreedom),
            new("normal_deviate", item => item.Cell.Deviate),
            new("verdict", item => item.Cell.Comparison.Verdict),
        ]) with
    {
        IsInJson = false,
    };

    private DataTable JointData() => DataTable.Create("all_methods", joints,
    [
        new("setting", joint => joint.Setting),
        new("rule", joint => joint.RuleName),
        new("score", joint => joint.Score.Sum),
        new("numbers", joint => joint.Score.Count),
        new("p", joint => joint.Score.P),
        new("verdict", joint => Verdict(joint.Score.P, joints.Length)),
        new("comparisons", joint => joint.Comparisons.Count),
        new("comparisons_that_agree", joint => joint.Agreeing),
    ]);

    /// <summary>
    /// Every number and difference of the published table, with the released defaults and with the best setting for all methods.
    /// </summary>
    private Table Verdicts()
    {
        SweepJoint? released = joints.FirstOrDefault(joint => joint is { Setting: SweepRun.ReleasedDefaults, Rule: 0 });
        SweepJoint? best = joints.Where(joint => joint.Score.P > 0).MinBy(joint => joint.Score.Sum);
        var explained = best?.Comparisons.ToDictionary(comparison => (comparison.Name, comparison.Dimension));
        return Table.Create(
            "verdicts",
            "Every comparison with the published table",
            "“Ours − paper” is the difference from the published number with the standard error of both sides, in nats. “Best” "
                + $"is the setting that comes closest to the published table, here “{best?.Name ?? "none"}” (p = "
                + $"{Probability(best?.Score.P ?? double.NaN)} before any correction for the choice among {joints.Length}). A number "
                + "is explained if it agrees under the best setting, and unexplained if it does not." + remarks,
            released is null || explained is null ? [] : released.Comparisons,
            [
                new("number", row => row.Name),
                new("D", row => $"{row.Dimension}"),
                new("ours − paper\nreleased defaults", row => row.Comparison.Text),
                new("ours − paper\nbest", row => explained![(row.Name, row.Dimension)].Comparison.Text),
                new("verdict", row => row.Comparison.Verdict == Published.Verdicts.Agrees ? "agrees"
                    : explained![(row.Name, row.Dimension)].Comparison.Verdict == Published.Verdicts.Agrees
                        ? "explained by the best setting"
                    : "unexplained"),
            ]);
    }

    private static SweepScore ScoreOfChoice(SweepCandidate candidate) => candidate.ScoreOf(seed => SeedsOfChoice.Contains(seed));

    /// <summary>The best setting of each method by some seeds, tested by the others.</summary>
    private Table Choice() => Table.Create(
        "choice",
        "The best setting of each method, chosen by some seeds and tested by the others",
        "A score is the sum of the squared normal deviates of the seven differences from the paper; under the paper's setting "
            + "it is χ² distributed with 7 degrees of freedom. The setting and rule with the lowest score of the seeds "
            + $"{string.Join(", ", SeedsOfChoice)} is chosen, and p is that of the other seeds alone. Both use the same published "
            + "numbers, so that the choice can still have fitted their chance. “Consistent” settings have p of at least 0.05 with all "
            + "seeds: the paper's, if it is among those tried, is one of them with probability 0.95. Settings are “rejected” if p is "
            + "below 0.05 divided by their number." + remarks,
        from candidate in candidates
        where !double.IsNaN(ScoreOfChoice(candidate).Sum)
        group candidate by candidate.Method into method
        select (Tried: method.ToArray(), Best: method.MinBy(candidate => ScoreOfChoice(candidate).Sum)!),
        [
            new("method", row => row.Best.Method.Name),
            new("tried", row => $"{row.Tried.Length}"),
            new("consistent", row => $"{Count(row.Tried, "consistent")}"),
            new("doubtful", row => $"{Count(row.Tried, "doubtful")}"),
            new("rejected", row => $"{Count(row.Tried, "rejected")}"),
            new("chosen", row => row.Best.Name),
            new("score", row => NumberText.Fixed(ScoreOfChoice(row.Best).Sum, 1)),
            new("p of the\nother seeds", row => Probability(row.Best.ScoreOf(seed => !SeedsOfChoice.Contains(seed)).P)),
        ]);

    private int Count(IEnumerable<SweepCandidate> tried, string verdict)
        => tried.Count(candidate => Verdict(candidate.Score.P, Tries(candidate.Method)) == verdict);

    private Table AgainstPaper(IEnumerable<SweepCandidate> method)
    {
        SweepCandidate[] rows = [.. method];
        int[] dimensions = [.. rows.SelectMany(row => row.Cells.Select(cell => cell.Dimension)).Distinct().Order()];
        return Table.Create(
            $"against_paper_{FileNames.Word(rows[0].Method.Id)}",
            $"{rows[0].Method.Name}: ours − paper by setting, in nats",
            "The numbers are those after the last iteration, ± the standard error of both sides; * marks a difference outside "
                + "its 95 % interval. The score is the sum of the squared normal deviates, and p the probability of a higher one "
                + "under the paper's setting." + remarks,
            rows,
            [
                new("setting", row => row.Setting),
                .. dimensions.Select(dimension => new TextColumn<SweepCandidate>(
                    $"D = {dimension}",
                    row => row.Cells.Where(cell => cell.Dimension == dimension).Select(cell => Deviation(cell.Comparison))
                        .FirstOrDefault(NumberText.Missing),
                    Detail: "Each dimension")),
                new("score", row => NumberText.Fixed(row.Score.Sum, 1)),
                new("p", row => Probability(row.Score.P)),
                new("verdict", row => Verdict(row.Score.P, Tries(row.Method))),
            ]);
    }

    private Table RuleScores() => Table.Pivot(
        "rules",
        "Probability of a worse fit to the published row, by setting and rule of evaluation",
        "p is the probability that the paper's own setting would differ more from the paper's seven numbers. A rule chooses the "
            + "unmixing matrix that is evaluated: that of the last iteration, of the lowest loss along the training curve, of an "
            + "average, at two thirds of the iterations, or with the highest log-likelihood of the test data themselves." + remarks,
        candidates,
        [new("method", candidate => candidate.Method.Name), new("setting", candidate => candidate.Setting)],
        candidate => candidate.Rule,
        rule => SweepRun.Rules[rule],
        candidate => Probability(candidate.Score.P));

    private Table JointScores() => Table.Create(
        "all_methods",
        "One setting for all methods against the whole published table",
        "A setting that a method does not use leaves its released defaults; “alone” means that only this method has the setting, as "
            + "the released function for slices has a factor of the bandwidth and that for KSD has none. The score is over all numbers of "
            + "the table, and the last column counts the agreeing ones among the numbers and the differences between methods." + remarks,
        joints.OrderBy(joint => double.IsNaN(joint.Score.Sum)).ThenBy(joint => joint.Score.Sum),
        [
            new("setting", joint => joint.Setting),
            new("rule", joint => joint.RuleName),
            new("score", joint => NumberText.Fixed(joint.Score.Sum, 1)),
            new("p", joint => Probability(joint.Score.P)),
            new("verdict", joint => Verdict(joint.Score.P, joints.Length)),
            new("agree", joint => $"{joint.Agreeing} of {joint.Comparisons.Count}"),
        ]);

    /// <summary>The log-likelihood with a setting minus that with the released defaults, paired by seed.</summary>
    private Table SettingDifferences() => Table.Pivot(
        "setting_differences",
        "What a setting changes: test log-likelihood minus that with the released defaults, in nats",
        "Differences after the last iteration, paired by seed: means ± standard errors." + remarks,
        from run in runs
        where run.Setting != SweepRun.ReleasedDefaults
        group run by (run.Method, run.Setting, run.Dimension) into cell
        let released = Released(cell.Key.Method, cell.Key.Dimension)
        select (cell.Key.Method, cell.Key.Setting, cell.Key.Dimension, Runs: cell.Concat(released),
            Difference: SweepRun.Paired(cell, 0, released, 0)),
        [new("method", cell => cell.Method.Name), new("setting", cell => cell.Setting)],
        cell => cell.Dimension,
        dimension => $"D = {dimension}",
        cell => cell.Difference.Text());

    /// <summary>The log-likelihood by a rule minus that of the last iterate, for the released defaults.</summary>
    private Table RuleDifferences() => Table.Pivot(
        "rule_differences",
        "What the rule of evaluation changes: test log-likelihood minus that of the last iteration, in nats",
        "Differences with the released defaults, paired by seed: means ± standard errors. The highest log-likelihood of the "
            + "test data is chosen by the data that judge it, and is no fair result." + remarks,
        from rule in Enumerable.Range(1, SweepRun.Rules.Count - 1)
        from run in runs
        where run.Setting == SweepRun.ReleasedDefaults
        group run by (run.Method, Rule: rule, run.Dimension) into cell
        orderby new IcaRow(cell.Key.Method), cell.Key.Rule
        select (cell.Key.Method, cell.Key.Rule, cell.Key.Dimension, Runs: cell, Difference: SweepRun.Paired(cell, cell.Key.Rule, cell, 0)),
        [new("method", cell => cell.Method.Name), new("rule", cell => SweepRun.Rules[cell.Rule])],
        cell => cell.Dimension,
        dimension => $"D = {dimension}",
        cell => cell.Difference.Text());

    private Table Swings() => Table.Pivot(
        "swings",
        "How much the last iterate swings, in nats",
        "Standard deviation of the test log-likelihood about a straight line over the last fifth of the iterations of a run "
            + "with the released defaults: means over the seeds ± standard errors." + remarks,
        from run in runs
        where run.Setting == SweepRun.ReleasedDefaults && !double.IsNaN(run.Swing)
        group run by (run.Method, run.Dimension) into cell
        select (cell.Key.Method, cell.Key.Dimension, Runs: cell, Swing: Summary.Of([.. cell.Select(run => run.Swing)])),
        [new("method", cell => cell.Method.Name)],
        cell => cell.Dimension,
        dimension => $"D = {dimension}",
        cell => cell.Swing.Text());

    /// <summary>How far the methods are apart with the released bandwidths and with the best of those tried for each.</summary>
    private Table Bandwidths()
    {
        IcaMethod proposed = IcaMethod.Proposed;
        IcaMethod kernelised = IcaMethod.Find("ksd");
        return Table.Create(
            "bandwidth_share",
            "How much of the difference between KSD and maxSKSD-g is bandwidth",
            "Mean test log-likelihoods in nats after the last iteration, with the released bandwidth and with the factor of it "
                + "that is best at the dimension, in parentheses. The differences are KSD minus maxSKSD-g, with the released "
                + "bandwidths and with the best of each." + remarks,
            from dimension in runs.Select(run => run.Dimension).Distinct().Order()
            let first = Best(kernelised, dimension)
            let second = Best(proposed, dimension)
            where first.Tried.Length > 1 && second.Tried.Length > 1
            select (dimension, first, second),
            [
                new("D", row => $"{row.dimension}"),
                new("KSD", row => NumberText.Fixed(row.first.Released)),
                new("KSD, best", row => $"{NumberText.Fixed(row.first.Value)} (× {NumberText.Tick(row.first.Scale)})"),
                new("maxSKSD-g", row => NumberText.Fixed(row.second.Released)),
                new("maxSKSD-g, best", row => $"{NumberText.Fixed(row.second.Value)} (× {NumberText.Tick(row.second.Scale)})"),
                new("difference", row => NumberText.Fixed(row.first.Released - row.second.Released)),
                new("difference\nof the best", row => NumberText.Fixed(row.first.Value - row.second.Value)),
            ]);

        (double Released, double Value, double Scale, Together[] Tried) Best(IcaMethod method, int dimension)
        {
            (double Scale, double Value, Together Runs)[] means =
            [
                .. from run in runs
                   where run.Method == method && run.Dimension == dimension
                   let bandwidthAlone = new IcaSettings { Method = method.Id, BandwidthScale = run.Config.BandwidthScale }
                   where run.Setting == SweepRun.SettingOf(bandwidthAlone)
                   group run by run.Config.BandwidthScale into scale
                   select (scale.Key, scale.Average(run => run.LogLikelihoods[0]), new Together(scale)),
            ];
            (double Scale, double Value, Together Runs) none = (1, double.NaN, new([]));
            (double Scale, double Value, Together Runs) best = means.DefaultIfEmpty(none).MaxBy(mean => mean.Value);
            double released = means.FirstOrDefault(mean => mean.Scale == 1, none).Value;
            return (released, best.Value, best.Scale, [.. means.Select(mean => mean.Runs)]);
        }
    }

    private Figure Deviates()
    {
        const int Drawn = 7;
        SweepCandidate[] rows =
        [
            .. candidates.Where(candidate => candidate.Method == IcaMethod.Proposed && candidate.Rule == 0)
                .OrderBy(row => row.Setting != SweepRun.ReleasedDefaults).ThenByDescending(row => row.Score.P).ThenBy(row => row.Score.Sum)
                .Take(Drawn),
        ];
        int[] dimensions = [.. rows.SelectMany(row => row.Cells.Select(cell => cell.Dimension)).Distinct().Order()];
        return new Figure(
            "difference_by_dimension",
            "The lines are differences of maxSKSD-g from the published row in units of their standard error, as normal "
                + "deviates, for the released defaults and the settings that come closest. Between the thin lines is what chance "
                + "explains with probability 0.95." + remarks,
            new Axis("Dimension D")
            {
                Ticks = Ticks.Names([.. dimensions.Select(dimension => $"{dimension}")]),
                Limits = (-0.5, dimensions.Length - 0.5),
                HasGrid = false,
            },
            new Axis("Ours − paper (standard errors)"),
            [
                new Rule("", SeriesStyle.Reference, 0),
                .. ((double[])[-1.96, 1.96]).Select(end => new Rule("", SeriesStyle.Outline, end) { LineWidth = 0.8f }),
                .. rows.Select((row, index) => new Series(
                    row.Setting,
                    SeriesStyle.Of(index),
                    [.. row.Cells.Select(cell => new Point(Array.IndexOf(dimensions, cell.Dimension), cell.Deviate))])),
            ]);
    }

    private IEnumerable<SweepRun> Released(IcaMethod method, int dimension)
        => runs.Where(run => run.Method == method && run.Dimension == dimension && run.Setting == SweepRun.ReleasedDefaults);
}
