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
source bench/common.sh
url=([upstream]=http://127.0.0.1:18121 [weir]=http://127.0.0.1:18122)

echo "building" >&2
build_load
publish_weir "$work/weir"

cat >"$work/weir.yaml" <<YAML
version: 1
providers:
  - { name: anthropic, kind: anthropic, baseUrl: "${url[upstream]}", apiKey: upstream-key }
  - { name: openai, kind: openai, baseUrl: "${url[upstream]}/v1", apiKey: upstream-key }
routes:
  - { match: { model: "relay-*" }, targets: [{ provider: anthropic, model: chunks-8 }] }
  - { match: { model: "translate-*" }, targets: [{ provider: openai, model: chunks-8 }] }
  - { match: { model: "long-relay-*" }, targets: [{ provider: anthropic, model: chunks-208 }] }
  - { match: { model: "long-translate-*" }, targets: [{ provider: openai, model: chunks-208 }] }
YAML
start_upstream
start_weir weir "$work/weir" "$work/weir.yaml"
cp "$work/weir.data/admin.key" "$work/weir.keys"

# CPU-microseconds for one request: FILE MODEL COUNT ARGS…
one() {
  closed weir "$1" "$3" --model "$2" --connections 16 "${@:4}"
}
once() {
  for way in relay translate; do
    one "$1.$way" "$way-x" "$requests" --body 60000 --agent
    one "$1.$way.short" "$way-x" "$streams" --body 2048 --stream
    one "$1.$way.long" "long-$way-x" "$streams" --body 2048 --stream
  done
}
echo "warming up" >&2
once warm
once warm
for round in $(seq "$rounds"); do
  echo "round $round of $rounds" >&2
  once run
done

# Microseconds for one of CPU-seconds for a thousand.
micros() { awk -v s="$(median "$work/weir.$1")" 'BEGIN {printf "%.2f", s * 1000}'; }
per_chunk() { awk -v l="$(micros "run.$1.long")" -v s="$(micros "run.$1.short")" 'BEGIN {printf "%.2f", (l - s) / 200}'; }
relay=$(micros run.relay) translate=$(micros run.translate)
echo "| | relayed | translated | bound |"
echo "|---|---|---|---|"
echo "| CPU for a request of 60 KB, µs | $relay | $translate | $(awk -v a="$translate" -v b="$relay" 'BEGIN {printf "%.2f", a / b}') × (2 ×) |"
echo "| CPU for a chunk of a stream, µs | $(per_chunk relay) | $(per_chunk translate) | 20 µs |"
