using Stein.Tests;

namespace Stein.Cli.Tests.Structure;

public sealed class CliNamespaceTests() : NamespaceRules(typeof(SteinRootCommand).Assembly, "cli", "Stein.Cli");

public sealed class CliTestNamespaceTests()
    : NamespaceRules(typeof(CliTestNamespaceTests).Assembly, "tests/Stein.Cli.Tests", "Stein.Cli.Tests");
