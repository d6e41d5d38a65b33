namespace Stein.Cli;

/// <summary>A folder that files are to be written to.</summary>
internal static class OutputFolder
{
    /// <summary>
    /// Checks before anything is run that files can be written there; a long training must not end in a surprise. The folder is made,
    /// and nothing is left in it.
    /// </summary>
    /// <exception cref="UsageException">It cannot be made or written.</exception>
    public static void Require(string option, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException(
                $"{option} {folder}: it cannot be written ({exception.Message.TrimEnd('.')}). Give a folder that can be made or written.",
                exception);
        }
    }
}
