using System.Globalization;
using System.Text.Json.Serialization;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.Text;

namespace Stein.Experiments.Ica;

/// <summary>
/// Everything that decides the numbers of one ICA run, with the published protocol as the default (Gong, Li and
/// Hernández-Lobato, "Sliced kernelized Stein discrepancy", ICLR 2021, and its script <c>ICA_Training.py</c>).
/// </summary>
internal sealed record IcaSettings
{
    /// <summary>An <see cref="IcaMethod"/> id that can be run.</summary>
    public string Method { get; init; } = "maxsksd";

    /// <summary>D.</summary>
    public int Dimension { get; init; } = 10;

    /// <summary>The seed of the matrices (NumPy's generator).</summary>
    public uint Seed { get; init; } = 60;

    /// <summary>The seed of data, batches and everything else random; that of the matrices unless set.</summary>
    public ulong? DataSeed { get; init; }

    public int Iterations { get; init; } = 15_000;

    /// <summary>B, samples in a batch.</summary>
    public int Batch { get; init; } = 100;

    public int TrainingSamples { get; init; } = 20_000;

    public int TestSamples { get; init; } = 5_000;

    public BaseDensity Base { get; init; } = BaseDensity.Laplace;

    /// <summary>A name of <see cref="RadialKernels"/>.</summary>
    public string Kernel { get; init; } = RadialKernels.Names[0];

    /// <summary>U or V; unset, that of the script: U for KSD, V for maxSKSD. LSD has none.</summary>
    public PairStatistic? Statistic { get; init; }

    /// <summary>Step size of Adam for V, g and r.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>λ, the penalty of the LSD critic.</summary>
    public double Lambda { get; init; } = 1;

    /// <summary>Hidden units in each of the two layers of the LSD critic.</summary>
    public int Hidden { get; init; } = 300;

    /// <summary>Hutchinson probes an iteration for the trace in LSD (the script: 10); 0 is the exact trace.</summary>
    public int Probes { get; init; }

    /// <summary>Iterations between two points of the training curve.</summary>
    public int EvaluateEvery { get; init; } = 250;

    /// <summary>The id of the table row: the method and what in it is not the paper's, <c>lsd (10 probes)</c>.</summary>
    [JsonIgnore]
    public string RowId => IcaMethod.VariantId(Method, IcaProtocol.Variant(this));

    /// <summary>The seed of data, batches and everything else random.</summary>
    [JsonIgnore]
    public ulong EffectiveDataSeed => DataSeed ?? Seed;

    /// <summary>Checks that every setting can be run.</summary>
    /// <exception cref="InvalidSettingException">One cannot; the message says which, and what is allowed.</exception>
    public void Validate()
    {
        if (Dimension is < PaperMatrices.MinimumDimension or > 4096)
            throw new InvalidSettingException("--dim", Dimension, $"a whole number from {PaperMatrices.MinimumDimension} to 4096");
        RequireAtLeast("--iterations", Iterations, 1);
        RequireAtLeast("--training-samples", TrainingSamples, 2);
        RequireAtLeast("--test-samples", TestSamples, 1);
        RequireAtLeast("--evaluate-every", EvaluateEvery, 1);
        RequireAtLeast("--hidden", Hidden, 1);
        RequireAtLeast("--probes", Probes, 0);
        if (Batch < 2 || Batch > TrainingSamples)
            throw new InvalidSettingException("--batch", Batch, $"a whole number from 2 to the {TrainingSamples} training samples");
        if (!(LearningRate > 0) || double.IsInfinity(LearningRate))
            throw new InvalidSettingException("--learning-rate", LearningRate, "a positive number");
        if (!(Lambda >= 0) || double.IsInfinity(Lambda))
            throw new InvalidSettingException("--lambda", Lambda, "a number that is not negative");
        if (!IcaTraining.Methods.Contains(Method))
            throw InvalidSettingException.Unknown("--method", Method, IcaTraining.Methods);
        if (!Enum.IsDefined(Base))
            throw new InvalidSettingException("--base", Base, "laplace or student-t");
        if (!RadialKernels.Names.Contains(Kernel))
            throw InvalidSettingException.Unknown("--kernel", Kernel, RadialKernels.Names);
    }

    private static void RequireAtLeast(string option, int value, int least)
    {
        if (value < least)
            throw new InvalidSettingException(option, value, $"a whole number of at least {least}");
    }
}

/// <summary>A setting that cannot be run: the option, the value given, what is allowed.</summary>
internal sealed class InvalidSettingException : Exception
{
    public InvalidSettingException(string option, object value, string allowed)
        : base(string.Create(CultureInfo.InvariantCulture, $"{option} {value}: it must be {allowed}"))
    {
    }

    /// <summary>A name that is not among those known; the message says which one is closest.</summary>
    public static InvalidSettingException Unknown(string option, string name, IReadOnlyList<string> known)
        => new(option, name, $"one of {string.Join(", ", known)}. Did you mean '{EditDistance.Closest(name, known)}'?");
}
