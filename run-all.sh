#!/usr/bin/env bash
# Builds, then runs every experiment at its full settings: the ICA table (7 dimensions, 3 methods and 2 baselines, 5 seeds, 15 000
# iterations; 175 runs), the blindness to mixing weights and its remedies (some 2000 short runs), errors of score estimators, and the
# denoising auto-encoder as KSD (some 1300 runs). ICA in local coordinates comes on top (some 2500 runs). Costs several hours on 2 cores.
# Outcome: tables, curves, figures and provenance in results/, the runs themselves in results/runs, a summary on the screen,
# and a page of all results, results/index.html.
# Interrupt it at any time: run again, it resumes, and finished runs are not repeated.
# Arguments go to `stein reproduce`; without the name of an experiment, all are run:
#   ./run-all.sh --quick                      about two minutes, at reduced settings, into results/quick
#   ./run-all.sh --jobs 1 --check
#   ./run-all.sh ica --dims 10,20 --out part
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
case ${1:-} in
  '' | -*) set -- --all "$@" ;;
esac
dotnet build -c Release cli
status=0
dotnet run -c Release --no-build --project cli -- reproduce "$@" || status=$?
# All results on one page, results/index.html.
dotnet run -c Release --no-build --project cli -- report --html results/index.html --from results || status=$?
exit "$status"
