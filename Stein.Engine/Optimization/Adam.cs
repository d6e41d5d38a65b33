using Stein.Engine.Devices;

namespace Stein.Engine.Optimization;

/// <summary>Adam for a set of matrices, with its moments and its step count.</summary>
public sealed class Adam
{
    private readonly AdamSettings settings;
    private readonly IReadOnlyList<DeviceMatrix> parameters;
    private readonly IReadOnlyList<DeviceMatrix> gradients;
    private readonly bool ascend;
    private readonly DeviceMatrix[] firstMoments;
    private readonly DeviceMatrix[] secondMoments;

    /// <param name="settings">Step size and decays.</param>
    /// <param name="parameters">What is trained.</param>
    /// <param name="gradients">Where the gradient of each parameter stands at every step.</param>
    /// <param name="ascend">Climbs instead of descending.</param>
    public Adam(
        AdamSettings settings, IReadOnlyList<DeviceMatrix> parameters, IReadOnlyList<DeviceMatrix> gradients, bool ascend = false)
    {
        this.settings = settings;
        this.parameters = parameters;
        this.gradients = gradients;
        this.ascend = ascend;
        firstMoments = [.. parameters.Select(ZerosLike)];
        secondMoments = [.. parameters.Select(ZerosLike)];
    }

    /// <summary>Steps taken.</summary>
    public long Steps { get; set; }

    /// <summary>Everything a checkpoint has to keep besides <see cref="Steps"/>: the parameters and both moments.</summary>
    public IEnumerable<DeviceMatrix> State => [.. parameters, .. firstMoments, .. secondMoments];

    /// <summary>One step for all parameters.</summary>
    public void Step()
    {
        Steps++;
        AdamCoefficients coefficients = settings.At(Steps, ascend);
        for (int i = 0; i < firstMoments.Length; i++)
            parameters[i].Device.AdamStep(parameters[i], gradients[i], firstMoments[i], secondMoments[i], coefficients);
    }

    private static DeviceMatrix ZerosLike(DeviceMatrix matrix) => matrix.Device.Allocate(matrix.Rows, matrix.Columns);
}
