using Stein.Engine.Devices;
using Stein.Tests;

namespace Stein.Engine.Tests.Structure;

public sealed class EngineNamespaceTests() : NamespaceRules(typeof(Device).Assembly, "Stein.Engine", "Stein.Engine");

public sealed class TestNamespaceTests()
    : NamespaceRules(typeof(TestNamespaceTests).Assembly, "tests/Stein.Engine.Tests", "Stein.Engine.Tests");
