#!/usr/bin/env bash
# Measures Weir with everything on beside nginx as a proxy and a plain relay, and writes the table into
# docs/operations/benchmarks.md.
#   bench/run.sh [--quick] [--rounds N] [--no-write]
# Needs two cores, .NET 10, curl and nginx; talks to 127.0.0.1 alone; every loop is bounded.
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
PATH=$PATH:/usr/sbin
command -v nginx >/dev/null || { echo "The benchmark needs nginx: apt-get install nginx" >&2 && exit 1; }
source bench/common.sh
url=([upstream]=http://127.0.0.1:18101 [relay]=http://127.0.0.1:18102 [weir]=http://127.0.0.1:18103 [nginx]=http://127.0.0.1:18104)
proxies=(relay nginx weir)

echo "building" >&2
build_load
dotnet build bench/Weir.Bench.PlainRelay -c Release -v quiet --nologo >&2
publish_weir "$work/weir"

cat >"$work/weir.yaml" <<YAML
version: 1
providers:
  - name: anthropic
    kind: anthropic
    baseUrl: ${url[upstream]}
    apiKey: upstream-key
YAML
cat >"$work/nginx.conf" <<NGINX
daemon off;
worker_processes 1;
pid $work/nginx.pid;
error_log $work/nginx.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path $work/body;
  proxy_temp_path $work/proxy;
  fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi;
  scgi_temp_path $work/scgi;
  client_max_body_size 64m;
  client_body_buffer_size 128k;
  keepalive_requests 1000000;
  upstream vendor { server ${url[upstream]#http://}; keepalive 1024; keepalive_requests 1000000; }
  server {
    listen ${url[nginx]#http://} backlog=2048;
    location / {
      proxy_pass http://vendor;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
NGINX

start_upstream
echo "ready time" >&2
ready=()
for n in $(seq 5); do
  ready+=("$(load ready "${url[weir]}/health" -- taskset -c 0,1 "$work/weir/weir" serve --urls "${url[weir]}" --config "$work/weir.yaml" \
    --data "$work/ready-$n" | field readyMs)")
done

taskset -c 0 artifacts/bin/Weir.Bench.PlainRelay/release/Weir.Bench.PlainRelay "${url[relay]}" "${url[upstream]}" >/dev/null &
process[relay]=$!
pids+=($!)
await "${url[relay]}/count"
taskset -c 0 nginx -e "$work/nginx.log" -p "$work" -c "$work/nginx.conf" &
nginx_master=$!
pids+=($!)
await "${url[nginx]}/count"
process[nginx]=$(pgrep -P $nginx_master)
start_weir weir "$work/weir" "$work/weir.yaml"
make_keys weir
for name in upstream relay nginx; do ln -s "$work/weir.keys" "$work/$name.keys"; done

echo "warming up" >&2
for name in "${proxies[@]}"; do
  closed "$name" warm $((small * 2)) --body 2048
  closed "$name" warm 4000 --body 61440
  closed "$name" warm 4000 --stream
done
sent=$((small * 2 + 8000))
settle weir $sent

for round in $(seq "$rounds"); do
  echo "round $round of $rounds" >&2
  for name in "${proxies[@]}"; do
    closed "$name" 2k "$small" --body 2048
    closed "$name" 60k "$large" --body 61440
    closed "$name" sse "$streams" --body 2048 --stream
  done
  for rate in 100 500; do
    for name in upstream "${proxies[@]}"; do
      open "$name" $rate $seconds "$rate."
    done
    sent=$((sent + rate * (seconds + 1)))
  done
  sent=$((sent + small + large + streams))
done
for name in "${proxies[@]}"; do memory "$name" VmHWM >"$work/$name.peak"; done

echo "many at once" >&2
for count in 200 1000; do
  for name in "${proxies[@]}"; do
    load burst "${url[$name]}" "@$work/$name.keys" --models 20 --connections $count --stream --interval 200 >"$work/load.json" || true
    field errors <"$work/load.json" >"$work/$name.$count.errors"
    field seconds <"$work/load.json" >"$work/$name.$count.seconds"
  done
  sent=$((sent + count))
done
settle weir $sent
tokens=$(ledger weir | field inputTokens)
((tokens == sent * 25)) || { echo "The ledger holds $tokens input tokens, not $((sent * 25))." >&2 && exit 1; }
pending=$(api weir /system/status | field pending)

best() { sort -g "$work/$1" | head -1; }
most() { sort -g "$work/$1" | tail -1; }
times() { awk -v a="$(best "weir.$1")" -v b="$(best "relay.$1")" 'BEGIN {printf "%.2f", a / b}'; }
added() { echo $(($(best "$1.$2") - $(best "upstream.$2"))); }
row() { # TITLE COMMAND SUFFIX-OR-ARGS BOUND: one figure of each proxy
  echo "| $1 | $($2 "relay" "$3") | $($2 "nginx" "$3") | $($2 "weir" "$3") | $4 |"
}
least() { best "$1.$2"; }
fastest() { most "$1.$2"; }
only() { cat "$work/$1.$2"; }
table=$(
  cat <<TABLE
Measured $(date -u +%Y-%m-%d) on $(nproc) cores ($(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1)), .NET $(dotnet --version), $(nginx -v 2>&1 | grep -oE 'nginx/[0-9.]+'), best of $rounds rounds, \`bench/run.sh\`.

| | plain relay | nginx | Weir | Weir's bound |
|---|---|---|---|---|
$(row "CPU-seconds for 1,000 requests of 2 KB" least 2k "1.5 × relay; is $(times 2k) ×")
$(row "CPU-seconds for 1,000 requests of 60 KB" least 60k "1.3 × relay; is $(times 60k) ×")
$(row "CPU-seconds for 1,000 streams of 11 writes" least sse "is $(times sse) × relay")
$(row "requests a second, 2 KB, one core" fastest 2k.rate "")
$(row "requests a second, 60 KB, one core" fastest 60k.rate "")
$(row "streams a second, one core" fastest sse.rate "")
$(row "p50 added at 100/s, µs" added 100.p50 "")
$(row "p99 added at 100/s, µs" added 100.p99 "")
$(row "p50 added at 500/s, µs" added 500.p50 "400")
$(row "p99 added at 500/s, µs" added 500.p99 "1,000")
$(row "peak memory after all rounds, MB" only peak "150")
$(row "200 streams at once, of 1.6 s: errors" only 200.errors "0")
$(row "200 streams at once, of 1.6 s: seconds" only 200.seconds "")
$(row "1,000 streams at once, of 1.6 s: errors" only 1000.errors "0")
$(row "1,000 streams at once, of 1.6 s: seconds" only 1000.seconds "")
| peak memory after 1,000 streams at once, MB | $(memory relay VmHWM) | $(memory nginx VmHWM) | $(memory weir VmHWM) | |
| ready, ms (best of 5) | | | $(printf '%s\n' "${ready[@]}" | sort -g | head -1) | 1,500 |
| requests in the ledger of those sent | | | $(ledger weir | field requests) of $sent | equal |
| records pending at the end | | | ${pending:-not told} | 0 |

Straight to the upstream, p50 is $(best upstream.500.p50) µs and p99 $(best upstream.500.p99) µs at 500/s. nginx's memory is its one worker's.
TABLE
)
printf '\n%s\n' "$table"
if $write; then
  TABLE=$table awk '/<!-- figures -->/ {print; print ENVIRON["TABLE"]; skip = 1; next} /<!-- \/figures -->/ {skip = 0} !skip {print}' \
    docs/operations/benchmarks.md >"$work/page.md"
  cp "$work/page.md" docs/operations/benchmarks.md
fi
