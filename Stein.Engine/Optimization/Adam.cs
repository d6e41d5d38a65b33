using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.State;

namespace Stein.Engine.Optimization;

/// <summary>The optimiser Adam for a set of matrices, with its moments and step count.</summary>
public sealed class Adam : IStateful
{
    private readonly AdamSettings settings;
    private readonly IReadOnlyList<DeviceMatrix> parameters;
    private readonly IReadOnlyList<DeviceMatrix> gradients;
    private readonly bool ascend;
    private readonly Schedule schedule;
    private readonly DeviceMatrix[] firstMoments;
    private readonly DeviceMatrix[] secondMoments;

    /// <param name="settings">The learning rate and decay rates.</param>
    /// <param name="parameters">The matrices to train.</param>
    /// <param name="gradients">The matrices that hold the gradient of each parameter when a step is taken.</param>
    /// <param name="ascend">Whether to maximise instead of minimise.</param>
    /// <param name="schedule">The factor of the learning rate at each step; null for a constant rate.</param>
    public Adam(
        AdamSettings settings,
        IReadOnlyList<DeviceMatrix> parameters,
        IReadOnlyList<DeviceMatrix> gradients,
        bool ascend = false,
        Schedule? schedule = null)
    {
        this.settings = settings;
        this.parameters = parameters;
        this.gradients = gradients;
        this.ascend = ascend;
        this.schedule = schedule ?? Schedule.Constant;
        firstMoments = [.. parameters.Select(ZerosLike)];
        secondMoments = [.. parameters.Select(ZerosLike)];
    }

    /// <summary>The number of steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>The first moments of all parameters, then the second moments.</summary>
    public IEnumerable<DeviceMatrix> Moments => [.. firstMoments, .. secondMoments];

    /// <summary>Takes one step for all parameters.</summary>
    public void Step()
    {
        Steps++;
        AdamCoefficients coefficients = settings.At(Steps, ascend, schedule.At(Steps));
        for (int i = 0; i < firstMoments.Length; i++)
            parameters[i].Device.AdamStep(parameters[i], gradients[i], firstMoments[i], secondMoments[i], coefficients);
    }

    /// <summary>Writes the step count and the moments. The parameters are saved by their owners.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Steps);
        Moments.SaveAll(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Steps = reader.ReadInt64();
        Moments.RestoreAll(reader);
    }

    private static DeviceMatrix ZerosLike(DeviceMatrix matrix) => matrix.Device.Allocate(matrix.Rows, matrix.Columns);
}
