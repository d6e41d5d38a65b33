namespace Stein.Cli.Tests.Runs;

/// <summary>
/// The grid of 30 small runs that everything is done to, and what one undisturbed call of the program, one run at a time, leaves of it.
/// Everything else has to leave the same.
/// </summary>
internal static class TestGrid
{
    public const int Runs = 30;

    /// <summary>Long enough that a run takes a while, and a process that is killed most likely was at one.</summary>
    public const int Iterations = 4000;

    /// <summary>The options that select it, for <c>reproduce</c> and <c>report</c>.</summary>
    public static readonly string[] Selection = ["ica", "--grid", "test", "--iterations", $"{Iterations}"];

    private static readonly Lazy<(Contents Store, Contents Report)> Undisturbed = new(Make);

    /// <summary>Every file of the store.</summary>
    public static Contents Store => Undisturbed.Value.Store;

    /// <summary>The numbers of the report.</summary>
    public static Contents Tables => Undisturbed.Value.Report;

    /// <summary>A command line that runs it, into the folders <c>store</c> and <c>out</c>.</summary>
    public static string[] Reproduce(params string[] options) =>
        ["reproduce", .. Selection, "--device", "simd", "--store", "store", "--out", "out", .. options];

    /// <summary>Whether the folders of a test have what they should, to the last byte.</summary>
    public static void AssertSame(SteinProgram stein)
    {
        Store.AssertSame(Contents.OfStore(stein.PathOf("store")));
        Tables.AssertSame(Contents.OfReport(stein.PathOf("out")));
    }

    /// <summary>Makes the report of what is in the folder <c>store</c>.</summary>
    public static void Report(SteinProgram stein)
    {
        SteinResult report = stein.Run(["report", .. Selection, "--store", "store", "--out", "out", "--quiet"]);
        Assert.True(report.ExitCode == 0, $"{report}");
    }

    private static (Contents Store, Contents Report) Make()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run(Reproduce("--jobs", "1", "--quiet"));
        Assert.True(result.ExitCode == 0, $"{result}");
        return (Contents.OfStore(stein.PathOf("store")), Contents.OfReport(stein.PathOf("out")));
    }
}
