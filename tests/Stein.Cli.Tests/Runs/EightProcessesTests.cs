namespace Stein.Cli.Tests.Runs;

/// <summary>Eight processes on one grid, of which some are killed again and again and others begun in their place.</summary>
public sealed class EightProcessesTests(ITestOutputHelper output)
{
    private const int Kills = 8;
    private readonly Random random = new(8);
    private int hits;

    [Fact]
    public void No_run_is_done_twice_none_is_lost_and_the_bits_are_the_same()
    {
        int rounds = 0;
        // On a machine so fast that the grid is done before, another one is begun.
        for (; hits < Kills; rounds++)
            KillUntilDone();
        output.WriteLine($"{hits} kills, {rounds} grids");
    }

    private void KillUntilDone()
    {
        using var stein = new SteinProgram();
        var witness = new StoreWitness(stein.PathOf("store"));
        var processes = new List<SteinProcess>();
        var finished = new List<string>();
        try
        {
            for (int index = 0; index < 8; index++)
                processes.Add(Begin());
            while (hits < Kills && witness.Finished < TestGrid.Runs)
            {
                SteinProcess[] victims = random.GetItems(processes.ToArray(), random.Next(1, 5));
                // Half of them wherever they are, the others at a run.
                if (random.Next(2) == 0)
                    victims[0].WaitForEvent("started");
                victims[0].LetRun(TimeSpan.FromMilliseconds(random.NextDouble() * 50));
                foreach (SteinProcess victim in victims.Distinct())
                {
                    hits += victim.Kill() ? 1 : 0;
                    finished.AddRange(victim.Finished());
                    victim.Dispose();
                    processes[processes.IndexOf(victim)] = Begin();
                }

                witness.Look();
            }

            foreach (SteinProcess process in processes)
            {
                SteinResult result = process.WaitForExit();
                Assert.True(result.ExitCode == 0, $"{result}");
                finished.AddRange(process.Finished());
            }
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }

        Assert.Equal(finished.Distinct(), finished);
        witness.Look();
        Assert.Equal(TestGrid.Runs, witness.Finished);
        TestGrid.Report(stein);
        TestGrid.AssertSame(stein);

        // The whole plan as one shard: the report is made once, by itself.
        SteinProcess Begin() => stein.Begin(TestGrid.Reproduce("--shard", "0/1", "--jobs", "1", "--checkpoint-every", "10", "--json"));
    }
}
