using System.Runtime.CompilerServices;

namespace Stein.Cli.Tests;

/// <summary>Variables of whoever runs the tests, which must not decide what these see.</summary>
internal static class InheritedVariables
{
    /// <summary>Tests of the default store would find, and fill, the developer's own.</summary>
    [ModuleInitializer]
    internal static void Forget() => Environment.SetEnvironmentVariable("STEIN_STORE", null);
}
