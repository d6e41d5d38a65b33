using System.Diagnostics;
using System.Globalization;
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
    /// <exception cref="InvalidOperationException">The kernel cannot be translated, or the driver refuses it.</exception>
    public TLauncher Get<TLauncher>(string kernel, Type? argument, Func<Accelerator, TLauncher> load)
        where TLauncher : Delegate
    {
        if (!launchers.TryGetValue((kernel, argument), out Delegate? launcher))
        {
            launcher = Load(kernel, argument, load);
            launchers.Add((kernel, argument), launcher);
        }

        return (TLauncher)launcher;
    }

    private TLauncher Load<TLauncher>(string kernel, Type? argument, Func<Accelerator, TLauncher> load)
    {
        // ILGPU writes what the driver's compiler says about PTX to the trace and nowhere else.
        var log = new StringWriter(CultureInfo.InvariantCulture);
        using var listener = new TextWriterTraceListener(log);
        Trace.Listeners.Add(listener);
        try
        {
            return load(accelerator);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            string name = argument is null ? kernel : $"{kernel}<{argument}>";
            string said = log.ToString().Trim('\0', ' ', '\n', '\r');
            string details = said.Length == 0 ? exception.Message : $"{exception.Message}; {said}";
            throw new InvalidOperationException($"kernel {name} cannot be loaded on {accelerator.Name.Trim()}: {details}", exception);
        }
        finally
        {
            Trace.Listeners.Remove(listener);
        }
    }
}
