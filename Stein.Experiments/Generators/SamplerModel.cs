using System.Runtime.InteropServices;
using System.Text.Json;
using Stein.Engine.Devices;
using Stein.Engine.Generators;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Random;
using Stein.Experiments.Files;

namespace Stein.Experiments.Generators;

/// <summary>A trained sampler as a file: the network, and its parameters in base 64.</summary>
/// <param name="Schema">Which kind of file it is.</param>
/// <param name="Noise">The number of coordinates of the noise.</param>
/// <param name="Hidden">The units of each hidden layer.</param>
/// <param name="Dimension">The number of coordinates of a sample.</param>
/// <param name="Activation">Of the hidden layers.</param>
/// <param name="Output">The activation of the samples.</param>
/// <param name="IsMeanField">Whether each coordinate is a normal number of its own, without a network.</param>
/// <param name="Parameters">Little-endian numbers of eight bytes in the order of <see cref="ParameterSet"/>.</param>
internal sealed record SamplerModel(
    string Schema,
    int Noise,
    IReadOnlyList<int> Hidden,
    int Dimension,
    string Activation,
    string Output,
    bool IsMeanField,
    byte[] Parameters)
{
    /// <summary>The name of the file in the folder of a run.</summary>
    public const string FileName = "model.json";

    private const string Known = "stein.sampler/1";

    private const int MaxUnits = 100_000;

    private SamplerShape Shape => new(Noise, Hidden, Dimension, Activation, Output) { IsMeanField = IsMeanField };

    /// <summary>The model of a sampler.</summary>
    public static SamplerModel Of(SamplerShape shape, ParameterSet parameters)
    {
        var values = new double[parameters.Count];
        parameters.Read(values);
        return new(
            Known,
            shape.Noise,
            shape.Hidden,
            shape.Dimension,
            shape.Activation,
            shape.Output,
            shape.IsMeanField,
            MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It cannot be read, or is not a model; the message says what is wrong.</exception>
    public static SamplerModel Read(string path)
    {
        SamplerModel? model;
        try
        {
            using FileStream stream = File.OpenRead(path);
            model = JsonSerializer.Deserialize<SamplerModel>(stream, JsonFormat.Line);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"it is not a model: {exception.Message}", exception);
        }

        if (model?.Schema != Known)
            throw new InvalidDataException($"its schema is '{model?.Schema}', and a model has '{Known}'");
        int[] sizes = [model.Noise, .. model.Hidden ?? [], model.Dimension];
        if (model.Hidden is null || model.Parameters is null || !Array.TrueForAll(sizes, size => size is >= 1 and <= MaxUnits))
            throw new InvalidDataException($"it does not have layers of 1 to {MaxUnits} units and parameters");
        if (new[] { model.Activation, model.Output }.FirstOrDefault(name => !Activations.Names.Contains(name)) is { } unknown)
        {
            throw new InvalidDataException(
                $"it has the activation '{unknown}', and those known are {string.Join(", ", Activations.Names)}");
        }

        long expected = model.IsMeanField ? 2L * model.Dimension : sizes.Zip(sizes.Skip(1), (rows, columns) => (rows + 1L) * columns).Sum();
        if (model.Parameters.Length != expected * sizeof(double))
        {
            throw new InvalidDataException(
                $"it has {model.Parameters.Length} bytes of parameters, and its layers have {expected * sizeof(double)}");
        }

        return model;
    }

    /// <summary>Writes the file and leaves the stream open.</summary>
    public void Write(Stream stream) => JsonSerializer.Serialize(stream, this, JsonFormat.Line);

    /// <summary>Draws samples (N×D, row-major).</summary>
    public double[] Draw(Device device, int count, uint seed)
    {
        var sampler = new ImplicitSampler(device, count, Shape);
        sampler.Parameters.Write(MemoryMarshal.Cast<byte, double>(Parameters));
        return device.Read(sampler.Draw(new PhiloxStream(seed, StreamPurpose.ModelSamples)));
    }
}
