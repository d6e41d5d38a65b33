#!/usr/bin/env bash
# Builds, then runs every published experiment at its published settings: the ICA table (7 dimensions, 3 methods and 2 yardsticks,
# 5 seeds, 15 000 iterations). Costs about 30 to 40 minutes on 2 cores with 512-bit vectors. Tables, curves, figures and provenance
# are then in results/. Arguments go to `stein reproduce`; with any, name the experiment or --all:
#   ./run-all.sh ica --dims 10,20 --jobs 1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
[ "$#" -gt 0 ] || set -- --all
dotnet build -c Release cli
exec dotnet run -c Release --no-build --project cli -- reproduce "$@"
