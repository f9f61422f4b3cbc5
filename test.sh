#!/usr/bin/env bash
# Builds Weir with warnings as errors, checks the formatting and runs every test.
#   ./test.sh           everything: the real programs from npm, the pages in a browser, three minutes of fuzzing
#   ./test.sh --quick   the unit tests and what they need built, without analysers, in under two minutes; needs .NET alone
# Missing Debian packages are installed when this runs as root or with password-less sudo, else named.
# The last line is the total: "N passed, N failed" (", N skipped" when any are).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

quick=false
for argument in "$@"; do
  case "$argument" in
    --quick) quick=true ;;
    *)
      echo "usage: ./test.sh [--quick]" >&2
      exit 2
      ;;
  esac
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
cache="${XDG_CACHE_HOME:-$HOME/.cache}/weir"
results="artifacts/test-results"
configuration=Debug # tiny buffers, so that refill paths run

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Installs the packages of the commands that are not there; "command:package" each.
need() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
  done
  ((${#missing[@]})) || return 0
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || fail "Missing: ${missing[*]}. Install them and run again."
    as_root=(sudo -n)
  fi
  command -v apt-get >/dev/null || fail "Missing: ${missing[*]}. Install them and run again."
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" \
    || { "${as_root[@]}" apt-get update && "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}"; } \
    || fail "Could not install ${missing[*]}."
}

# The real programs, kept once for each lock file; tests/programs/node_modules points there.
install_programs() {
  local lock kept
  lock=$(sha256sum tests/programs/package-lock.json | cut -c1-16)
  kept="$cache/programs-$lock"
  if [[ ! -e "$kept/complete" ]]; then
    say "installing the real programs from npm"
    rm -rf "$kept"
    mkdir -p "$kept"
    cp tests/programs/package.json tests/programs/package-lock.json "$kept"
    npm ci --prefix "$kept" --ignore-scripts --no-audit --no-fund
    touch "$kept/complete"
  fi
  rm -rf tests/programs/node_modules
  ln -s "$kept/node_modules" tests/programs/node_modules
}

# A suite by its name; NAME+bundled runs it on the SQLite that comes with Weir.
run_suite() {
  local name=$1 project=${1%+bundled} code=0 options=(-noLogo -noColor)
  if [[ $name == *+bundled ]]; then local -x WEIR_SQLITE=bundled; fi
  # The fuzzer's targets count as tests; it has other options and the same last line. One seed: a run by hand has others.
  [[ $name != Weir.Fuzz ]] || options=(--target all --seconds 60 --seed 1)
  timeout --kill-after=10 2400 "artifacts/bin/$project/${configuration,,}/$project" "${options[@]}" \
    >"$results/$name.log" 2>&1 </dev/null || code=$?
  echo "$code" >"$results/$name.code"
  echo "   $name: $(grep -oE 'Total: [0-9]+.*' "$results/$name.log" | tail -1 || true) (exit $code)"
}

command -v dotnet >/dev/null || fail "Weir needs the .NET 10 SDK: https://dotnet.microsoft.com/download"
dotnet --version >/dev/null || fail "Weir needs the .NET SDK that global.json names."

if ! $quick; then
  need node:nodejs npm:npm zstd:zstd ip:iproute2 unshare:util-linux script:bsdutils \
    dpkg-deb:dpkg systemd-analyze:systemd strace:strace chromium:chromium soffice:libreoffice-calc-nogui pdftotext:poppler-utils promtool:prometheus argon2:argon2 oathtool:oathtool
  node_major=$(node -p 'process.versions.node.split(".")[0]')
  ((node_major >= 20)) || fail "The real programs need Node 20 or newer; this is $(node --version)."
  install_programs
fi

say "formatting"
dotnet tool restore >/dev/null
dotnet csharpier check .

if ! $quick; then
  say "checking the pages"
  [[ web/node_modules/.weir-installed -nt web/package-lock.json ]] || {
    npm ci --prefix web --ignore-scripts --no-audit --no-fund
    touch web/node_modules/.weir-installed
  }
  npm run --silent --prefix web check
  npm test --silent --prefix web
fi

say "building"
if $quick; then
  dotnet build tests/Unit.slnf -c "$configuration" -v quiet --nologo -p:WeirPages=false -p:RunAnalyzers=false
else
  dotnet build Weir.slnx -c "$configuration" -v quiet --nologo
fi

unset TEST_WEIR_PROGRAM
if ! $quick; then
  # Tests start it a thousand times, and compiled at each start it spends longer on that than on what is tested.
  say "compiling the program ahead of time"
  if dotnet publish src/Weir.Cli -c "$configuration" --self-contained false -p:PublishReadyToRun=true -o artifacts/program \
    -r "$(dotnet msbuild src/Weir.Cli -getProperty:NETCoreSdkPortableRuntimeIdentifier)" -v quiet --nologo >"$results.publish.log" 2>&1; then
    export TEST_WEIR_PROGRAM="$PWD/artifacts/program/weir"
  else
    grep -qiE 'NU110[0-9].*Crossgen2' "$results.publish.log" || fail "$(cat "$results.publish.log")"
    echo "The ahead-of-time compiler cannot be restored: the tests take longer."
  fi
fi

suites=()
for project in tests/*/*.csproj; do
  grep -q '<OutputType>Exe</OutputType>' "$project" || continue
  name=$(basename "$project" .csproj)
  if $quick && ! grep -q "/$name.csproj" tests/Unit.slnf; then continue; fi
  suites+=("$name")
  if ! $quick && [[ $name == Weir.Ledger.Tests ]]; then suites+=("$name+bundled"); fi
done

say "testing"
rm -rf "$results"
mkdir -p "$results"
width=$(nproc)
((width <= 4)) || width=4
# These take longest and start many processes: they run first, beside the small suites.
long='Functional|Package|Browser'
for name in $(printf '%s\n' "${suites[@]}" | { grep -E "$long" || true; }) \
  $(printf '%s\n' "${suites[@]}" | grep -vE "$long"); do
  while (($(jobs -rp | wc -l) >= width)); do wait -n || true; done
  run_suite "$name" &
done
wait

passed=0 failed=0 skipped=0 broken=0
for name in "${suites[@]}"; do
  log="$results/$name.log"
  code=$(cat "$results/$name.code" 2>/dev/null || echo 1)
  summary=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+, Not Run: [0-9]+' "$log" | tail -1 || true)
  if [[ -z $summary ]] && grep -qE 'Total: 0$' "$log"; then
    summary="Total: 0, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0"
  fi
  if [[ -z $summary ]]; then
    say "$name did not come to its end (exit $code)"
    cat "$log"
    broken=1
    failed=$((failed + 1))
    continue
  fi
  read -r total errors bad skips unrun <<<"$(tr -dc '0-9 ' <<<"$summary" | tr -s ' ')"
  passed=$((passed + total - bad - skips - unrun))
  failed=$((failed + bad + errors))
  skipped=$((skipped + skips))
  if ((total - skips - unrun == 0)); then
    say "$name executed no test"
    broken=1
  fi
  if ((code != 0 || bad + errors > 0)); then
    say "$name failed (exit $code)"
    cat "$log"
    broken=1
  fi
done

total_line="$passed passed, $failed failed"
((skipped == 0)) || total_line+=", $skipped skipped"
printf '\n%s\n' "$total_line"
((broken == 0))
