#!/usr/bin/env bash
# Measures what translation costs: the same requests relayed to a provider of their own dialect and translated for one of another, in
# turn through one Weir on one core. Prints the medians and the two bounds, and writes nothing.
#   bench/translate.sh [--rounds N]
# Needs two cores, .NET 10 and curl; talks to 127.0.0.1 alone; every loop is bounded.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=5 requests=4000 streams=1000
while (($#)); do
  case "$1" in
    --rounds) rounds=$2 && shift ;;
    *) echo "usage: bench/translate.sh [--rounds N]" >&2 && exit 2 ;;
  esac
  shift
done
(($(nproc) >= 2)) || { echo "The benchmark needs two cores." >&2 && exit 1; }

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
work=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

echo "building" >&2
for project in bench/Weir.Bench.{Upstream,Load}; do
  dotnet build "$project" -c Release -v quiet --nologo >&2
done
dotnet publish src/Weir.Cli -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -p:WeirPages=false \
  -p:RunAnalyzers=false -o "$work/weir" -v quiet --nologo >&2

upstream=http://127.0.0.1:18121 weir=http://127.0.0.1:18122
await() { # URL: until it answers, at most 15 s
  for _ in $(seq 150); do curl -fso /dev/null --max-time 1 "$1" && return 0 || sleep 0.1; done
  echo "$1 does not answer" >&2
  return 1
}
cat >"$work/weir.yaml" <<YAML
version: 1
providers:
  - { name: anthropic, kind: anthropic, baseUrl: "$upstream", apiKey: upstream-key }
  - { name: openai, kind: openai, baseUrl: "$upstream/v1", apiKey: upstream-key }
routes:
  - { match: { model: "relay-*" }, targets: [{ provider: anthropic, model: chunks-8 }] }
  - { match: { model: "translate-*" }, targets: [{ provider: openai, model: chunks-8 }] }
  - { match: { model: "long-relay-*" }, targets: [{ provider: anthropic, model: chunks-208 }] }
  - { match: { model: "long-translate-*" }, targets: [{ provider: openai, model: chunks-208 }] }
YAML
taskset -c 1 artifacts/bin/Weir.Bench.Upstream/release/Weir.Bench.Upstream "$upstream" >/dev/null &
pids+=($!)
await "$upstream/count"
taskset -c 0 "$work/weir/weir" serve --urls "$weir" --config "$work/weir.yaml" --data "$work/data" >"$work/log" 2>&1 &
server=$!
pids+=($server)
await "$weir/health"
cp "$work/data/admin.key" "$work/keys"

# CPU-microseconds for one request: FILE MODEL COUNT ARGS…
closed() {
  local file=$1 model=$2 count=$3 start
  shift 3
  start=$(awk '{print $14 + $15}' "/proc/$server/stat")
  taskset -c 1 artifacts/bin/Weir.Bench.Load/release/Weir.Bench.Load closed "$weir" "@$work/keys" --model "$model" --requests "$count" \
    --connections 16 "$@" >"$work/load.json" || { cat "$work/load.json" >&2 && return 1; }
  sleep 1.5 # the ledger's writer is done within a second
  awk -v t=$(($(awk '{print $14 + $15}' "/proc/$server/stat") - start)) -v n="$count" -v hz="$(getconf CLK_TCK)" \
    'BEGIN {printf "%.2f\n", t / hz / n * 1e6}' >>"$work/$file"
}
once() {
  for way in relay translate; do
    closed "$1.$way" "$way-x" "$requests" --body 60000 --agent
    closed "$1.$way.short" "$way-x" "$streams" --body 2048 --stream
    closed "$1.$way.long" "long-$way-x" "$streams" --body 2048 --stream
  done
}
echo "warming up" >&2
once warm
once warm
for round in $(seq "$rounds"); do
  echo "round $round of $rounds" >&2
  once run
done

median() { sort -g "$1" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
per_chunk() { awk -v l="$(median "$work/run.$1.long")" -v s="$(median "$work/run.$1.short")" 'BEGIN {printf "%.2f", (l - s) / 200}'; }
relay=$(median "$work/run.relay") translate=$(median "$work/run.translate")
echo "| | relayed | translated | bound |"
echo "|---|---|---|---|"
echo "| CPU for a request of 60 KB, µs | $relay | $translate | $(awk -v a="$translate" -v b="$relay" 'BEGIN {printf "%.2f", a / b}') × (2 ×) |"
echo "| CPU for a chunk of a stream, µs | $(per_chunk relay) | $(per_chunk translate) | 20 µs |"
