#!/usr/bin/env bash
# What a start costs: from the start of the process to the first 200 of /health, the first request (the simulator), the first
# usage query, and the memory after them. The smallest of the rounds counts: whatever else the machine does only ever adds.
#   bench/start.sh EXECUTABLE…        WEIR_ROUNDS=5
set -euo pipefail

rounds=${WEIR_ROUNDS:-5}
port=18190
folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill -9 "$server" 2>/dev/null; rm -rf "$folder"' EXIT

now() { date +%s%3N; }

# Milliseconds of one curl, which must succeed.
timed() {
  local seconds
  seconds=$(curl --fail --silent --output /dev/null --write-out '%{time_total}' "$@")
  awk -v s="$seconds" 'BEGIN { printf "%d", s * 1000 + 0.5 }'
}

# The figures of one round: ready, request, usage (ms), VmHWM (kB).
round() {
  local executable=$1 data=$2 began ready request usage
  began=$(now)
  "$executable" serve --urls "http://127.0.0.1:$port" --data "$data" >/dev/null 2>&1 &
  server=$!
  until curl --fail --silent --output /dev/null "http://127.0.0.1:$port/health"; do sleep 0.005; done
  ready=$(($(now) - began))
  request=$(timed "http://127.0.0.1:$port/v1/messages" -H 'content-type: application/json' \
    -d '{"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}')
  usage=$(timed "http://127.0.0.1:$port/api/v1/usage/summary?groupBy=model" -H "Authorization: Bearer $(cat "$data/admin.key")")
  echo "$ready $request $usage $(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$server/status")"
  kill "$server"
  wait "$server" || true
}

echo "| executable | bytes | ready, empty folder | ready, second start | first request | first usage query | peak memory |"
echo "|---|---|---|---|---|---|---|"
for executable in "$@"; do
  first="" second=""
  for ((i = 0; i < rounds; i++)); do
    first+=$(round "$executable" "$folder/$i")$'\n'
    second+=$(round "$executable" "$folder/$i")$'\n'
    rm -rf "${folder:?}/$i"
  done
  least() { awk -v c="$2" 'NF && (m == "" || $c < m) { m = $c } END { print m }' <<<"$1"; }
  echo "| \`$executable\` | $(stat -c %s "$executable") | $(least "$first" 1) ms | $(least "$second" 1) ms |" \
    "$(least "$first" 2) ms | $(least "$first" 3) ms | $(($(least "$first" 4) / 1024)) MiB |"
done
