#!/usr/bin/env bash
# Exports a ledger in every format, each as a file on the server: how long it took, how large it is, and the most memory that the server held
# meanwhile. Writes the table into docs/operations/benchmarks.md.
#   bench/exports.sh [--records N] [--formats "csv parquet"] [--no-write]     10,000,000: about half an hour, and 12 GB of disk
# Needs two cores, .NET 10 and, for Parquet, `npm ci` in tests/programs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

records=10000000 formats="csv ndjson json xlsx focus parquet pdf" write=true
while (($#)); do
  case "$1" in
    --records) records=$2 && shift ;;
    --formats) formats=$2 && shift ;;
    --no-write) write=false ;;
    *) echo "usage: bench/exports.sh [--records N] [--formats \"NAME NAME\"] [--no-write]" >&2 && exit 2 ;;
  esac
  shift
done

source bench/common.sh
url=([weir]=http://127.0.0.1:18152)
export WEIR_DUCKDB=$PWD/tests/programs/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so

echo "building" >&2
dotnet publish bench/Weir.Bench.Ledger -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -p:RunAnalyzers=false \
  -o "$work/bench" -v quiet --nologo >&2
# The pages bring the letters of PDF.
dotnet publish src/Weir.Cli -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -p:RunAnalyzers=false \
  -o "$work/weir" -v quiet --nologo >&2

echo "filling" >&2
"$work/bench/Weir.Bench.Ledger" fill "$work/weir.data" "$records" >"$work/fill"
printf 'version: 1\n' >"$work/weir.yaml"
start_weir weir "$work/weir" "$work/weir.yaml"

echo "| format | seconds | requests a second | bytes for a request | MB | peak memory of the server, MB |" >"$work/table"
echo "|---|---|---|---|---|---|" >>"$work/table"
for format in $formats; do
  echo "$format" >&2
  echo 5 >"/proc/${process[weir]}/clear_refs" # its peak begins anew
  start=$(date +%s.%N)
  made=$(api weir /exports -H 'content-type: application/json' -d "{\"format\":\"$format\",\"from\":\"2020-01-01\",\"to\":\"2029-01-01\"}")
  id=$(grep -oE 'exp_[0-9a-f]+' <<<"$made" | head -1)
  while told=$(api weir "/exports/$id") && [[ $told == *'"state":"queued"'* || $told == *'"state":"running"'* ]]; do sleep 0.2; done
  end=$(date +%s.%N)
  [[ $told == *'"state":"done"'* ]] || { echo "$told" >&2 && exit 1; }
  awk -v format="$format" -v s="$(awk "BEGIN {print $end - $start}")" -v n="$records" -v bytes="$(field bytes <<<"$told")" \
    -v peak="$(memory weir VmHWM)" 'BEGIN {
      each = format == "pdf" ? "" : sprintf("%.0f", n / s)
      size = format == "pdf" ? "" : sprintf("%.0f", bytes / n)
      printf "| `%s` | %.0f | %s | %s | %.2f | %d |\n", format, s, each, size, bytes / 1e6, peak
    }' >>"$work/table"
  api weir "/exports/$id" -X DELETE >/dev/null
  tail -1 "$work/table" >&2
done

table="Measured $(date -u +%F) on $(nproc) cores ($(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1)), .NET $(dotnet --version), $records requests of a year, \`bench/exports.sh\`.

$(cat "$work/table")"
echo "$table"
$write || exit 0
awk -v table="$table" '
  /<!-- export figures -->/ {print; print table; skip = 1; next}
  /<!-- \/export figures -->/ {skip = 0}
  !skip' docs/operations/benchmarks.md >"$work/benchmarks.md"
cp "$work/benchmarks.md" docs/operations/benchmarks.md
