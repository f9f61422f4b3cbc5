# What the benchmarks share: sourced from the repository's root by scripts that run with `set -euo pipefail`.
# The server under test has the first core to itself; the load and the upstream share the second.
(($(nproc) >= 2)) || { echo "The benchmark needs two cores." >&2 && exit 1; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
work=$(mktemp -d)
pids=()
declare -A url process
undo() { :; } # what a script has to take back beside its processes and files
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  undo
  rm -rf "$work"
}
trap finish EXIT

build_load() {
  for project in bench/Weir.Bench.{Upstream,Load}; do
    dotnet build "$project" -c Release -v quiet --nologo >&2
  done
}
# As it is packaged: compiled ahead of time. FOLDER, from the current tree.
publish_weir() {
  dotnet publish src/Weir.Cli -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -p:WeirPages=false \
    -p:RunAnalyzers=false -o "$1" -v quiet --nologo >&2
}
repository=$PWD
load() { taskset -c 1 "$repository/artifacts/bin/Weir.Bench.Load/release/Weir.Bench.Load" "$@"; }
field() { grep -oE "\"$1\":\"?[0-9.]+" | head -1 | grep -oE '[0-9.]+$'; } # a number out of one line of JSON
await() { # URL: until it answers, at most 15 s
  for _ in $(seq 150); do curl -fso /dev/null --max-time 1 "$1" && return 0 || sleep 0.1; done
  echo "$1 does not answer" >&2
  return 1
}
ticks() { awk '{print $14 + $15}' "/proc/${process[$1]}/stat"; }
memory() { awk -v key="$2:" '$1 == key {printf "%d", $2 / 1024}' "/proc/${process[$1]}/status"; } # NAME VmRSS|VmHWM, in MB

start_upstream() {
  taskset -c 1 "$repository/artifacts/bin/Weir.Bench.Upstream/release/Weir.Bench.Upstream" "${url[upstream]}" >/dev/null &
  pids+=($!)
  await "${url[upstream]}/count"
}
# NAME FOLDER CONFIG: the server of a folder with its own data.
start_weir() {
  taskset -c 0 "$2/weir" serve --urls "${url[$1]}" --config "$3" --data "$work/$1.data" >>"$work/$1.log" 2>&1 &
  process[$1]=$!
  pids+=($!)
  await "${url[$1]}/health"
}
api() { curl -fs -H "x-api-key: $(cat "$work/$1.data/admin.key")" "${url[$1]}/api/v1$2" "${@:3}"; } # NAME PATH CURL-ARGS…
# Fifty keys, so that nothing is looked up in one place alone: NAME; they stand in $work/NAME.keys.
make_keys() {
  for n in $(seq 50); do
    api "$1" /keys -H 'content-type: application/json' -d "{\"name\":\"bench-$n\"}" | grep -oE 'wk_[A-Za-z0-9]+' | head -1
  done >"$work/$1.keys"
  (($(wc -l <"$work/$1.keys") == 50)) || { echo "The keys could not be made." >&2 && exit 1; }
}
# The ledger's own word on what it holds.
ledger() { api "$1" "/usage/summary?from=2020-01-01T00:00:00Z" | sed 's/.*"total"//'; }
settle() { # NAME COUNT: until the ledger holds so many requests, at most 60 s
  for _ in $(seq 120); do
    (($(ledger "$1" | field requests) == $2)) && return 0
    sleep 0.5
  done
  echo "The ledger holds $(ledger "$1" | field requests) of $2 requests." >&2
  return 1
}
# CPU-seconds for 1,000 requests, and requests a second: NAME FILE COUNT ARGS…
closed() {
  local name=$1 file=$2 count=$3 start
  shift 3
  start=$(ticks "$name")
  load closed "${url[$name]}" "@$work/$name.keys" --models 20 --requests "$count" "$@" >"$work/load.json" \
    || { cat "$work/load.json" >&2 && return 1; }
  sleep 2 # the ledger's writer is done within a second
  awk -v t=$(($(ticks "$name") - start)) -v n="$count" -v hz="$(getconf CLK_TCK)" 'BEGIN {printf "%.4f\n", t / hz / n * 1000}' >>"$work/$name.$file"
  field perSecond <"$work/load.json" >>"$work/$name.$file.rate"
}
open() { # NAME RATE SECONDS [PREFIX]: quantiles of the latency at a fixed rate
  load open "${url[$1]}" "@$work/$1.keys" --models 20 --rate "$2" --seconds "$3" >"$work/load.json" \
    || { cat "$work/load.json" >&2 && return 1; }
  field p50us <"$work/load.json" >>"$work/$1.${4:-}p50"
  field p99us <"$work/load.json" >>"$work/$1.${4:-}p99"
}
median() { sort -g "$1" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
spread() { sort -g "$1" | awk '{v[NR] = $1} END {printf "%s to %s", v[1], v[NR]}'; }
# FIRST SECOND FILE TITLE: a row of medians and what the second is of the first.
compared() {
  local first=$work/$1.$3 second=$work/$2.$3
  echo "| $4 | $(median "$first") ($(spread "$first")) | $(median "$second") ($(spread "$second")) | $(awk -v a="$(median "$second")" -v b="$(median "$first")" 'BEGIN {printf "%.3f", a / b}') |"
}
