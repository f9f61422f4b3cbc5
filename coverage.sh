#!/usr/bin/env bash
# Which lines the tests run: builds, runs every suite with counting assemblies, one after the other, and prints a table by
# assembly and the files with lines that no test ran. Reports for other tools: artifacts/coverage/coverage.{info,cobertura.xml}.
#   ./coverage.sh [--least PERCENT]     fails below so many percent of all lines (90)
# Needs what ./test.sh needs; run that first, it installs what is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

least=90
case "${1:-}" in
  "") ;;
  --least) least=$2 ;;
  *) echo "usage: ./coverage.sh [--least PERCENT]" >&2 && exit 2 ;;
esac

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
unset TEST_WEIR_PROGRAM # it would not be told of what that runs
export WEIR_COVERAGE=1 # servers under test are ended, not killed, so that they tell what they ran
results=$PWD/artifacts/coverage
rm -rf "$results"
mkdir -p "$results"
dotnet build Weir.slnx -c Debug -v quiet --nologo
dotnet restore tools/Coverage -v quiet
for project in tests/*/*Tests.csproj; do
  suite=$(basename "$project" .csproj)
  echo "   $suite" >&2
  dotnet msbuild tools/Coverage -nologo -v:quiet -t:Cover -p:Suite="$suite" -p:Bin="$PWD/artifacts/bin/$suite/debug" \
    -p:Results="$results" -p:MergeWith="$([[ ! -e $results/coverage.json ]] || echo "$results/coverage.json")"
  tail -1 "$results/$suite.log"
done

# lcov: SF is a file, DA a line and how often it ran.
awk -F '[:,]' -v root="$PWD/" -v least="$least" '
  function close_range() { if (from) ranges = ranges " " (from == last ? from : from "-" last); from = 0 }
  function close_file(n) {
    if (file !~ /^src\//) return
    n = split(file, part, "/"); name = part[2]
    close_range(); all[name] += lines; ran[name] += lines - missed
    if (missed) uncovered[file] = sprintf("%4d of %4d %s:%s", missed, lines, file, ranges)
  }
  /^SF:/ { file = substr($0, 4); sub(root, "", file); lines = missed = 0; ranges = ""; from = 0; next }
  /^DA:/ { lines++; if ($3 == 0) { missed++; if (!from) from = $2; last = $2 } else close_range(); next }
  /^end_of_record/ { close_file(); file = "" }
  END {
    print "\nLines that no test ran:"
    for (f in uncovered) print uncovered[f] | "sort -rn"
    close("sort -rn"); print ""
    for (name in all) { printf "%-20s %6d of %6d lines  %5.1f %%\n", name, ran[name], all[name], 100 * ran[name] / all[name] | "sort"
      total += all[name]; good += ran[name] }
    close("sort"); printf "%-20s %6d of %6d lines  %5.1f %%\n", "all", good, total, 100 * good / total
    exit 100 * good / total < least
  }' "$results/coverage.info"
