# Builds, then runs every published experiment at its published settings: the ICA table (7 dimensions, 3 methods and 2 yardsticks,
# 5 seeds, 15 000 iterations). Costs about 30 to 40 minutes on 2 cores with 512-bit vectors. Tables, curves, figures and provenance
# are then in results/. Arguments go to `stein reproduce`; with any, name the experiment or --all:
#   ./run-all.ps1 ica --dims 10,20 --jobs 1
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$Reproduce = if ($args.Count -gt 0) { $args } else { @('--all') }
dotnet build -c Release cli
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
dotnet run -c Release --no-build --project cli -- reproduce @Reproduce
exit $LASTEXITCODE
