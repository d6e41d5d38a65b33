// Each test runs the program as a process; three at a time fill two cores, since some wait for a cluster or for a process to end.
[assembly: Xunit.v3.Parallelization(MaxThreads = 3)]
