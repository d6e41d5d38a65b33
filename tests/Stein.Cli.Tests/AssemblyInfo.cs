using Stein.Cli.Tests;
using Xunit.Sdk;
using Xunit.v3;

// Each test runs the program as a process; three at a time fill two cores, since some wait for a cluster or for a process to end.
[assembly: Parallelization(MaxThreads = 3)]
[assembly: TestCollectionOrderer(typeof(InThisProcessFirst))]

namespace Stein.Cli.Tests;

/// <summary>Begins with the tests that run one after the other, so that they do not come last, with nothing beside them.</summary>
internal sealed class InThisProcessFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
        => [.. testCollections.OrderBy(collection => collection.TestCollectionDisplayName != nameof(InThisProcess))];
}
