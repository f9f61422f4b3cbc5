#!/usr/bin/env bash
# What long runs leave behind, with budgets at three levels and limits: memory over a million requests, streams that their callers
# reset, and a kill with a thousand streams under way. Prints what it saw, and ends with 1 where something is left behind.
#   bench/endure.sh [--requests N] [--aborts N]     1,000,000 and 100,000: about ten minutes
# Needs two cores, .NET 10 and curl; talks to 127.0.0.1 alone; every loop is bounded.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

requests=1000000 aborts=100000
while (($#)); do
  case "$1" in
    --requests) requests=$2 && shift ;;
    --aborts) aborts=$2 && shift ;;
    *) echo "usage: bench/endure.sh [--requests N] [--aborts N]" >&2 && exit 2 ;;
  esac
  shift
done
source bench/common.sh
url=([upstream]=http://127.0.0.1:18141 [weir]=http://127.0.0.1:18142)

echo "building" >&2
build_load
publish_weir "$work/weir"
cat >"$work/weir.yaml" <<YAML
version: 1
providers:
  - { name: anthropic, kind: anthropic, baseUrl: "${url[upstream]}", apiKey: upstream-key }
budgets:
  - { name: all, limitUsd: 1000000, window: month }
  - { name: each-key, scope: { key: "*" }, limitUsd: 100000, window: day, estimate: learned }
  - { name: each-model, scope: { model: "*" }, limitUsd: 100000, window: 24h }
limits:
  - { name: fair, scope: { key: "*" }, requestsPerMinute: 10000000, concurrent: 1100 }
YAML
start_upstream
start_weir weir "$work/weir" "$work/weir.yaml"
make_keys weir
failed=0
must() { # WHAT SEEN WANTED
  echo "$1: $2 (wanted: $3)"
  [[ $2 == "$3" ]] || failed=1
}
# What is held for requests under way: sums over all counters of all budgets, and of limits; and the requests themselves.
held() {
  api weir /budgets >"$work/budgets.json"
  grep -oE '"(reservedUsd|inUse|reserved|waiting)":"?[0-9.]+' "$work/budgets.json" | grep -oE '[0-9.]+$' | awk '{s += $1} END {print s + 0}'
}
quiet() { # until nothing is under way, at most 60 s
  for _ in $(seq 120); do
    [[ $(held) == 0 ]] && return 0
    sleep 0.5
  done
}
in_flight() { api weir /system/status | field inFlight; }
spent() { api weir /budgets | grep -oE '"name":"all".*' | field spentUsd; }

echo "memory" >&2
echo "| requests | resident, MB |"
echo "|---|---|"
done=0
while ((done < requests)); do
  load closed "${url[weir]}" "@$work/weir.keys" --models 20 --requests $((requests / 10)) --body 2048 >"$work/load.json"
  done=$((done + requests / 10))
  sleep 2
  echo "| $done | $(memory weir VmRSS) |"
done
echo "peak: $(memory weir VmHWM) MB"
settle weir $done
must "requests in the ledger" "$(ledger weir | field requests)" $done

echo "streams that are reset" >&2
load abandon "${url[weir]}" "@$work/weir.keys" --models 20 --requests "$aborts" --connections 128 --body 2048 --stream --interval 20 >"$work/load.json"
cat "$work/load.json"
quiet
must "held for streams that were reset" "$(held)" 0
must "requests under way" "$(in_flight)" 0
sleep 5
echo "in the ledger: $(($(ledger weir | field requests) - done)) of $aborts, the others were reset before they were read"
echo "resident: $(memory weir VmRSS) MB"

echo "a kill in the middle of a thousand" >&2
load burst "${url[weir]}" "@$work/weir.keys" --models 20 --connections 1000 --stream --interval 300 >"$work/load.json" &
burst=$!
sleep 1.5
echo "under way: $(in_flight), held: $(held) (USD and requests)"
kill -9 "${process[weir]}"
wait $burst || true
start_weir weir "$work/weir" "$work/weir.yaml"
must "held after the kill" "$(held)" 0
sleep 5
must "spent by the budget after the kill" "$(spent)" "$(ledger weir | field costUsd)"
load closed "${url[weir]}" "@$work/weir.keys" --models 20 --requests 1000 --body 2048 >"$work/load.json"
must "errors of a thousand requests after it" "$(field errors <"$work/load.json")" 0
quiet
sleep 3
must "spent by the budget at the end" "$(spent)" "$(ledger weir | field costUsd)"
must "held at the end" "$(held)" 0
exit $failed
