using Xunit.Sdk;
using Xunit.v3;

namespace Stein.Cli.Tests;

/// <summary>
/// Tests that redirect the console, or use or change the current folder of their process, one at a time. The others, which run at the
/// same time, do neither: they start processes in folders of their own.
/// </summary>
[CollectionDefinition(nameof(InThisProcess))]
public sealed class InThisProcess;

/// <summary>Begins with the tests that run one after the other, so that they do not come last, with nothing beside them.</summary>
internal sealed class InThisProcessFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
        => [.. testCollections.OrderBy(collection => collection.TestCollectionDisplayName != nameof(InThisProcess))];
}
