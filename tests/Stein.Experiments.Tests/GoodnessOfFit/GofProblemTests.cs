using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.GoodnessOfFit;
using Xunit;

namespace Stein.Experiments.Tests.GoodnessOfFit;

public sealed class GofProblemTests
{
    public static TheoryData<string> Problems => [.. GofProblem.Names];

    /// <summary>
    /// Scores at 0 of what the script of KSDAgg draws by <c>RandomState(0)</c>: b + ½ B tanh(c), computed by NumPy 1.24.2.
    /// </summary>
    [Fact]
    public void The_rbm_is_that_of_the_published_script()
    {
        GofHypothesis hypothesis = GofProblem.Of(new()).Hypothesis(new());
        Agree([-1.65294985, 1.42600844, 3.81520814], hypothesis.Model);
        Agree([-1.65710001, 1.39278868, 3.81394986], hypothesis.Truth);

        static void Agree(double[] expected, ITarget density)
        {
            var score = new double[density.Dimension];
            density.Score(new double[density.Dimension], score);
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], score[i], 1e-8);
        }
    }

    /// <summary>A difference of zero is none, whichever way samples differ.</summary>
    [Theory]
    [MemberData(nameof(Problems))]
    public void Models_have_the_score_of_their_samples_if_and_only_if_the_hypothesis_holds(string name)
    {
        GofSettings config = new() { Problem = name, Dimension = 4, Hidden = 3, Difference = 0.3, Samples = 10 };
        foreach (GofSettings settings in (GofSettings[])[config, config with { Difference = 0 }])
        {
            GofProblem problem = GofProblem.Of(settings);
            GofHypothesis hypothesis = problem.Hypothesis(settings);
            double[] points = hypothesis.Truth.Sample(new PhiloxStream(1, StreamPurpose.TrainingData), 3);
            Assert.Equal(hypothesis.Holds, Scores(hypothesis.Model).SequenceEqual(Scores(hypothesis.Truth)));
            Assert.Equal(
                name == "gaussian" || (problem.Uses.Contains(nameof(GofSettings.Difference)) && settings.Difference == 0),
                hypothesis.Holds);

            double[] Scores(ITarget density)
            {
                var scores = new double[points.Length];
                density.Score(points, scores);
                return scores;
            }
        }
    }

    /// <summary>Runs of other tests have the same samples, drawn once, and after others have been kept in their place.</summary>
    [Fact]
    public void Samples_of_a_trial_depend_on_problem_and_seed_alone()
    {
        GofSettings config = new() { Dimension = 4, Hidden = 3, Samples = 10, Trials = 3 };
        double[] second = TrialSamples.Of(config, 10)(1);
        Assert.Same(second, TrialSamples.Of(config with { Test = "ksd-rbf", Level = 0.1 }, 10)(1));
        for (uint seed = 70; seed < 75; seed++)
            Assert.NotEqual(second, TrialSamples.Of(config with { Seed = seed }, 10)(1));
        Assert.Equal(second, TrialSamples.Of(config, 10)(1));
    }

    [Theory]
    [InlineData(0.5, 200, 0.5, 200, "agrees")]
    [InlineData(0.59, 200, 0.5, 200, "agrees")] // 0.09 of a standard error 0.0498
    [InlineData(0.605, 200, 0.5, 200, "higher")]
    [InlineData(0.395, 200, 0.5, 200, "lower")]
    [InlineData(0.605, 200, 0.5, 50, "agrees")]
    [InlineData(1, 200, 1, 100, "agrees")]
    [InlineData(0.99, 200, 1, 100, "agrees")]
    [InlineData(0.9, 200, 1, 100, "lower")]
    public void Two_shares_agree_within_the_interval_of_their_difference(
        double ours, int trials, double published, int publishedTrials, string verdict)
        => Assert.Equal(verdict, new PublishedPower(new(), published, publishedTrials).Verdict(ours, trials));
}
