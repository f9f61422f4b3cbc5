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
source bench/common.sh
undo() { git worktree remove --force "$work/tree" 2>/dev/null || true; }
url=([upstream]=http://127.0.0.1:18111 [before]=http://127.0.0.1:18112 [now]=http://127.0.0.1:18113)

echo "building $commit and what is here" >&2
git worktree add --detach "$work/tree" "$commit" >&2
build_load
(cd "$work/tree" && publish_weir "$work/before.weir")
publish_weir "$work/now.weir"

cat >"$work/weir.yaml" <<YAML
version: 1
providers:
  - name: anthropic
    kind: anthropic
    baseUrl: ${url[upstream]}
    apiKey: upstream-key
YAML
start_upstream
for name in before now; do
  start_weir "$name" "$work/$name.weir" "$work/weir.yaml"
  make_keys "$name"
done

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
    open "$name" 500 5
  done
done

echo "| | $(git rev-parse --short "$commit") | here | here / before |"
echo "|---|---|---|---|"
compared before now 2k "CPU-seconds for 1,000 requests, 2 KB"
compared before now sse "the same, streamed"
compared before now p50 "median latency at 500 a second, µs"
compared before now p99 "99th percentile, µs"
