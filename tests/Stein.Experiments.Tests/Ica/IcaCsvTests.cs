using Stein.Experiments.Ica;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

public sealed class IcaCsvTests
{
    [Fact]
    public void Runs_and_curves_read_back_to_the_last_bit()
    {
        using var folder = new TemporaryFolder();
        IcaCsv.WriteRuns(folder.File("runs.csv"), IcaSample.Runs);
        IcaCsv.WriteCurves(folder.File("curves.csv"), IcaSample.Curves);
        Assert.Equal(IcaSample.Runs, IcaCsv.ReadRuns(folder.File("runs.csv")));
        Assert.Equal(IcaSample.Curves, IcaCsv.ReadCurves(folder.File("curves.csv")));
    }

    [Fact]
    public void Any_double_reads_back()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        double[] values =
        [
            double.Epsilon, double.MaxValue, -0.0, 0.1, double.NaN, double.NegativeInfinity,
            .. Enumerable.Range(0, 20000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)))
                .Where(double.IsFinite),
        ];
        IcaRun[] runs = [.. values.Select((value, index) => new IcaRun("ksd", 10, index, value, -value, value, 1))];
        IcaCsv.WriteRuns(folder.File("runs.csv"), runs);
        IReadOnlyList<IcaRun> read = IcaCsv.ReadRuns(folder.File("runs.csv"));
        for (int index = 0; index < runs.Length; index++)
        {
            Assert.Equal(
                BitConverter.DoubleToInt64Bits(runs[index].TestLogLikelihood),
                BitConverter.DoubleToInt64Bits(read[index].TestLogLikelihood));
        }
    }

    [Fact]
    public void Headers_are_those_promised()
    {
        using var folder = new TemporaryFolder();
        IcaCsv.WriteRuns(folder.File("runs.csv"), [new IcaRun("ksd", 10, 60, -1.5, -1, double.NaN, 2)]);
        IcaCsv.WriteCurves(folder.File("curves.csv"), [new IcaCurvePoint("ksd", 10, 60, 100, -1.5, 0.25, -1)]);
        Assert.Equal(
            "method,dim,seed,test_log_likelihood,oracle,amari_distance,seconds,data_seed\nksd,10,60,-1.5,-1,,2,\n",
            File.ReadAllText(folder.File("runs.csv")));
        Assert.Equal(
            "method,dim,seed,iteration,test_log_likelihood,loss,oracle,data_seed\nksd,10,60,100,-1.5,0.25,-1,\n",
            File.ReadAllText(folder.File("curves.csv")));
    }

    [Theory]
    [InlineData("method,dim\nksd,10\n")]
    [InlineData("method,dim,seed,test_log_likelihood,oracle,amari_distance,seconds\nksd,ten,60,-1.5,-1,,2\n")]
    public void A_damaged_file_is_named(string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("runs.csv"), content);
        var exception = Assert.Throws<InvalidDataException>(() => IcaCsv.ReadRuns(folder.File("runs.csv")));
        Assert.Contains("runs.csv", exception.Message, StringComparison.Ordinal);
    }
}
