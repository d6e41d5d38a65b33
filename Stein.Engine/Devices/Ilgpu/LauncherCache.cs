using System.Diagnostics;
using System.Globalization;
using ILGPU.Runtime;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>The launchers of an accelerator's kernels, each compiled on first use.</summary>
internal sealed class LauncherCache(Accelerator accelerator)
{
    private readonly Dictionary<(string Kernel, Type? Argument), Delegate> launchers = [];

    /// <summary>Returns the launcher of a kernel, after loading it if necessary.</summary>
    /// <param name="argument">The kernel's type argument, or null if it has none.</param>
    /// <param name="load">Loads the launcher; a static lambda, so that a lookup allocates nothing.</param>
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
        // ILGPU writes the messages of the driver's PTX compiler only to the trace.
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
