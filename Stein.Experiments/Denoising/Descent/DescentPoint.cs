using CsvHelper;

namespace Stein.Experiments.Denoising;

/// <summary>A row of a run's <c>descent.csv</c>: the estimate after some steps.</summary>
/// <param name="Time">t, steps done.</param>
/// <param name="Discrepancy">KSD_V² of the scores at the samples.</param>
/// <param name="TestError"><c>E‖s_t − ∇ log p‖²</c> at the test points; NaN for a file.</param>
/// <param name="SampleError">The same at the samples; NaN for a file.</param>
/// <param name="HeldOutLoss">
/// <see cref="Stein.Engine.Estimators.ScoreEstimate.ScoreMatchingLoss"/> at the samples held out, of descents on the others.
/// </param>
[CsvRecord]
internal sealed partial record DescentPoint(
    [CsvColumn("time")] int Time,
    [CsvColumn("ksd")] double Discrepancy,
    [CsvColumn("fisher_test")] double TestError,
    [CsvColumn("fisher_samples")] double SampleError,
    [CsvColumn("held_out_loss")] double HeldOutLoss)
{
    public void Save(BinaryWriter writer)
    {
        writer.Write(Time);
        writer.Write(Discrepancy);
        writer.Write(TestError);
        writer.Write(SampleError);
        writer.Write(HeldOutLoss);
    }

    public static DescentPoint Restore(BinaryReader reader)
        => new(reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
}

/// <summary>A row of a run's <c>ridge.csv</c>: the Stein gradient estimator with a ridge, of the same samples.</summary>
/// <param name="Ridge">η.</param>
/// <param name="Discrepancy">KSD_V² of its scores at the samples.</param>
/// <param name="TestError">As in <see cref="DescentPoint"/>.</param>
/// <param name="SampleError">As in <see cref="DescentPoint"/>.</param>
/// <param name="HeldOutLoss">As in <see cref="DescentPoint"/>, with the same samples held out.</param>
[CsvRecord]
internal sealed partial record RidgePoint(
    [CsvColumn("ridge")] double Ridge,
    [CsvColumn("ksd")] double Discrepancy,
    [CsvColumn("fisher_test")] double TestError,
    [CsvColumn("fisher_samples")] double SampleError,
    [CsvColumn("held_out_loss")] double HeldOutLoss);

/// <summary>A row of a run's <c>arrows.csv</c>: the field of scores at a point of a grid.</summary>
/// <param name="Time">t.</param>
/// <param name="X1">The point.</param>
/// <param name="X2">The point.</param>
/// <param name="S1">s_t there.</param>
/// <param name="S2">s_t there.</param>
/// <param name="True1">∇ log p there; NaN for a file.</param>
/// <param name="True2">∇ log p there; NaN for a file.</param>
[CsvRecord]
internal sealed partial record ArrowPoint(
    [CsvColumn("time")] int Time,
    [CsvColumn("x1")] double X1,
    [CsvColumn("x2")] double X2,
    [CsvColumn("s1")] double S1,
    [CsvColumn("s2")] double S2,
    [CsvColumn("true1")] double True1,
    [CsvColumn("true2")] double True2);

/// <summary>A row of a run's <c>samples.csv</c>.</summary>
[CsvRecord]
internal sealed partial record SamplePoint([CsvColumn("x1")] double X1, [CsvColumn("x2")] double X2);
