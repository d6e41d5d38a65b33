using ILGPU.Runtime;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>The launchers of the kernels an accelerator has loaded, each compiled when it is first wanted.</summary>
internal sealed class LauncherCache(Accelerator accelerator)
{
    private readonly Dictionary<(string Kernel, Type? Argument), Delegate> launchers = [];

    /// <summary>The launcher of a kernel.</summary>
    /// <param name="kernel">The kernel's name.</param>
    /// <param name="argument">Its type argument, null if it has none.</param>
    /// <param name="load">Loads it; a static lambda, so that looking up allocates nothing.</param>
    public TLauncher Get<TLauncher>(string kernel, Type? argument, Func<Accelerator, TLauncher> load)
        where TLauncher : Delegate
    {
        if (!launchers.TryGetValue((kernel, argument), out Delegate? launcher))
        {
            launcher = load(accelerator);
            launchers.Add((kernel, argument), launcher);
        }

        return (TLauncher)launcher;
    }
}
