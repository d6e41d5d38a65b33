using Stein.Experiments.Ica;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

public sealed class SharedProblemsTests
{
    private static readonly IcaSettings Tiny = new() { Dimension = 3, TrainingSamples = 10, TestSamples = 5, Batch = 5 };

    private int draws;

    [Fact]
    public void A_problem_is_shared_as_long_as_somebody_holds_it()
    {
        var problems = new SharedProblems(Draw);
        ProblemLease first = problems.Lease(Tiny);
        ProblemLease second = problems.Lease(Tiny with { Method = "lsd", Iterations = 1 });
        Assert.Same(first.Problem, second.Problem);
        first.Dispose();
        first.Dispose();
        using (ProblemLease third = problems.Lease(Tiny))
            Assert.Same(second.Problem, third.Problem);
        second.Dispose();
        Assert.Equal(1, draws);

        // The last one is kept for the run that follows, until another one takes its place.
        using (ProblemLease later = problems.Lease(Tiny))
            Assert.Same(second.Problem, later.Problem);
        problems.Lease(Tiny with { Seed = 70 }).Dispose();
        Assert.Equal(2, draws);
        using ProblemLease last = problems.Lease(Tiny);
        Assert.NotSame(second.Problem, last.Problem);
        Assert.Equal(3, draws);
    }

    [Fact]
    public void What_the_draw_depends_on_makes_another_problem()
    {
        var problems = new SharedProblems(Draw);
        IcaSettings[] different =
        [
            Tiny,
            Tiny with { Dimension = 4 },
            Tiny with { Seed = 70 },
            Tiny with { DataSeed = 1 },
            Tiny with { TrainingSamples = 11 },
            Tiny with { TestSamples = 6 },
            Tiny with { Base = Stein.Engine.Models.BaseDensity.StudentT },
        ];
        Assert.Equal(different.Length, different.Select(settings => problems.Lease(settings).Problem).Distinct().Count());
        Assert.Equal(different.Length, draws);
    }

    [Fact]
    public void Many_that_ask_at_once_wait_for_one_draw()
    {
        const int Askers = 8;
        using var together = new Barrier(Askers);
        var problems = new SharedProblems(settings =>
        {
            Thread.Sleep(50);
            return Draw(settings);
        });
        var leases = new ProblemLease[Askers];
        Thread[] threads = [.. Enumerable.Range(0, Askers).Select(asker => new Thread(() =>
        {
            together.SignalAndWait();
            leases[asker] = problems.Lease(Tiny);
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.All(leases, lease => Assert.Same(leases[0].Problem, lease.Problem));
        Assert.Equal(1, draws);
    }

    [Fact]
    public void A_draw_that_failed_is_tried_again()
    {
        bool fails = true;
        var problems = new SharedProblems(settings => fails ? throw new InsufficientMemoryException() : Draw(settings));
        Assert.Throws<InsufficientMemoryException>(() => problems.Lease(Tiny));
        fails = false;
        using ProblemLease lease = problems.Lease(Tiny);
        Assert.Equal(3, lease.Problem.Dimension);
    }

    private IcaProblem Draw(IcaSettings settings)
    {
        Interlocked.Increment(ref draws);
        return new IcaProblem(settings);
    }
}
