using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>Finds and opens the devices of one family of ILGPU's accelerators.</summary>
internal sealed class IlgpuPlatform
{
    public const string CudaName = "cuda";
    public const string OpenClName = "opencl";
    public const string CpuName = "ilgpu-cpu";

    private readonly Action<Context.Builder> register;
    private readonly Func<ILGPU.Runtime.Device, bool> isWanted;
    private readonly Func<string> missing;

    private IlgpuPlatform(string name, Func<string> missing, Action<Context.Builder> register, Func<ILGPU.Runtime.Device, bool> isWanted)
    {
        Name = name;
        this.missing = missing;
        this.register = register;
        this.isWanted = isWanted;
    }

    /// <summary>NVIDIA GPUs.</summary>
    public static IlgpuPlatform Cuda { get; } = new(
        CudaName,
        static () => $"no NVIDIA GPU was found: {NvidiaLibraries.WhyNoGpu()}",
        static builder => builder.Cuda(),
        static device => device is CudaDevice);

    /// <summary>GPUs of any vendor. OpenCL on processors is excluded, because the simd device is faster.</summary>
    public static IlgpuPlatform OpenCl { get; } = new(
        OpenClName,
        static () => "no GPU with an OpenCL 2.0 driver was found",
        static builder => builder.OpenCL(),
        static device => device is CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_GPU });

    /// <summary>ILGPU's simulator of a GPU, which runs everywhere; it is slow and serves to check kernels.</summary>
    public static IlgpuPlatform Cpu { get; } = new(
        CpuName,
        static () => "ILGPU offers no CPU accelerator here",
        static builder => builder.CPU(new CPUDevice(numThreadsPerWarp: 2, numWarpsPerMultiprocessor: 2, numMultiprocessors: 1)),
        static device => device is CPUDevice);

    public static IReadOnlyList<IlgpuPlatform> All { get; } = [Cuda, OpenCl, Cpu];

    /// <summary>The name on the command line.</summary>
    public string Name { get; }

    /// <summary>Sets the options of a context that the kernels need on every accelerator.</summary>
    /// <remarks>
    /// The optimisation level must not be O2: in ILGPU 1.5.3 it moves loads from shared memory to where they are first used, even
    /// past a barrier, and loop invariants such as square roots into the loops.
    /// </remarks>
    public static Context.Builder Configure(Context.Builder builder)
        => builder.EnableAlgorithms().Optimize(OptimizationLevel.O1);

    /// <summary>Opens the first device of the family.</summary>
    /// <exception cref="DeviceUnavailableException">There is no such device, or its driver does not work.</exception>
    public IlgpuDevice Open()
    {
        // Few machines have a GPU, and a context without the algorithms says so in half the time.
        Find();
        return WithFirstDevice(Configure, (context, device) => new IlgpuDevice(Name, context, device.CreateAccelerator(context)));
    }

    /// <summary>The name of the first device of the family.</summary>
    /// <exception cref="DeviceUnavailableException">There is no such device, or its driver does not work.</exception>
    public string Find()
        => WithFirstDevice(static builder => builder, static (context, device) =>
        {
            using (context)
                return device.Name.Trim();
        });

    /// <summary>Calls <paramref name="use"/>, which takes ownership of the context.</summary>
    private TResult WithFirstDevice<TResult>(
        Func<Context.Builder, Context.Builder> configure, Func<Context, ILGPU.Runtime.Device, TResult> use)
    {
        Context? context = null;
        try
        {
            NvidiaLibraries.AddNames();
            context = Context.Create(builder => register(configure(builder)));
            ILGPU.Runtime.Device device = context.Devices.FirstOrDefault(isWanted)
                ?? throw new DeviceUnavailableException($"device '{Name}' is not available: {missing()}");
            return use(context, device);
        }
        catch (Exception exception)
        {
            context?.Dispose();
            // A driver that is missing, too old or broken can fail in any way.
            if (exception is DeviceUnavailableException or OutOfMemoryException)
                throw;
            throw new DeviceUnavailableException($"device '{Name}' is not available: {missing()} ({exception.Message})", exception);
        }
    }
}
