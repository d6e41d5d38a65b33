#!/usr/bin/env bash
# Makes artifacts/stein-gpu-check-linux-x64.tar.gz: the program, the device tests with their golden cases, one .NET runtime for both,
# and check.sh. A machine with an NVIDIA GPU needs nothing else.
#
# tests/gpu/pack.sh [--no-build]     --no-build takes what `dotnet build -c Release` made before
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

name=stein-gpu-check-linux-x64
max_bytes=60000000
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

fail() {
  echo "error: $*" >&2
  exit 1
}

case $* in
  '')
    dotnet build -c Release cli
    dotnet build -c Release tests/Stein.Engine.Tests
    ;;
  --no-build) ;;
  *) fail "unknown arguments '$*'; the only option is --no-build" ;;
esac

# A runtime that a distribution built itself needs libraries of that distribution.
dotnet --info | grep -E '^ *RID: +linux-x64$' >/dev/null ||
  fail "this .NET SDK is not Microsoft's for Linux on x64, whose runtime is packed; get it from https://dotnet.microsoft.com/download"
# "Microsoft.NETCore.App 10.0.12 [/usr/share/dotnet/shared/Microsoft.NETCore.App]", the newest last
read -r _ version shared < <(dotnet --list-runtimes | grep '^Microsoft.NETCore.App 10\.' | tail -n 1) || fail "there is no .NET 10 runtime"
shared=${shared#[}
shared=${shared%]}
root=$(dirname "$(dirname "$shared")")

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
folder=$stage/$name
mkdir -p "$folder/app" "$folder/dotnet/host/fxr" "$folder/dotnet/shared/Microsoft.NETCore.App" artifacts

cp "$root/dotnet" "$root/LICENSE.txt" "$root/ThirdPartyNotices.txt" "$folder/dotnet/"
cp -r "$root/host/fxr/$version" "$folder/dotnet/host/fxr/"
cp -r "$shared/$version" "$folder/dotnet/shared/Microsoft.NETCore.App/"
# Only debuggers load these.
rm -f "$folder/dotnet/shared/Microsoft.NETCore.App/$version/"{libmscordaccore.so,libmscordbi.so,createdump}

outputs=(cli/bin/Release/net10.0 tests/Stein.Engine.Tests/bin/Release/net10.0)
# The two programs share a folder, and with it their libraries.
cmp "${outputs[@]/%//Stein.Engine.dll}" || fail "the program and the tests are not of one build; leave out --no-build"
for output in "${outputs[@]}"; do
  tar -c -C "$output" --exclude='*.pdb' --exclude='Stein.*.xml' --exclude='stein.xml' --exclude='./runtimes' --exclude='./publish' . | tar -x -C "$folder/app"
done
mkdir -p "$folder/app/runtimes"
cp -r "${outputs[0]}/runtimes/linux-x64" "$folder/app/runtimes/"

cp tests/gpu/check.sh tests/gpu/README.md LICENSE "$folder/"

tar -c -C "$stage" --owner=0 --group=0 --sort=name "$name" | gzip -6 >"artifacts/$name.tar.gz"
bytes=$(stat -c %s "artifacts/$name.tar.gz")
[ "$bytes" -le "$max_bytes" ] || fail "artifacts/$name.tar.gz has $bytes bytes; it must have at most $max_bytes"
echo "artifacts/$name.tar.gz: $bytes bytes of at most $max_bytes, with .NET $version"
