using Stein.Engine.Devices;
using Stein.Engine.Random;
using Stein.Engine.State;

namespace Stein.Engine.Networks;

/// <summary>
/// The weights and biases of a network f: D → D with two hidden layers, or their gradient. Weights are stored as input×output, the
/// transpose of the usual notation, because most products of training need them in that form.
/// </summary>
public sealed class NetworkParameters : IStateful
{
    public NetworkParameters(Device device, int dimension, int hidden1, int hidden2)
    {
        Weight1 = device.Allocate(dimension, hidden1);
        Bias1 = device.Allocate(1, hidden1);
        Weight2 = device.Allocate(hidden1, hidden2);
        Bias2 = device.Allocate(1, hidden2);
        WeightOut = device.Allocate(hidden2, dimension);
        BiasOut = device.Allocate(1, dimension);
        All = [Weight1, Bias1, Weight2, Bias2, WeightOut, BiasOut];
    }

    /// <summary>W₁ᵀ (D×H₁).</summary>
    public DeviceMatrix Weight1 { get; }

    /// <summary>b₁ (1×H₁).</summary>
    public DeviceMatrix Bias1 { get; }

    /// <summary>W₂ᵀ (H₁×H₂).</summary>
    public DeviceMatrix Weight2 { get; }

    /// <summary>b₂ (1×H₂).</summary>
    public DeviceMatrix Bias2 { get; }

    /// <summary>W₃ᵀ (H₂×D).</summary>
    public DeviceMatrix WeightOut { get; }

    /// <summary>b₃ (1×D).</summary>
    public DeviceMatrix BiasOut { get; }

    /// <summary>All six, in the order above.</summary>
    public IReadOnlyList<DeviceMatrix> All { get; }

    /// <summary>Draws weights and biases uniformly from ±1/√(inputs of the layer), as the published script does.</summary>
    public void Initialise(PhiloxStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        InitialiseLayer(stream, Weight1, Bias1);
        InitialiseLayer(stream, Weight2, Bias2);
        InitialiseLayer(stream, WeightOut, BiasOut);
    }

    /// <summary>Writes <see cref="All"/>.</summary>
    public void Save(BinaryWriter writer) => All.SaveAll(writer);

    /// <inheritdoc/>
    public void Restore(BinaryReader reader) => All.RestoreAll(reader);

    private static void InitialiseLayer(PhiloxStream stream, DeviceMatrix weight, DeviceMatrix bias)
    {
        double bound = 1 / Math.Sqrt(weight.Rows);
        foreach (DeviceMatrix matrix in (ReadOnlySpan<DeviceMatrix>)[weight, bias])
        {
            var values = new double[matrix.Rows * matrix.Columns];
            for (int i = 0; i < values.Length; i++)
                values[i] = bound * ((2 * stream.NextUniform()) - 1);
            matrix.Device.Write(matrix, values);
        }
    }
}
