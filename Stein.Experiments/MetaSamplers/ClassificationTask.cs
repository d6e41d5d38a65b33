using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Experiments.MetaSamplers;

/// <summary>
/// Two classes of points and a network whose posterior is to be sampled: 200 data, 40 % of which are for training, as in the paper, and
/// the others for judging. The prior of each parameter is N(0, 1).
/// </summary>
internal sealed class ClassificationTask
{
    private const int Data = 200;
    private const int TrainingData = 80;

    private readonly ClassificationKind kind;
    private readonly double[][] inputs;
    private readonly double[] outputs;
    private readonly double[][] testInputs;
    private readonly double[] testOutputs;

    /// <param name="kind">Data and network.</param>
    /// <param name="seed">Of the data.</param>
    /// <param name="part">Which data of the seed.</param>
    /// <param name="split">Which of them are for training.</param>
    public ClassificationTask(ClassificationKind kind, uint seed, uint part, uint split)
    {
        this.kind = kind;
        var stream = new PhiloxStream(seed, StreamPurpose.TrainingData, part);
        (double[] Input, double Output)[] data = [.. kind.Draw(stream, Data)];
        int[] order = [.. Enumerable.Range(0, Data)];
        new PhiloxStream(seed, StreamPurpose.HeldOut, split).Shuffle(order);
        inputs = [.. order[..TrainingData].Select(n => data[n].Input)];
        outputs = [.. order[..TrainingData].Select(n => data[n].Output)];
        testInputs = [.. order[TrainingData..].Select(n => data[n].Input)];
        testOutputs = [.. order[TrainingData..].Select(n => data[n].Output)];
        Posterior = kind.Posterior(inputs, outputs, 1);
    }

    /// <summary>Of all training data.</summary>
    public ClassifierPosterior Posterior { get; }

    /// <summary>The posterior of a batch, drawn with replacement, whose data count for all.</summary>
    public ClassifierPosterior Batch(PhiloxStream stream, int size)
    {
        int[] chosen = [.. Enumerable.Range(0, size).Select(_ => stream.NextInt32(TrainingData))];
        return kind.Posterior(
            [.. chosen.Select(n => inputs[n])], [.. chosen.Select(n => outputs[n])], (double)TrainingData / size);
    }

    /// <summary>Mean log-likelihood of the test data under predictions by samples (N×D), and the share that is misclassified.</summary>
    public (double LogLikelihood, double Error) Predict(double[] samples)
    {
        double[] values = Posterior.PredictiveLogLikelihoods(samples, testInputs, testOutputs);
        return (values.Average(), values.Average(value => value < Math.Log(0.5) ? 1.0 : 0));
    }
}

/// <summary>A kind of data, and the network for it.</summary>
/// <param name="Name">In names of quantities.</param>
/// <param name="Title">In tables.</param>
/// <param name="Inputs">Coordinates of a point.</param>
/// <param name="Hidden">Units of the network.</param>
/// <param name="Unit">Their function.</param>
/// <param name="Draw">Draws as many data: points, and 0 or 1.</param>
internal sealed record ClassificationKind(
    string Name,
    string Title,
    int Inputs,
    int Hidden,
    Func<double, (double Value, double Slope)> Unit,
    Func<PhiloxStream, int, IEnumerable<(double[] Input, double Output)>> Draw)
{
    private const double Noise = 0.25;

    /// <summary>Two half-moons: what the samplers are trained with.</summary>
    public static ClassificationKind Moons { get; } = new("moons", "moons, 10 rectifiers", 2, 10, ClassifierPosterior.Rectifier, DrawMoons);

    /// <summary>A disc and the ring around it, with more units of another kind.</summary>
    public static ClassificationKind Rings { get; } = new("rings", "rings, 20 tanh", 2, 20, ClassifierPosterior.Tanh, DrawRings);

    /// <summary>Classes by a random network of five inputs, with more units of a third kind.</summary>
    public static ClassificationKind Teacher { get; } =
        new("teacher", "teacher, 20 sigmoid", 5, 20, ClassifierPosterior.Logistic, DrawTeacher);

    /// <summary>What samplers are judged by.</summary>
    public static IReadOnlyList<ClassificationKind> Tests { get; } = [Moons, Rings, Teacher];

    public ClassifierPosterior Posterior(double[][] inputs, double[] outputs, double weight)
        => new(inputs, outputs, Inputs, Hidden, Unit, priorDeviation: 1, weight);

    private static IEnumerable<(double[] Input, double Output)> DrawMoons(PhiloxStream stream, int count)
    {
        for (int n = 0; n < count; n++)
        {
            double angle = Math.PI * stream.NextUniform(), side = n % 2;
            double[] point = side == 0
                ? [Math.Cos(angle) - 0.5, Math.Sin(angle) - 0.25]
                : [0.5 - Math.Cos(angle), 0.25 - Math.Sin(angle)];
            yield return ([.. point.Select(x => x + (Noise * stream.NextNormal()))], side);
        }
    }

    private static IEnumerable<(double[] Input, double Output)> DrawRings(PhiloxStream stream, int count)
    {
        for (int n = 0; n < count; n++)
        {
            double angle = 2 * Math.PI * stream.NextUniform(), ring = n % 2, radius = 0.5 + ring;
            double[] point = [radius * Math.Cos(angle), radius * Math.Sin(angle)];
            yield return ([.. point.Select(x => x + (Noise * stream.NextNormal()))], ring);
        }
    }

    private static IEnumerable<(double[] Input, double Output)> DrawTeacher(PhiloxStream stream, int count)
    {
        const int Size = 5, Units = 10;
        var teacher = new ClassifierPosterior([], [], Size, Units, ClassifierPosterior.Tanh, priorDeviation: 1);
        double[] parameters = [.. Normal(teacher.Dimension)];
        for (int n = 0; n < count; n++)
        {
            double[] point = [.. Normal(Size)];
            yield return (point, teacher.Draw(stream, point, parameters));
        }

        IEnumerable<double> Normal(int size) => Enumerable.Range(0, size).Select(_ => stream.NextNormal());
    }
}
