using CsvHelper;

namespace Stein.Experiments.Ica;

/// <summary>The outcome of one training run.</summary>
/// <param name="Method">Row id: the method as on the command line, with its variant (<see cref="IcaSettings.RowId"/>).</param>
/// <param name="Dim">Dimension D.</param>
/// <param name="Seed">Seed of the run; it fixes the mixing matrix and the start, and the data unless they have their own.</param>
/// <param name="TestLogLikelihood">Mean log-likelihood of the test points under the trained model after the last iteration, nats.</param>
/// <param name="Oracle">Mean log-likelihood of the same test points under the true model, nats.</param>
/// <param name="AmariDistance">Amari distance of V·W_true, in [0, 1]; NaN where it was not computed.</param>
/// <param name="Seconds">Wall-clock time of the training, seconds.</param>
/// <param name="DataSeed">Seed of the data where it is not that of the run.</param>
[CsvRecord]
internal sealed partial record IcaRun(
    [CsvColumn("method")] string Method,
    [CsvColumn("dim")] int Dim,
    [CsvColumn("seed")] long Seed,
    [CsvColumn("test_log_likelihood")] double TestLogLikelihood,
    [CsvColumn("oracle")] double Oracle,
    [CsvColumn("amari_distance")] double AmariDistance,
    [CsvColumn("seconds")] double Seconds,
    [CsvColumn("data_seed")] ulong? DataSeed = null);

/// <summary>One point of a training curve.</summary>
/// <param name="Method">Row id: the method as on the command line, with its variant (<see cref="IcaSettings.RowId"/>).</param>
/// <param name="Dim">Dimension D.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Iteration">Number of iterations done; 0 is the start.</param>
/// <param name="TestLogLikelihood">Mean log-likelihood of the test points, nats.</param>
/// <param name="Loss">The method's own loss at this iteration; NaN where there is none, as at the start.</param>
/// <param name="Oracle">Mean log-likelihood of the same test points under the true model, nats.</param>
/// <param name="DataSeed">Seed of the data where it is not that of the run.</param>
[CsvRecord]
internal sealed partial record IcaCurvePoint(
    [CsvColumn("method")] string Method,
    [CsvColumn("dim")] int Dim,
    [CsvColumn("seed")] long Seed,
    [CsvColumn("iteration")] int Iteration,
    [CsvColumn("test_log_likelihood")] double TestLogLikelihood,
    [CsvColumn("loss")] double Loss,
    [CsvColumn("oracle")] double Oracle,
    [CsvColumn("data_seed")] ulong? DataSeed = null);
