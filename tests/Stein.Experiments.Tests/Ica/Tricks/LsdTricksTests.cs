using Stein.Experiments.Ica;
using Stein.Experiments.Ica.Tricks;
using Stein.Experiments.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Ica.Tricks;

public class LsdTricksTests
{
    [Fact]
    public void Every_config_of_a_grid_is_a_trick()
    {
        foreach (GridScale scale in Enum.GetValues<GridScale>())
        {
            var names = ExperimentRegistry.LsdTricks.Grid(scale).GroupBy(run => LsdTricks.TrickOf((IcaSettings)run.Config)).ToList();
            Assert.Equal(Trick.All.Select(trick => trick.Name), names.Select(trick => trick.Key));
            Assert.Single(names.Select(trick => trick.Count()).Distinct());
        }
    }

    [Fact]
    public void A_config_of_the_users_own_is_named_by_its_settings()
        => Assert.Equal("λ = 3", LsdTricks.TrickOf(new IcaSettings { Method = "lsd", Lambda = 3, Hidden = 50 }));

    [Fact]
    public void Every_control_is_a_trick()
        => Assert.All(Trick.All, trick => Assert.Contains(trick.Control, Trick.All.Select(control => control.Name)));
}
