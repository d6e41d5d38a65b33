using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Optimization;
using Xunit;

namespace Stein.Engine.Tests.Optimization;

/// <summary>Schedules at the steps where they change, and their effect on Adam.</summary>
public class ScheduleTests
{
    [Fact]
    public void At_corner_points()
    {
        Assert.Equal([1, 1, 1], At(Schedule.Constant, 1, 2, 1_000_000));

        Schedule cosine = Schedule.Cosine(100, final: 0.2);
        Assert.Equal([1, 0.6, 0.2, 0.2], At(cosine, 1, 51, 101, 100_000));
        Assert.Equal(0.6 + (0.4 * Math.Sqrt(0.5)), cosine.At(26), 1e-15);
        Assert.True(cosine.At(100) > 0.2);
        Assert.Equal([1, 0], At(Schedule.Cosine(1), 1, 2));

        Assert.Equal([1, 1, 0.5, 0.5, 0.25], At(Schedule.Step(10, 0.5), 1, 10, 11, 20, 21));

        Schedule composed = Schedule.Step(2, 0.1).AfterWarmUp(4);
        Assert.Equal([0.25, 0.5, 0.75, 1, 1, 0.1, 0.1, 0.01], At(composed, 1, 2, 3, 4, 5, 6, 7, 8));
        Assert.Equal([1, 0.6], At(cosine.AfterWarmUp(10), 10, 60));
        Assert.Equal(At(cosine, 1, 2, 3), At(cosine.AfterWarmUp(1), 1, 2, 3));

        static double[] At(Schedule schedule, params long[] steps) => [.. steps.Select(step => Math.Round(schedule.At(step), 15))];
    }

    [Fact]
    public void Wrong_steps_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Cosine(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Step(0, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Constant.AfterWarmUp(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Constant.At(0));
    }

    /// <summary>Every step with a constant gradient has the length of the rate, up to ε. A schedule of ones changes no bit.</summary>
    [Fact]
    public void Adam_multiplies_its_rate()
    {
        using Device device = CpuDevices.CreateDouble();
        Assert.Equal(Train(null), Train(Schedule.Constant));
        double[] path = Train(Schedule.Step(2, 0.5).AfterWarmUp(2));
        double[] lengths = [.. path.Zip(path.Prepend(0), (next, last) => last - next)];
        Assert.Equal([0.05, 0.1, 0.1, 0.05, 0.05, 0.025], lengths.Select(length => Math.Round(length, 8)));

        double[] Train(Schedule? schedule)
        {
            DeviceMatrix parameter = device.Allocate(1, 1), gradient = device.Upload(1, 1, [3]);
            var adam = new Adam(new AdamSettings(0.1), [parameter], [gradient], schedule: schedule);
            return [.. Enumerable.Range(0, 6).Select(_ =>
            {
                adam.Step();
                return device.Read(parameter)[0];
            })];
        }
    }
}
