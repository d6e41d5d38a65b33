#!/usr/bin/env bash
# Checks everything that computes on one device of this machine, and writes report.md with the logs beside it.
#
# ./check.sh [--device cuda] [--quick] FOLDER
#
#   --device   the device to check; cuda unless given (opencl, or ilgpu-cpu and simd-double to try the script without a GPU)
#   --quick    few tests and iterations: checks this script and the archive, not the device
#   FOLDER     where report.md and logs/ go; it must not exist yet, or be empty
#
# A part that fails does not stop the others. Exit code 0: all passed; 1: a part failed; 2: bad usage.
set -uo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
device=cuda
quick=
folder=

usage() {
  echo "error: $*" >&2
  echo "usage: check.sh [--device cuda] [--quick] FOLDER" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --device)
      [ $# -ge 2 ] || usage "--device needs a name"
      device=$2
      shift 2
      ;;
    --quick)
      quick=1
      shift
      ;;
    -*) usage "unknown option '$1'" ;;
    *)
      [ -z "$folder" ] || usage "there are two folders, '$folder' and '$1'; name one"
      folder=$1
      shift
      ;;
  esac
done
[ -n "$folder" ] || usage "name a folder for the report"
[ -x "$here/dotnet/dotnet" ] || usage "there is no .NET runtime beside this script; run it from the unpacked archive of tests/gpu/pack.sh"
case $device in
  cuda | opencl | ilgpu-cpu | simd-double) ;;
  *) usage "--device $device: it must be cuda, opencl, ilgpu-cpu or simd-double" ;;
esac
mkdir -p "$folder" || usage "the folder $folder cannot be made"
[ -z "$(ls -A "$folder")" ] || usage "the folder $folder is not empty; name a new one, so that no report is mixed with another"
folder=$(cd "$folder" && pwd)
logs=$folder/logs
mkdir "$logs"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export STEIN_TEST_DEVICE=$device DOTNET_CLI_TELEMETRY_OPTOUT=1
unset STEIN_GOLDEN STEIN_TEST_VECTOR_BITS
started=$SECONDS
rows=
failures=
detail=

stein() { "$here/dotnet/dotnet" "$here/app/stein.dll" "$@"; }
tests() { "$here/dotnet/dotnet" "$here/app/Stein.Engine.Tests.dll" "$@"; }

# within SECONDS COMMAND …: the command's exit code, or 124 when it is stopped for taking longer or the ten minutes are over.
within() {
  local limit=$1 left=$((590 - SECONDS + started)) code=0
  shift
  [ "$limit" -le "$left" ] || limit=$left
  [ "$limit" -gt 0 ] || {
    echo "not started: ten minutes are over"
    return 124
  }
  # A function is no program that timeout could start.
  export here
  export -f stein tests
  timeout --kill-after=10 "$limit" bash -c '"$@"' bash "$@" || code=$?
  [ "$code" -ne 124 ] || echo "stopped after $limit s"
  return "$code"
}

# part NAME COMMAND …: runs one part, whose output is logs/NAME.log. The command sets `detail`, one line for the report, and returns
# 0 (passed), 1 (failed) or 2 (could not be run here, which is no failure).
part() {
  local name=$1 status begin=$SECONDS verdict=passed
  shift
  detail=
  echo "== $name"
  "$@" >"$logs/$name.log" 2>&1
  status=$?
  case $status in
    0) ;;
    2) verdict="not run" ;;
    *)
      verdict=FAILED
      failures="$failures $name"
      ;;
  esac
  echo "   $verdict${detail:+: $detail}"
  rows+="| $name | $verdict | $((SECONDS - begin)) | ${detail//|/\\|} |"$'\n'
}

machine() {
  echo "## system"
  uname -srm
  sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release
  sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | sort | uniq -c
  echo "## nvidia-smi"
  nvidia-smi || echo "nvidia-smi is not here"
  echo "## libraries known to the loader"
  PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -E 'libcuda\.|libcublas|libOpenCL|libnvidia-ptxjitcompiler'
  echo "## libraries in folders of CUDA and LD_LIBRARY_PATH"
  local -a places=(/usr/local/cuda* /usr/lib/wsl/lib)
  local -a path
  IFS=: read -r -a path <<<"${LD_LIBRARY_PATH:-}"
  find -L "${places[@]}" ${path[@]+"${path[@]}"} -maxdepth 5 \( -name 'libcublas.so*' -o -name 'libcuda.so*' \) 2>/dev/null | sort -u
  echo "## variables"
  env | grep -E '^(NVIDIA|CUDA|CUBLAS|LD_LIBRARY_PATH|DOTNET)' | sort
  return 0
}

# The value of a field of one row of devices.json: a number, true, false or null.
field() { sed -n "s/.*\"$1\":\\([^,\"}]*\\).*/\\1/p" <<<"$2"; }

devices() {
  within 60 stein devices --json >"$logs/devices.json"
  local code=$? row
  cat "$logs/devices.json"
  # A device's own text has no braces.
  row=$(grep -o "{\"name\":\"$device\"[^}]*}" "$logs/devices.json") || {
    detail="\`stein devices\` ended with exit code $code and does not list $device"
    return 1
  }
  description=$(sed -n 's/.*"description":"\(\([^"\\]\|\\.\)*\)".*/\1/p' <<<"$row")
  detail="$description; product of matrices: relative error $(field relative_error "$row"), $(field gigaflops "$row") GFLOP/s"
  [ "$(field available "$row")" = true ] || {
    detail=$description
    return 1
  }
  [ "$(field correct "$row")" = true ] || {
    detail="does not compute correctly: $row"
    return 1
  }
}

# suite LIMIT LEAST FILTER …: tests with theories over devices. A skipped test is a failed one here: the device must be there.
suite() {
  local limit=$1 least=$2 report=$work/tests.xml code results failed passed
  shift 2
  rm -f "$report"
  within "$limit" tests "$@" -failSkips -noColor -noLogo -xml "$report"
  code=$?
  [ -s "$report" ] || {
    detail="the tests wrote no report; exit code $code"
    return 1
  }
  # <test … name="…(name: \&quot;cuda\&quot;)" result="Pass" …>
  results=$(grep -o '<test [^>]*>' "$report")
  failed=$(grep 'result="Fail"' <<<"$results" | sed 's/.* name="\([^"]*\)".*/\1/; s/\\&quot;//g; s/Stein\.Engine\.Tests\.//')
  passed=$(grep 'result="Pass"' <<<"$results" | grep -c "&quot;$device\\\\&quot;")
  detail="$passed passed on $device"
  if [ -n "$failed" ]; then
    echo "## failed"
    echo "$failed"
    detail+=", $(wc -l <<<"$failed") failed, the first of them $(head -n 1 <<<"$failed")"
  fi
  # Far fewer would mean that the filters found nothing.
  [ "$passed" -ge "$least" ] || detail+="; at least $least must pass"
  [ "$code" -eq 0 ] && [ -z "$failed" ] && [ "$passed" -ge "$least" ]
}

golden() {
  if [ -n "$quick" ]; then
    suite 60 3 -class '*.KsdGoldenTests'
  else
    # These check numbers that no device computes.
    suite 120 20 -trait Category=Golden -class- '*.NumpyRandomGoldenTests' -class- '*.GoldenDensityTests' \
      -class- '*.SteinGradientGoldenTests'
  fi
}

device_tests() {
  if [ -n "$quick" ]; then
    suite 60 3 -class '*.ProductTests'
  else
    # These two are about the processor.
    suite 180 40 -trait Category=Device -class- '*.LaneMathTests' -class- '*.OrderStatisticTests'
  fi
}

bench() {
  local -a size=(--dim 10,100,200 --iterations 200)
  [ -z "$quick" ] || size=(--dim 2 --iterations 2)
  within 90 stein bench "${size[@]}" --device "$device" --out "$folder/bench" || {
    detail="\`stein bench\` failed"
    return 1
  }
  detail=$(awk -F, 'NR > 1 { printf "%s%s D=%s: %.3g ms", (NR > 2 ? ", " : ""), $1, $2, $5 }' "$folder/bench/bench.csv")
}

# The largest difference between two matrices in CSV, relative to the largest number of the second.
relative_difference() {
  awk -F, '
    function size(x) { return x < 0 ? -x : x }
    NR == FNR { for (i = 1; i <= NF; i++) first[FNR, i] = $i; fields += NF; next }
    {
      for (i = 1; i <= NF; i++) {
        if (!((FNR, i) in first) || first[FNR, i] ~ /nan|inf/ || $i ~ /nan|inf/) bad = 1
        difference = size(first[FNR, i] - $i)
        if (difference > worst) worst = difference
        if (size($i) > largest) largest = size($i)
        fields--
      }
    }
    END { if (bad || fields != 0 || largest == 0) print "nan"; else printf "%.2e\n", worst / largest }' "$1" "$2"
}

# train NAME REFERENCE LIMIT OPTION …: trains every method on the device and on the reference, whose tables and matrices are
# then in ica-NAME/device and ica-NAME/reference. A run has the same id on all devices of a precision: each gets a store of its own.
train() {
  local name=$1 reference=$2 limit=$3 role on
  shift 3
  for role in device reference; do
    on=$device
    [ "$role" = device ] || on=$reference
    within "$limit" stein ica --method "$methods" --seed 60 "$@" \
      --device "$on" --store "$work/$name-$role" --out "$folder/ica-$name/$role" || {
      detail="training on $on failed"
      return 1
    }
    # Of the report, numbers alone.
    rm -f "$folder/ica-$name/$role/"*.png "$folder/ica-$name/$role/"*.svg
  done
}

# Few iterations: rounding has not grown yet, so that every entry of the trained matrices is compared. Single precision on vectors
# differs from double precision by 2e-7 of the largest entry; exponentials and logarithms of GPUs have errors of a few units.
ica_short() {
  local tolerance=1e-5 method difference bad=
  train short double 90 --dim 10 --iterations 20 || return 1
  detail="largest difference of the trained matrix from double precision, of its largest entry (at most $tolerance):"
  for method in ${methods//,/ }; do
    difference=$(relative_difference "$folder/ica-short/"{device,reference}"/unmixing_${method}_D10_seed60.csv") || difference=nan
    detail+=" $method $difference"
    at_most "$difference" "$tolerance" || bad=1
  done
  [ -z "$bad" ]
}

# Many iterations: the last bits grow. Between simd and simd-double the test log-likelihoods of fifteen runs (three methods, five
# seeds, 1000 iterations) differed by 0.0008 nats at most.
ica_long() {
  local tolerance=0.01 iterations=1000 method ours theirs difference bad=
  [ -z "$quick" ] || iterations=50
  train long simd-double 200 --dim 10 --iterations $iterations || return 1
  detail="$iterations iterations, test log-likelihood in nats, ours and in double precision (difference at most $tolerance):"
  for method in ${methods//,/ }; do
    ours=$(log_likelihood "$method" "$folder/ica-long/device/runs.csv")
    theirs=$(log_likelihood "$method" "$folder/ica-long/reference/runs.csv")
    difference=$(awk -v a="$ours" -v b="$theirs" 'BEGIN { d = a - b; printf "%.2e", d < 0 ? -d : d }')
    detail+=" $method $ours $theirs;"
    at_most "$difference" "$tolerance" || bad=1
  done
  [ -z "$bad" ]
}

log_likelihood() { awk -F, -v method="$1" 'NR > 1 && $1 == method { printf "%.4f", $4 }' "$2"; }

# at_most NUMBER TOLERANCE: what is not a number is not at most anything.
at_most() { [[ $1 =~ ^[0-9] ]] && awk -v x="$1" -v most="$2" 'BEGIN { exit !(x + 0 <= most + 0) }'; }

sanitizer() {
  local program tool
  program=$(PATH=$PATH:/usr/local/cuda/bin command -v compute-sanitizer) || {
    detail="compute-sanitizer is not here"
    return 2
  }
  [ "$device" = cuda ] || {
    detail="compute-sanitizer is for cuda"
    return 2
  }
  for tool in memcheck racecheck; do
    within 120 "$program" --tool $tool --error-exitcode 9 "$here/dotnet/dotnet" "$here/app/stein.dll" \
      ica --dim 4 --method "$methods" --seed 60 --iterations 20 --device cuda --store "$work/$tool" --out "$work/$tool-report" --quiet || {
      detail="$tool failed; see logs/sanitizer.log"
      return 1
    }
  done
  detail="memcheck and racecheck found nothing in 20 iterations of $methods"
}

report() {
  echo "# GPU check: $device"
  echo
  echo "| | |"
  echo "|---|---|"
  echo "| date | $(date -u '+%Y-%m-%d %H:%M UTC') |"
  echo "| program | $(stein --version) |"
  echo "| device | ${description:-not available} |"
  if command -v nvidia-smi >/dev/null; then
    local query=name,driver_version,compute_cap,memory.total
    echo "| GPU, driver, compute capability, memory | $(nvidia-smi --query-gpu=$query --format=csv,noheader 2>&1 | tr '\n' ' ') |"
    echo "| CUDA of the driver | $(nvidia-smi | sed -n 's/.*CUDA[^:]*Version: *\([0-9.]*\).*/\1/p') |"
  fi
  echo "| system | $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release 2>/dev/null), kernel $(uname -r) |"
  echo "| processor | $(nproc) × $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1) |"
  echo "| NVIDIA_TF32_OVERRIDE | ${NVIDIA_TF32_OVERRIDE:-not set} |"
  [ -z "$quick" ] || echo "| quick | few tests and iterations: this says nothing about the device |"
  echo
  echo "| part | result | seconds | |"
  echo "|---|---|---:|---|"
  printf '%s' "$rows"
  echo
  echo "What every part printed is in \`logs/\`; tables and matrices of the trainings are in \`ica-short/\` and \`ica-long/\`,"
  echo "times in \`bench/\`."
  echo
  if [ -z "$failures" ]; then
    echo "Verdict: PASSED in $((SECONDS - started)) s."
  else
    echo "Verdict: FAILED:$failures."
  fi
}

methods=${quick:+ksd}
methods=${methods:-ksd,lsd,maxsksd}
description=
part machine machine
part devices devices
part golden golden
part device-tests device_tests
part bench bench
part ica-short ica_short
part ica-long ica_long
part sanitizer sanitizer
report >"$folder/report.md"
tail -n 1 "$folder/report.md"
echo "$folder/report.md"
[ -z "$failures" ]
