using Stein.Experiments.Files;

namespace Stein.Cli.Output;

/// <summary>A file that is to be written when all is computed.</summary>
internal static class OutputFile
{
    /// <summary>
    /// Checks before anything is computed that a file, or a pipe that is there, can be written. Nothing is made, and nothing is left.
    /// </summary>
    /// <param name="option">The option that it comes from.</param>
    /// <param name="path">The file; missing folders above it are created.</param>
    /// <param name="inputs">The files that are read, each with its option; null for none.</param>
    /// <exception cref="UsageException">It is not a file, or is one of the inputs, or cannot be written.</exception>
    public static void Require(string option, string path, params IReadOnlyList<(string Option, string? Path)> inputs)
    {
        if (Path.GetFileName(path).Length == 0 || Directory.Exists(path))
            throw new UsageException($"{option} '{path}': not a file name. Give one such as scores.csv.");
        OutputTarget target = Follow(option, path);
        foreach ((string name, string? input) in inputs)
        {
            if (input is not (null or "-") && Follow(name, input).Path == target.Path)
                throw new UsageException($"{option} {path}: {name} is read from that file, which would be replaced. Give another.");
        }

        if (!target.IsReplaceable)
            return;
        string? folder = Path.GetDirectoryName(target.Path);
        while (folder is not null && !Directory.Exists(folder))
        {
            if (File.Exists(folder))
                throw new UsageException($"{option} {path}: it cannot be written ({folder} is a file). Give another folder.");
            folder = Path.GetDirectoryName(folder);
        }

        // Missing folders can be made where a file can.
        if (folder is not null)
            OutputFolder.Require((option, folder));
    }

    /// <summary>Checks in the same way all files that a folder is to have.</summary>
    /// <exception cref="UsageException">One of them is not a file, or is one of the inputs, or cannot be written.</exception>
    public static void RequireAll(
        string option, string folder, IEnumerable<string> files, IReadOnlyList<(string Option, string? Path)> inputs)
    {
        foreach (string file in files)
            Require(option, Path.Combine(folder, file), inputs);
    }

    private static OutputTarget Follow(string option, string path)
    {
        try
        {
            return OutputTarget.Of(path);
        }
        catch (IOException exception)
        {
            throw new UsageException($"{option} {exception.Message} Give the path of a file.", exception);
        }
    }
}
