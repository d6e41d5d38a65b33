using Stein.Cli.Tests;
using Xunit.v3;

// Three tests at a time fill two cores, since some wait for a cluster or for a process to end.
[assembly: Parallelization(MaxThreads = 3)]
[assembly: TestCollectionOrderer(typeof(InThisProcessFirst))]
