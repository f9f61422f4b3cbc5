#!/usr/bin/env bash
# Measures Weir beside a plain relay and writes the table into docs/operations/benchmarks.md.
#   bench/run.sh [--quick] [--rounds N] [--no-write]
# Needs two cores, .NET 10 and curl; talks to 127.0.0.1 alone; every loop is bounded.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=5 small=20000 large=6000 streams=6000 seconds=10 write=true
while (($#)); do
  case "$1" in
    --quick) rounds=2 small=8000 large=2000 streams=2000 seconds=4 ;;
    --rounds) rounds=$2 && shift ;;
    --no-write) write=false ;;
    *) echo "usage: bench/run.sh [--quick] [--rounds N] [--no-write]" >&2 && exit 2 ;;
  esac
  shift
done
(($(nproc) >= 2)) || { echo "The benchmark needs two cores." >&2 && exit 1; }

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
bin=artifacts/bin
work=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

echo "building" >&2
for project in src/Weir.Cli bench/Weir.Bench.{PlainRelay,Upstream,Load}; do
  dotnet build "$project" -c Release -v quiet --nologo >&2
done

upstream_url=http://127.0.0.1:18101 relay_url=http://127.0.0.1:18102 weir_url=http://127.0.0.1:18103
proxy_core=0 load_core=1
load() { taskset -c $load_core "$bin/Weir.Bench.Load/release/Weir.Bench.Load" "$@"; }
field() { grep -oE "\"$1\":\"?[0-9.]+" | head -1 | grep -oE '[0-9.]+$'; } # a number out of one line of JSON
await() { # URL: until it answers, at most 15 s
  for _ in $(seq 150); do curl -fso /dev/null --max-time 1 "$1" && return 0 || sleep 0.1; done
  echo "$1 does not answer" >&2
  return 1
}
ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
peak() { awk '/VmHWM/ {print $2}' "/proc/$1/status"; }
weir_command=("$bin/Weir.Cli/release/weir" serve --urls "$weir_url" --config "$work/weir.yaml")

cat >"$work/weir.yaml" <<YAML
version: 1
providers:
  - name: anthropic
    kind: anthropic
    baseUrl: $upstream_url
    apiKey: upstream-key
YAML

taskset -c $load_core "$bin/Weir.Bench.Upstream/release/Weir.Bench.Upstream" $upstream_url >/dev/null &
pids+=($!)
await $upstream_url/count

echo "ready time" >&2
ready=()
for n in $(seq 5); do
  ready+=("$(load ready $weir_url/health -- taskset -c 0,1 "${weir_command[@]}" --data "$work/ready-$n" | field readyMs)")
done

taskset -c $proxy_core "$bin/Weir.Bench.PlainRelay/release/Weir.Bench.PlainRelay" $relay_url $upstream_url >/dev/null &
relay=$!
pids+=($relay)
taskset -c $proxy_core "${weir_command[@]}" --data "$work/data" >"$work/weir.log" 2>&1 &
weir=$!
pids+=($weir)
await $relay_url/count
await $weir_url/health
key=$(cat "$work/data/admin.key")

# The ledger's own word on what it holds: requests and input tokens.
ledger() { curl -fs -H "x-api-key: $key" "$weir_url/api/v1/usage/summary?from=2020-01-01T00:00:00Z" | sed 's/.*"total"//'; }
sent=0
settle() { # until the ledger holds all that was sent, at most 30 s
  for _ in $(seq 60); do
    [[ $(ledger | field requests) == "$sent" ]] && return 0
    sleep 0.5
  done
  echo "The ledger holds $(ledger | field requests) of $sent requests." >&2
  return 1
}

# CPU-seconds of one proxy for 1,000 requests: NAME COUNT ARGS…
cpu() {
  local url=$relay_url pid=$relay before
  if [[ $1 == weir ]]; then url=$weir_url pid=$weir; fi
  before=$(ticks $pid)
  load closed $url "$key" --requests "$2" "${@:3}" >"$work/load.json" || { cat "$work/load.json" >&2 && return 1; }
  sleep 2 # the ledger's writer is done within a second
  awk -v t=$(($(ticks $pid) - before)) -v n="$2" -v hz="$(getconf CLK_TCK)" 'BEGIN {printf "%.4f\n", t / hz / n * 1000}'
}
smallest() { sort -g | head -1; }
minus() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%d", a - b}'; }

echo "warming up" >&2
for url in $relay_url $weir_url; do
  load closed $url "$key" --requests 10000 >/dev/null
  load closed $url "$key" --requests 2000 --body 61440 >/dev/null
  load closed $url "$key" --requests 2000 --stream >/dev/null
done
sent=14000
settle

for round in $(seq "$rounds"); do
  for name in relay weir; do
    echo "round $round: $name" >&2
    cpu $name $small --body 2048 >>"$work/$name.2k"
    cpu $name $large --body 61440 >>"$work/$name.60k"
    cpu $name $streams --body 2048 --stream >>"$work/$name.sse"
    if [[ $name == weir ]]; then sent=$((sent + small + large + streams)); fi
  done
  for name in upstream relay weir; do
    url_name=${name}_url
    load open "${!url_name}" "$key" --rate 500 --seconds $seconds >"$work/load.json" || { cat "$work/load.json" >&2 && exit 1; }
    field p50us <"$work/load.json" >>"$work/$name.p50"
    field p99us <"$work/load.json" >>"$work/$name.p99"
  done
  sent=$((sent + 500 * (seconds + 1)))
done
relay_peak=$(peak $relay) weir_peak=$(peak $weir)

echo "1,000 connections at once" >&2
relay_burst=$(load burst $relay_url "$key" --connections 1000 --delay 2000 | field errors)
weir_burst=$(load burst $weir_url "$key" --connections 1000 --delay 2000 | field errors)
sent=$((sent + 1000))
settle
tokens=$(ledger | field inputTokens)
((tokens == sent * 25)) || { echo "The ledger holds $tokens input tokens, not $((sent * 25))." >&2 && exit 1; }
pending=$(curl -fs -H "x-api-key: $key" $weir_url/api/v1/system/status | field pending)

best() { smallest <"$work/$1"; }
ratio() { awk -v a="$(best weir.$1)" -v b="$(best relay.$1)" 'BEGIN {printf "%.2f", a / b}'; }
mb() { awk -v k="$1" 'BEGIN {printf "%d", k / 1024}'; }
added() { minus "$(best "$1.$2")" "$(best "upstream.$2")"; }
table=$(
  cat <<TABLE
Measured $(date -u +%Y-%m-%d) on $(nproc) cores ($(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1)), .NET $(dotnet --version), $rounds rounds, \`bench/run.sh\`.

| | plain relay | Weir | ratio or bound |
|---|---|---|---|
| CPU-seconds for 1,000 requests of 2 KB | $(best relay.2k) | $(best weir.2k) | $(ratio 2k) × (bound 1.5) |
| CPU-seconds for 1,000 requests of 60 KB | $(best relay.60k) | $(best weir.60k) | $(ratio 60k) × (bound 1.3) |
| CPU-seconds for 1,000 streams of 11 writes | $(best relay.sse) | $(best weir.sse) | $(ratio sse) × |
| p50 added at 500/s, µs | $(added relay p50) | $(added weir p50) | bound 400 |
| p99 added at 500/s, µs | $(added relay p99) | $(added weir p99) | bound 1,000 |
| peak memory after all rounds, MB | $(mb "$relay_peak") | $(mb "$weir_peak") | bound 150 |
| peak memory after 1,000 connections at once, MB | $(mb "$(peak $relay)") | $(mb "$(peak $weir)") | |
| errors of 1,000 connections at once | $relay_burst | $weir_burst | bound 0 |
| ready, ms (smallest of 5) | | $(printf '%s\n' "${ready[@]}" | smallest) | bound 1,500 |
| requests in the ledger of those sent | | $(ledger | field requests) of $sent | equal |
| records pending at the end | | ${pending:-not told} | 0 |

Straight to the upstream, p50 is $(best upstream.p50) µs and p99 $(best upstream.p99) µs.
TABLE
)
printf '\n%s\n' "$table"
if $write; then
  TABLE=$table awk '/<!-- figures -->/ {print; print ENVIRON["TABLE"]; skip = 1} /<!-- \/figures -->/ {skip = 0} !skip || 0 {if (!/<!-- figures -->/) print}' \
    docs/operations/benchmarks.md >"$work/page.md"
  cp "$work/page.md" docs/operations/benchmarks.md
fi
