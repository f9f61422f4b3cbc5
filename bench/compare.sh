#!/usr/bin/env bash
# Measures the request path of another commit beside this one's: both as they are packaged, in turn on the same core, so that a quick or
# slow minute of the machine falls on both. Prints the medians, and writes nothing.
#   bench/compare.sh COMMIT [--rounds N]
# Needs two cores, .NET 10, curl and git; talks to 127.0.0.1 alone; every loop is bounded.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=7 requests=20000 commit=
while (($#)); do
  case "$1" in
    --rounds) rounds=$2 && shift ;;
    -*) echo "usage: bench/compare.sh COMMIT [--rounds N]" >&2 && exit 2 ;;
    *) commit=$1 ;;
  esac
  shift
done
[[ -n $commit ]] || { echo "usage: bench/compare.sh COMMIT [--rounds N]" >&2 && exit 2; }
(($(nproc) >= 2)) || { echo "The benchmark needs two cores." >&2 && exit 1; }

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
work=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  git worktree remove --force "$work/tree" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

echo "building $commit and what is here" >&2
git worktree add --detach "$work/tree" "$commit" >&2
for project in bench/Weir.Bench.{Upstream,Load}; do
  dotnet build "$project" -c Release -v quiet --nologo >&2
done
for name in before now; do
  (
    if [[ $name == before ]]; then cd "$work/tree"; fi
    dotnet publish src/Weir.Cli -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -p:WeirPages=false \
      -p:RunAnalyzers=false -o "$work/$name.weir" -v quiet --nologo >&2
  )
done

declare -A url=([upstream]=http://127.0.0.1:18111 [before]=http://127.0.0.1:18112 [now]=http://127.0.0.1:18113)
declare -A process
load() { taskset -c 1 artifacts/bin/Weir.Bench.Load/release/Weir.Bench.Load "$@"; }
field() { grep -oE "\"$1\":\"?[0-9.]+" | head -1 | grep -oE '[0-9.]+$'; }
await() { # URL: until it answers, at most 15 s
  for _ in $(seq 150); do curl -fso /dev/null --max-time 1 "$1" && return 0 || sleep 0.1; done
  echo "$1 does not answer" >&2
  return 1
}
ticks() { awk '{print $14 + $15}' "/proc/${process[$1]}/stat"; }

cat >"$work/weir.yaml" <<YAML
version: 1
providers:
  - name: anthropic
    kind: anthropic
    baseUrl: ${url[upstream]}
    apiKey: upstream-key
YAML
taskset -c 1 artifacts/bin/Weir.Bench.Upstream/release/Weir.Bench.Upstream "${url[upstream]}" >/dev/null &
pids+=($!)
await "${url[upstream]}/count"
for name in before now; do
  taskset -c 0 "$work/$name.weir/weir" serve --urls "${url[$name]}" --config "$work/weir.yaml" --data "$work/$name.data" >"$work/$name.log" 2>&1 &
  process[$name]=$!
  pids+=($!)
  await "${url[$name]}/health"
  admin=$(cat "$work/$name.data/admin.key")
  for n in $(seq 50); do
    curl -fs -H "x-api-key: $admin" -H 'content-type: application/json' -d "{\"name\":\"bench-$n\"}" "${url[$name]}/api/v1/keys" \
      | grep -oE 'wk_[A-Za-z0-9]+' | head -1
  done >"$work/$name.keys"
done

# CPU-seconds for 1,000 requests: NAME FILE COUNT ARGS…
closed() {
  local name=$1 file=$2 count=$3 start
  shift 3
  start=$(ticks "$name")
  load closed "${url[$name]}" "@$work/$name.keys" --models 20 --requests "$count" "$@" >"$work/load.json"
  sleep 2 # the ledger's writer is done within a second
  awk -v t=$(($(ticks "$name") - start)) -v n="$count" -v hz="$(getconf CLK_TCK)" 'BEGIN {printf "%.4f\n", t / hz / n * 1000}' >>"$work/$name.$file"
}

echo "warming up" >&2
for name in before now; do
  closed "$name" warm $((requests * 2)) --body 2048
  closed "$name" warm 4000 --body 2048 --stream
done
for round in $(seq "$rounds"); do
  echo "round $round of $rounds" >&2
  order=(before now)
  if ((round % 2)); then order=(now before); fi
  for name in "${order[@]}"; do
    closed "$name" 2k "$requests" --body 2048
    closed "$name" sse 6000 --body 2048 --stream
    load open "${url[$name]}" "@$work/$name.keys" --models 20 --rate 500 --seconds 5 >"$work/load.json"
    field p50us <"$work/load.json" >>"$work/$name.p50"
    field p99us <"$work/load.json" >>"$work/$name.p99"
  done
done

median() { sort -g "$1" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
spread() { sort -g "$1" | awk '{v[NR] = $1} END {printf "%s to %s", v[1], v[NR]}'; }
echo "| | $(git rev-parse --short "$commit") | here | here / before |"
echo "|---|---|---|---|"
for row in "2k:CPU-seconds for 1,000 requests, 2 KB" "sse:the same, streamed" "p50:median latency at 500 a second, µs" "p99:99th percentile, µs"; do
  before=$(median "$work/before.${row%%:*}") now=$(median "$work/now.${row%%:*}")
  echo "| ${row#*:} | $before ($(spread "$work/before.${row%%:*}")) | $now ($(spread "$work/now.${row%%:*}")) | $(awk -v a="$now" -v b="$before" 'BEGIN {printf "%.3f", a / b}') |"
done
