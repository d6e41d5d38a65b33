# Builds, then runs every experiment at its full settings: the ICA table (7 dimensions, 3 methods and 2 baselines, 5 seeds, 15 000
# iterations; 175 runs), the blindness to mixing weights and its remedies (some 2000 short runs), errors of score estimators, and the
# denoising auto-encoder as KSD (some 1300 runs). ICA in local coordinates comes on top (some 2500 runs). Costs several hours on 2 cores.
# Outcome: tables, curves, figures and provenance in results/, the runs themselves in results/runs, a summary on the screen,
# and a page of all results, results/index.html.
# Interrupt it at any time: run again, it resumes, and finished runs are not repeated.
# Arguments go to `stein reproduce`; without the name of an experiment, all are run:
#   ./run-all.ps1 --quick                     about two minutes, at reduced settings, into results/quick
#   ./run-all.ps1 --jobs 1 --check
#   ./run-all.ps1 ica --dims 10,20 --out part
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$Arguments = if ($args.Count -eq 0 -or "$($args[0])".StartsWith('-')) { @('--all') + $args } else { $args }
dotnet build -c Release cli
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
dotnet run -c Release --no-build --project cli -- reproduce @Arguments
$Status = $LASTEXITCODE
# All results on one page, results/index.html.
dotnet run -c Release --no-build --project cli -- report --html results/index.html --from results
if ($LASTEXITCODE -ne 0) { $Status = $LASTEXITCODE }
exit $Status
