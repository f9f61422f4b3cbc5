#!/usr/bin/env bash
# Measures what deciding costs: the same Weir as it comes, and with budgets at three levels, limits, ten routes and breakers; in turn on
# the same core, so that a quick or slow minute of the machine falls on both. Prints the medians, and writes nothing.
#   bench/decides.sh [--rounds N]
# Needs two cores, .NET 10 and curl; talks to 127.0.0.1 alone; every loop is bounded.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=7 requests=20000 large=6000 streams=20000
while (($#)); do
  case "$1" in
    --rounds) rounds=$2 && shift ;;
    *) echo "usage: bench/decides.sh [--rounds N]" >&2 && exit 2 ;;
  esac
  shift
done
source bench/common.sh
url=([upstream]=http://127.0.0.1:18131 [plain]=http://127.0.0.1:18132 [deciding]=http://127.0.0.1:18133)

echo "building" >&2
build_load
publish_weir "$work/weir"
cat >"$work/plain.yaml" <<YAML
version: 1
providers:
  - { name: anthropic, kind: anthropic, baseUrl: "${url[upstream]}", apiKey: upstream-key }
YAML
# The last two routes are those that the load takes: every condition before them is asked in vain.
cat >"$work/deciding.yaml" <<YAML
version: 1
providers:
  - { name: anthropic, kind: anthropic, baseUrl: "${url[upstream]}", apiKey: upstream-key }
  - { name: second, kind: anthropic, baseUrl: "${url[upstream]}", apiKey: upstream-key }
budgets:
  - { name: all, limitUsd: 1000000, window: month, stages: [{ at: 80, do: warn }] }
  - { name: each-key, scope: { key: "*" }, limitUsd: 100000, window: day }
  - { name: each-model, scope: { model: "*" }, limitUsd: 100000, window: 24h, estimate: learned }
limits:
  - { name: pace, requestsPerMinute: 100000000, tokensPerMinute: 100000000000 }
  - { name: fair, scope: { key: "*" }, requestsPerMinute: 10000000, tokensPerMinute: 10000000000, concurrent: 1000 }
routes:
  - { match: { background: true }, targets: [{ provider: second }] }
  - { match: { thinking: true }, targets: [{ provider: second }] }
  - { match: { tool: Bash }, targets: [{ provider: second }] }
  - { match: { webSearch: true }, targets: [{ provider: second }] }
  - { match: { image: true }, targets: [{ provider: second }] }
  - { match: { tokensAbove: 200000 }, targets: [{ provider: second }] }
  - { match: { team: research }, targets: [{ provider: second }] }
  - { match: { key: "ci-*" }, targets: [{ provider: second }] }
  - { match: { model: "claude-opus-*" }, strategy: latency, targets: [{ provider: anthropic }, { provider: second }] }
  - { match: { model: "claude-*" }, targets: [{ provider: anthropic }, { provider: second }] }
YAML
start_upstream
for name in plain deciding; do
  start_weir "$name" "$work/weir" "$work/$name.yaml"
  make_keys "$name"
done

echo "warming up" >&2
for name in plain deciding; do
  closed "$name" warm $((requests * 2)) --body 2048
  closed "$name" warm 4000 --body 61440
  closed "$name" warm 4000 --body 2048 --stream
done
sent=$((requests * 2 + 8000))
for round in $(seq "$rounds"); do
  echo "round $round of $rounds" >&2
  order=(plain deciding)
  if ((round % 2)); then order=(deciding plain); fi
  for name in "${order[@]}"; do
    closed "$name" 2k "$requests" --body 2048
    closed "$name" 60k "$large" --body 61440
    closed "$name" sse "$streams" --body 2048 --stream
    open "$name" 500 5
  done
  sent=$((sent + requests + large + streams + 500 * 6))
done
for name in plain deciding; do
  settle "$name" "$sent"
  tokens=$(ledger "$name" | field inputTokens)
  ((tokens == sent * 25)) || { echo "The ledger of $name holds $tokens input tokens, not $((sent * 25))." >&2 && exit 1; }
done

echo "| | as it comes | deciding | deciding / as it comes (bound 1.15) |"
echo "|---|---|---|---|"
compared plain deciding 2k "CPU-seconds for 1,000 requests, 2 KB"
compared plain deciding 60k "CPU-seconds for 1,000 requests, 60 KB"
compared plain deciding sse "CPU-seconds for 1,000 streams, 2 KB"
compared plain deciding 2k.rate "requests a second, 2 KB, one core"
compared plain deciding p50 "median latency at 500 a second, µs"
compared plain deciding p99 "99th percentile, µs"
echo
echo "Requests in the ledgers: $sent of $sent each. Peak memory: $(memory plain VmHWM) MB, deciding $(memory deciding VmHWM) MB."
spent=$(ledger deciding | field costUsd)
counted=$(api deciding /budgets | grep -oE '"name":"all".*' | field spentUsd)
echo "Spent by the ledger: ${spent:-not told} USD; by the budget: ${counted:-not told} USD."
