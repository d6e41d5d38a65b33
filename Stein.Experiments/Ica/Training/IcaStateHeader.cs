using Stein.Engine.Formulas;

namespace Stein.Experiments.Ica;

/// <summary>The start of a saved training: a mark, and the settings that decide its numbers, so that no other run takes it up.</summary>
internal static class IcaStateHeader
{
    /// <summary>"STEINICA" as a little-endian number.</summary>
    private const ulong Magic = 0x4143494E49455453;

    /// <summary>Goes up by one when what is saved changes.</summary>
    private const int Version = 1;

    public static void Write(BinaryWriter writer, IcaSettings settings)
    {
        writer.Write(Magic);
        writer.Write(Version);
        foreach ((_, string value) in Deciding(settings))
            writer.Write(value);
    }

    /// <exception cref="InvalidDataException">The state is no training, of another version, or of a run with other settings.</exception>
    public static void Check(BinaryReader reader, IcaSettings settings)
    {
        if (reader.ReadUInt64() != Magic)
            throw new InvalidDataException("this is no saved state of an ICA training");
        if (reader.ReadInt32() is var version && version != Version)
            throw new InvalidDataException($"the state was saved in format {version}; this version of stein reads format {Version}");
        foreach ((string option, string own) in Deciding(settings))
        {
            string saved = reader.ReadString();
            if (saved != own)
                throw new InvalidDataException($"the state is of a run with {option} {saved}; this run has {option} {own}");
        }
    }

    /// <summary>
    /// The settings that decide the numbers of a run, the method first: it says which others there are. Iterations are among them
    /// where they change the steps; any other method can be trained on beyond what was asked for at first.
    /// </summary>
    private static IEnumerable<(string Option, string Value)> Deciding(IcaSettings settings)
    {
        yield return ("--method", settings.Method);
        yield return ("--dim", $"{settings.Dimension}");
        yield return ("--seed", $"{settings.Seed}");
        yield return ("--data-seed", $"{settings.EffectiveDataSeed}");
        yield return ("--base", IcaProtocol.Name(settings.Base));
        yield return ("--training-samples", $"{settings.TrainingSamples}");
        yield return ("--test-samples", $"{settings.TestSamples}");
        yield return ("--batch", $"{settings.Batch}");
        if (IcaMethod.UsesKernel(settings.Method))
        {
            PairStatistic statistic = settings.Statistic ?? IcaProtocol.DefaultStatistic(settings.Method);
            yield return ("--kernel", settings.Kernel);
            yield return ("--statistic", statistic == PairStatistic.U ? "u" : "v");
        }

        if (settings.Method == "lsd")
        {
            yield return ("--hidden", $"{settings.Hidden}");
            yield return ("--lambda", $"{settings.Lambda}");
            yield return ("--probes", $"{settings.Probes}");
        }

        if (settings.Method == "mle")
            yield return ("--iterations", $"{settings.Iterations}");
        else if (settings.Method != "whitening")
            yield return ("--learning-rate", $"{settings.LearningRate}");
    }
}
