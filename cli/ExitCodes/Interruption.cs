using System.Runtime.InteropServices;

namespace Stein.Cli.ExitCodes;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP: the first asks the runs to stop after their present iteration, so that what is finished can be written; a
/// second one ends the program at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>SIGXFSZ: a file would grow beyond what is permitted. Without a handler it ends the program.</summary>
    private const int FileTooLarge = 25;

    /// <summary>
    /// The write then fails as it does on a full disk. Kept for as long as the program runs: a signal that is on its way when its handler
    /// goes would still end the program.
    /// </summary>
    private static readonly PosixSignalRegistration? WriteFails = OperatingSystem.IsWindows()
        ? null
        : PosixSignalRegistration.Create((PosixSignal)FileTooLarge, context => context.Cancel = true);

    private readonly CancellationTokenSource source = new();
    private readonly Action? beforeEnd;
    private readonly PosixSignalRegistration[] registrations;

    /// <param name="beforeEnd">Done before the program ends at once, as to leave the terminal as it was.</param>
    public Interruption(Action? beforeEnd = null)
    {
        this.beforeEnd = beforeEnd;
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, ExitCodes.ExitCode.Interrupted)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, ExitCodes.ExitCode.Terminated)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Stop(context, ExitCodes.ExitCode.HungUp)),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, _ => beforeEnd?.Invoke()),
        ];
        GC.KeepAlive(WriteFails);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>The exit code for the signal that came.</summary>
    public int ExitCode { get; private set; } = ExitCodes.ExitCode.Interrupted;

    /// <summary>
    /// Does something that may have to wait for a person or another program, as for input, and that is not worth waiting for when a signal
    /// comes.
    /// </summary>
    /// <exception cref="OperationCanceledException">A signal came.</exception>
    public T WaitFor<T>(Func<T> work) => Task.Run(work, CancellationToken.None).WaitAsync(Token).GetAwaiter().GetResult();

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        if (source.IsCancellationRequested)
        {
            beforeEnd?.Invoke();
            return;
        }

        context.Cancel = true;
        ExitCode = exitCode;
        source.Cancel();
    }
}
