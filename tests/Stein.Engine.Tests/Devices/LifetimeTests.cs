using System.Runtime.CompilerServices;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Formulas;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>Operations on operands with no other reference, while another thread collects garbage.</summary>
public sealed class LifetimeTests
{
    /// <summary>Large enough that a product takes milliseconds, so that a garbage collection occurs during it.</summary>
    private const int Order = 500;

    [Theory]
    [InlineData("simd")]
    [InlineData("simd-double")]
    public void Operands_live_as_long_as_an_operation_on_them(string name)
    {
        bool isOver = false;
        var collector = new Thread(() =>
        {
            // Collected memory is reused immediately and filled with other numbers.
            var kept = new Queue<float[]>();
            while (!Volatile.Read(ref isOver))
            {
                Thread.Sleep(1);
                GC.Collect();
                float[] memory = GC.AllocateUninitializedArray<float>(Order * Order, pinned: true);
                Array.Fill(memory, 7);
                kept.Enqueue(memory);
                if (kept.Count > 8)
                    kept.Dequeue();
            }
        });
        collector.Start();
        try
        {
            using Device device = DeviceCatalog.Create(name);

            // Unoptimised code keeps all references until a method returns; the optimised code is compiled after some calls.
            for (int repetition = 0; repetition < 100; repetition++)
                Run(device, 8);
            Thread.Sleep(300);
            for (int repetition = 0; repetition < 4; repetition++)
                Run(device, Order);
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            collector.Join();
        }
    }

    private static void Run(Device device, int order)
    {
        Assert.True(Array.TrueForAll(Product(device, order), value => value == order), "product");
        Assert.True(Array.TrueForAll(Sums(device, order), value => value == 2 * order), "sums");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double[] Product(Device device, int order)
    {
        DeviceMatrix product = device.Allocate(order, order);
        device.Multiply(product, Ones(device, order), Ones(device, order));
        return device.Read(product);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double[] Sums(Device device, int order)
    {
        DeviceMatrix sums = device.Allocate(order, 1);
        device.SumRows<AddScaled>(sums, Ones(device, order), Ones(device, order), p: 1);
        return device.Read(sums);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DeviceMatrix Ones(Device device, int order)
    {
        var ones = new double[order * order];
        Array.Fill(ones, 1);
        return device.Upload(order, order, ones);
    }
}
