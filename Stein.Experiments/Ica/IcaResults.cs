using CsvHelper;

namespace Stein.Experiments.Ica;

/// <summary>The outcome of one training run.</summary>
/// <param name="Method">Method id as on the command line (<see cref="IcaMethod"/>).</param>
/// <param name="Dim">Dimension D.</param>
/// <param name="Seed">Seed of the run; it fixes the mixing matrix, the data and the start.</param>
/// <param name="TestLogLikelihood">Mean log-likelihood of the test points under the trained model after the last iteration, nats.</param>
/// <param name="Oracle">Expected log-likelihood under the true model, nats.</param>
/// <param name="AmariDistance">Amari distance of V·W_true, in [0, 1]; NaN where it was not computed.</param>
/// <param name="Seconds">Wall-clock time of the training, seconds.</param>
[CsvRecord]
public sealed partial record IcaRun(
    [CsvColumn("method")] string Method,
    [CsvColumn("dim")] int Dim,
    [CsvColumn("seed")] int Seed,
    [CsvColumn("test_log_likelihood")] double TestLogLikelihood,
    [CsvColumn("oracle")] double Oracle,
    [CsvColumn("amari_distance")] double AmariDistance,
    [CsvColumn("seconds")] double Seconds);

/// <summary>One point of a training curve.</summary>
/// <param name="Method">Method id as on the command line (<see cref="IcaMethod"/>).</param>
/// <param name="Dim">Dimension D.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Iteration">Number of iterations done; 0 is the start.</param>
/// <param name="TestLogLikelihood">Mean log-likelihood of the test points, nats.</param>
/// <param name="Loss">The method's own loss at this iteration; NaN where there is none, as at the start.</param>
/// <param name="Oracle">Expected log-likelihood under the true model of this seed, nats.</param>
[CsvRecord]
public sealed partial record IcaCurvePoint(
    [CsvColumn("method")] string Method,
    [CsvColumn("dim")] int Dim,
    [CsvColumn("seed")] int Seed,
    [CsvColumn("iteration")] int Iteration,
    [CsvColumn("test_log_likelihood")] double TestLogLikelihood,
    [CsvColumn("loss")] double Loss,
    [CsvColumn("oracle")] double Oracle);
