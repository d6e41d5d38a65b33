using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;

const string Tiers = "--tiers";
IConfig config = DefaultConfig.Instance;
if (args.Contains(Tiers))
{
    // The settings change how the run-time compiles, so that each tier is a process of its own.
    config = DefaultConfig.Instance
        .AddJob(Job.Default.WithId("native"))
        .AddJob(Job.Default.WithEnvironmentVariable("DOTNET_EnableAVX512", "0").WithId("no AVX-512"))
        .AddJob(Job.Default.WithEnvironmentVariable("DOTNET_EnableAVX2", "0").WithId("no AVX2"));
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args.Where(argument => argument != Tiers)], config);
