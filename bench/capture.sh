#!/usr/bin/env bash
# Measures what it costs to capture what coding agents leave behind, and writes the table into docs/operations/benchmarks.md.
#   bench/capture.sh [--quick] [--rounds N] [--no-write]
# Needs two cores, .NET 10, curl and 4 GB below the temporary folder; talks to 127.0.0.1 alone; every loop is bounded.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=5 files=3100 bytes=1200000000 records=1000000 followed=100 lines=40 write=true
while (($#)); do
  case "$1" in
    --quick) rounds=2 files=310 bytes=120000000 records=100000 followed=20 lines=10 ;;
    --rounds) rounds=$2 && shift ;;
    --no-write) write=false ;;
    *) echo "usage: bench/capture.sh [--quick] [--rounds N] [--no-write]" >&2 && exit 2 ;;
  esac
  shift
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
work=$(mktemp -d)
server=
finish() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

# As it is packaged: compiled ahead of time.
echo "building" >&2
dotnet build bench/Weir.Bench.AgentLogs -c Release -v quiet --nologo >&2
for project in src/Weir.Cli bench/Weir.Bench.Capture; do
  dotnet publish $project -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -p:WeirPages=false \
    -o "$work/$(basename $project)" -v quiet --nologo >&2
done
weir=$work/Weir.Cli/weir
bench=$work/Weir.Bench.Capture/Weir.Bench.Capture
logs() { artifacts/bin/Weir.Bench.AgentLogs/release/Weir.Bench.AgentLogs "$@"; }
field() { grep -oE "\"$1\":[0-9.]+" | head -1 | grep -oE '[0-9.]+$'; } # a number out of JSON on one line
truth() { tr -d ' \n' <"$1" | field requests; }
best() { sort -g "$work/$1" | head -1; }
middle() { sort -g "$work/$1" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

echo "writing the agents' files" >&2
logs --out "$work/heavy/.claude" --files $files --bytes $bytes --truth "$work/heavy.json" >&2
logs --out "$work/many/.claude" --records $records --truth "$work/many.json" >&2
find "$work/heavy" "$work/many" -type f -exec cat {} + >/dev/null # from memory, as a second program would find them

echo "reading them" >&2
for round in $(seq "$rounds"); do
  for home in heavy many; do
    [[ $home == heavy || $round -le 2 ]] || continue
    if [[ $home == heavy ]]; then
      before=$(date +%s%N)
      find "$work/heavy" -type f -exec sha256sum {} + >/dev/null
      awk -v n=$(($(date +%s%N) - before)) 'BEGIN {printf "%.3f\n", n / 1e9}' >>"$work/hashed"
    fi
    "$bench" scan "$work/$home" "$work/data" >"$work/json"
    [[ $(field requests <"$work/json") == $(truth "$work/$home.json") ]] || { cat "$work/json" >&2 && exit 1; }
    for name in seconds cpuSeconds peakMegabytes allocatedMegabytes; do field $name <"$work/json" >>"$work/$home.$name"; done
    if [[ $home == heavy ]]; then
      "$bench" scan "$work/heavy" "$work/data" | field seconds | awk '{print int($1 * 1000)}' >>"$work/again"
    fi
    rm -rf "$work/data"
  done
done

# The command itself, from its start to its end, and the most memory that it took.
HOME=$work/heavy "$weir" capture --data "$work/data" --json >/dev/null & pid=$!
before=$(date +%s%N)
while kill -0 $pid 2>/dev/null; do
  peak=$(awk '/VmHWM/ {print int($2 / 1000)}' /proc/$pid/status 2>/dev/null) && [[ -n $peak ]] && echo "$peak" >"$work/command.peak" || true
  sleep 0.05
done
command_seconds=$(awk -v n=$(($(date +%s%N) - before)) 'BEGIN {printf "%.1f", n / 1e9}')

echo "status line" >&2
status='{"hook_event_name":"Status","session_id":"bench","model":{"id":"claude-sonnet-4-5"},"workspace":{"current_dir":"/"},"cost":{"total_cost_usd":1.5}}'
statusline() { # FILE ARGS…
  local file=$1 from
  shift
  for _ in $(seq "$lines"); do
    from=$(date +%s%N)
    HOME=$work/heavy "$weir" statusline --data "$work/data" "$@" <<<"$status" >"$work/line"
    echo $((($(date +%s%N) - from) / 1000000)) >>"$work/$file"
  done
  [[ -s $work/line ]] || { echo "The status line was empty." >&2 && exit 1; }
}
statusline line.alone

echo "following" >&2
url=http://127.0.0.1:18105
mkdir -p "$work/small/.claude/projects/-home-ada-src-weir"
"$bench" session "$work/small/.claude/projects/-home-ada-src-weir/long.jsonl" 5000
HOME=$work/small "$weir" serve --urls $url --data "$work/followed" >"$work/log" 2>&1 & server=$!
for _ in $(seq 150); do curl -fso /dev/null --max-time 1 $url/health && break || sleep 0.1; done
key=$(cat "$work/followed/admin.key")
ask() { curl -fs -H "x-weir-key: $key" "$@"; }
for _ in $(seq 100); do
  [[ $(ask "$url/api/v1/sessions?from=2020-01-01T00:00:00Z" | field requests) == 5000 ]] && break || sleep 0.1
done
for _ in $(seq 20); do ask -o "$work/session.json" -w '%{time_total}\n' $url/api/v1/sessions/long | awk '{print int($1 * 1000)}' >>"$work/session"; done
followed_json=$("$bench" follow $url "$key" "$work/small/.claude/projects/-home-ada-src-weir/grows.jsonl" $followed)
kill $server && wait $server || true
HOME=$work/heavy "$weir" serve --urls $url --data "$work/data" >"$work/log" 2>&1 & server=$!
for _ in $(seq 150); do curl -fso /dev/null --max-time 1 $url/health && break || sleep 0.1; done
sleep 3
statusline line.server

table=$(
  cat <<TABLE
Measured $(date -u +%F) on $(nproc) cores ($(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1)), .NET $(dotnet --version), $rounds rounds, \`bench/capture.sh\`.

| | best | median | bound |
|---|---|---|---|
| cold scan of $files files, $(du -sm "$work/heavy" | cut -f1) MB, $(truth "$work/heavy.json") requests: seconds | $(best heavy.seconds) | $(middle heavy.seconds) | 4 |
| … the machine beside it: \`sha256sum\` of the same files, on one core: seconds | $(best hashed) | $(middle hashed) | |
| … CPU-seconds | $(best heavy.cpuSeconds) | $(middle heavy.cpuSeconds) | |
| … peak memory, MB | $(best heavy.peakMegabytes) | $(middle heavy.peakMegabytes) | 200 |
| … allocated, MB | $(best heavy.allocatedMegabytes) | $(middle heavy.allocatedMegabytes) | |
| \`weir capture\` of the same, from its start to its end: seconds; peak memory, MB | $command_seconds; $(cat "$work/command.peak") | | |
| nothing new to read: ms | $(best again) | $(middle again) | 150 |
| $(truth "$work/many.json") requests in short lines: seconds | $(best many.seconds) | $(middle many.seconds) | 15 |
| … peak memory, MB | $(best many.peakMegabytes) | $(middle many.peakMegabytes) | |
| from an agent's write to the live feed, $followed requests: ms | $(field minimumMs <<<"$followed_json") | $(field medianMs <<<"$followed_json"); at most $(field maximumMs <<<"$followed_json") | 300 |
| a session of 5,000 requests and their tools, over HTTP: ms | $(best session) | $(middle session) | 100 |
| status line, no server running: ms | $(best line.alone) | $(middle line.alone) | 100 |
| status line, with a server: ms | $(best line.server) | $(middle line.server) | 100 |
TABLE
)
echo "$table"
$write || exit 0
awk -v table="$table" '
  /<!-- capture figures -->/ {print; print table; skip = 1; next}
  /<!-- \/capture figures -->/ {skip = 0}
  !skip' docs/operations/benchmarks.md >"$work/benchmarks.md"
cp "$work/benchmarks.md" docs/operations/benchmarks.md
