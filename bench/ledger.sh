#!/usr/bin/env bash
# Fills a ledger with a year of requests, asks it what pages ask, beside DuckDB over the same rows, and lets a hundred people ask while a thousand
# sessions write. Writes the table into docs/operations/benchmarks.md.
#   bench/ledger.sh [--sizes "1000000 10000000"] [--times N] [--no-write]
# Needs two cores, .NET 10 and, for DuckDB, `npm ci` in tests/programs; about 300 bytes of disk for each record of the largest size; a minute for each
# million. Nothing else should be at work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

sizes="1000000 10000000" times=40 write=true
while (($#)); do
  case "$1" in
    --sizes) sizes=$2 && shift ;;
    --times) times=$2 && shift ;;
    --no-write) write=false ;;
    *) echo "usage: bench/ledger.sh [--sizes \"N N\"] [--times N] [--no-write]" >&2 && exit 2 ;;
  esac
  shift
done

source bench/common.sh
duck=tests/programs/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so
[[ -e $duck ]] || { echo "DuckDB is not there: npm ci --prefix tests/programs" >&2 && exit 1; }
dotnet publish bench/Weir.Bench.Ledger -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -p:RunAnalyzers=false \
  -o "$work/bench" -v quiet --nologo >&2
bench() { "$work/bench/Weir.Bench.Ledger" "$@"; }

for size in $sizes; do
  echo "$size records" >&2
  bench fill "$work/ledger" "$size" >"$work/fill.$size"
  bench ask "$work/ledger" "$times" >"$work/memory.$size"
  bench duck "$duck" "$work/duck" "$size"
  bench ask "$work/ledger" "$times" "$duck" "$work/duck" >"$work/ask.$size"
  bench busy "$work/ledger" 60 >"$work/busy.$size"
  rm -rf "$work/ledger" "$work/duck"*
done

table=$(node - "$work" $sizes <<'JS'
const { readFileSync } = require('node:fs');
const [work, ...sizes] = process.argv.slice(2);
const read = (name, size) => JSON.parse(readFileSync(`${work}/${name}.${size}`, 'utf8'));
const named = size => `${(size / 1e6).toLocaleString('en')} million`;
const line = cells => `| ${cells.join(' | ')} |`;
const of = (name, key) => sizes.map(size => read(name, size)[key]);
console.log(line(['', ...sizes.map(named), 'bound']));
console.log(line(['---', ...sizes.map(() => '---'), '---']));
console.log(line(['records a second, the last million', ...of('fill', 'perSecondLast'), '50,000']));
console.log(line(['records a second, all', ...of('fill', 'perSecond'), '']));
console.log(line(['CPU for a record of the last million, made and stored, µs', ...of('fill', 'cpuMicrosecondsLast'), '']));
console.log(line(['bytes on disk for a record', ...of('fill', 'bytesPerRecord'), '250']));
console.log(line(['peak memory while filling, MB', ...of('fill', 'peakMegabytes'), '']));
console.log(line(['peak memory of all questions, MB', ...of('memory', 'peakMegabytes'), '']));
console.log(line(['95th percentile, one person, ms', ...of('busy', 'aloneP95'), '']));
console.log(line(['the same of 100 people, 1,000 sessions writing', ...of('busy', 'amongP95'), '2 ×']));
console.log('');
console.log('Milliseconds: median, 95th percentile; the median of DuckDB (two threads) scanning the same rows; the ratio (bound 0.25).\n');
console.log(line(['question', ...sizes.flatMap(size => [named(size), 'DuckDB', 'ratio']), ...(sizes.length > 1 ? ['growth'] : [])]));
console.log(line(['---', ...sizes.flatMap(() => ['---', '---', '---']), ...(sizes.length > 1 ? ['---'] : [])]));
const rows = sizes.map(size => read('ask', size).rows);
rows[0].forEach((row, i) => {
  const cells = rows.flatMap(r => [`${r[i].p50}, ${r[i].p95}`, r[i].duck ?? '', r[i].ratio ?? '']);
  const growth = rows.length > 1 ? [`${(rows.at(-1)[i].p50 / rows.at(-2)[i].p50).toFixed(1)} ×`] : [];
  console.log(line([row.question, ...cells, ...growth]));
});
JS
)
table="Measured $(date -u +%F) on $(nproc) cores ($(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1)), .NET $(dotnet --version), \`bench/ledger.sh\`.

$table"
echo "$table"
$write || exit 0
awk -v table="$table" '
  /<!-- ledger figures -->/ {print; print table; skip = 1; next}
  /<!-- \/ledger figures -->/ {skip = 0}
  !skip' docs/operations/benchmarks.md >"$work/benchmarks.md"
cp "$work/benchmarks.md" docs/operations/benchmarks.md
