using Stein.Experiments.Runs;
using Stein.Tests;

namespace Stein.Experiments.Tests.Structure;

public sealed class ExperimentsNamespaceTests() : NamespaceRules(typeof(RunStore).Assembly, "Stein.Experiments", "Stein.Experiments");

public sealed class TestNamespaceTests()
    : NamespaceRules(typeof(TestNamespaceTests).Assembly, "tests/Stein.Experiments.Tests", "Stein.Experiments.Tests");
