// Each test runs the program as a process; two at a time fill two cores.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]
