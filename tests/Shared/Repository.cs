using Xunit;

namespace Stein.Tests;

/// <summary>The checkout that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>Its folder; a test that asks for it outside of a checkout is skipped.</summary>
    public static string Folder
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Stein.sln")))
                folder = folder.Parent;
            Assert.SkipWhen(folder is null, "The tests do not run inside the repository.");
            return folder.FullName;
        }
    }
}
