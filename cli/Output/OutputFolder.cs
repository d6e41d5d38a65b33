namespace Stein.Cli.Output;

/// <summary>Folders that files are to be written to.</summary>
internal static class OutputFolder
{
    /// <summary>
    /// Checks before anything is run that files can be written there; a long training must not end in a surprise. The folders are made,
    /// and nothing is left in them; if one cannot be used, none is left that was not there.
    /// </summary>
    /// <param name="folders">Each with the option it comes from.</param>
    /// <exception cref="UsageException">One cannot be made or written.</exception>
    public static void Require(params IReadOnlyList<(string Option, string Path)> folders)
    {
        var made = new Stack<string>();
        foreach ((string option, string path) in folders)
        {
            if (path == "-")
                throw new UsageException($"{option} -: only a single file can go to standard output. Give a folder.");
            try
            {
                Make(Path.GetFullPath(path), made);
                string probe = Path.Combine(path, $".{Guid.NewGuid():N}.tmp");
                using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
                {
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
            {
                foreach (string folder in made)
                    Directory.Delete(folder);
                throw new UsageException(
                    $"{option} {path}: it cannot be written ({exception.Message.TrimEnd('.')}). Give a folder that can be made or written.",
                    exception);
            }
        }
    }

    private static void Make(string folder, Stack<string> made)
    {
        if (Directory.Exists(folder))
            return;
        if (Path.GetDirectoryName(folder) is { } parent)
            Make(parent, made);
        Directory.CreateDirectory(folder);
        made.Push(folder);
    }
}
