using System.Runtime.CompilerServices;
using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Lanes;

namespace Stein.Engine.Tests.Guide;

/// <summary>
/// <c>u = √(‖x − y‖² + ε²)</c>, the distance of two points, smoothed where they meet; it reads the points (N×D), and constant 0 is ε².
/// </summary>
internal readonly struct EnergyPairTerm : IPairTerm
{
    public static int Matrices => 1;

    /// <summary><c>‖x − y‖²</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Contract<T, TPair>(TPair pair)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T sum = default;
        for (int d = 0; d < pair.Dimension; d++)
        {
            T displacement = pair.First(0, d) - pair.Second(0, d);
            sum = T.MultiplyAdd(displacement, displacement, sum);
        }

        return new() { First = sum };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
        => T.Sqrt(sums.First + pair.Constant(0));

    /// <summary><c>∂u/∂‖x − y‖² = 1/(2u)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Slopes<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
        => new() { First = T.Constant(0.5) / Value(pair, sums) };

    /// <summary><c>∂‖x − y‖²/∂x_d = 2(x_d − y_d)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T, TPair>(TPair pair, CoordinateSums<T> slopes, int matrix, int index)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
        => (slopes.First + slopes.First) * (pair.First(0, index) - pair.Second(0, index));
}

/// <summary>The mean distance between two sets of points, and its gradient by the first.</summary>
internal sealed class MeanDistance(Device device, double epsilon)
{
    private readonly DeviceMatrix constants = device.Upload(1, 1, [epsilon * epsilon]);

    public double Value(DeviceMatrix points, DeviceMatrix others)
    {
        DeviceMatrix sums = device.Allocate(points.Rows, 1);
        device.PairSums<EnergyPairTerm>(sums, PairSet.Between(new(points), new(others), constants));
        return device.Read(sums).Sum() / ((double)points.Rows * others.Rows);
    }

    public void Gradient(DeviceMatrix gradient, DeviceMatrix points, DeviceMatrix others)
        => device.PairGradient<EnergyPairTerm>(
            gradient, PairSet.Between(new(points), new(others), constants), 0, 1.0 / ((double)points.Rows * others.Rows));
}
