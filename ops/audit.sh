#!/usr/bin/env bash
# Looks the packages that Weir is made of up among known vulnerabilities: NuGet's and npm's advisories.
#   ops/audit.sh [SBOM.cdx.json]
# With a bill of materials and an osv-scanner at hand, that is asked too.
# Exit: 0 none is known · 1 one is · 3 it could not be found out, which is not the same as none. "none" is said only where
# advisories were really read: a feed without them makes the package managers say "no vulnerable packages" all the same.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
found=0 unknown=0

say() { printf '%-24s %s\n' "$1" "$2"; }

# A source that carries advisories names them in its index.
has_advisories() {
  local source
  while read -r state source; do
    [[ $state == E* && $source == http* ]] || continue
    curl -fsS --max-time 30 "$source" 2>/dev/null | grep -q VulnerabilityInfo && return 0
  done < <(dotnet nuget list source --format short)
  return 1
}

if has_advisories; then
  listing=$(dotnet list src/Weir.Cli package --vulnerable --include-transitive 2>&1) || {
    printf '%s\n' "$listing" >&2
    listing=""
  }
  case $listing in
    *"has no vulnerable packages"*) say NuGet "none is known" ;;
    *"has the following vulnerable packages"*)
      say NuGet "VULNERABLE"
      printf '%s\n' "$listing"
      found=1
      ;;
    *)
      say NuGet "NOT KNOWN: dotnet list package said nothing that is understood"
      unknown=1
      ;;
  esac
else
  say NuGet "NOT KNOWN: no package source here carries advisories"
  unknown=1
fi

for folder in web src/Weir.Server/Pages/Docs src/Weir.Tokens/Vocabulary; do
  code=0
  answer=$(npm audit --prefix "$folder" --package-lock-only --omit=dev 2>&1) || code=$?
  if ((code == 0)) && [[ $answer == *"found 0 vulnerabilities"* ]]; then
    say "npm $folder" "none is known"
  elif [[ $answer == *"vulnerabilit"* && $answer == *"npm audit fix"* || $answer == *"Severity:"* ]]; then
    say "npm $folder" "VULNERABLE"
    printf '%s\n' "$answer"
    found=1
  else
    say "npm $folder" "NOT KNOWN: the registry here answers no audit"
    unknown=1
  fi
done

if (($# > 0)); then
  if command -v osv-scanner >/dev/null; then
    code=0
    osv-scanner scan --sbom "$1" || code=$?
    case $code in
      0) say OSV "none is known" ;;
      1) found=1 ;;
      *) say OSV "NOT KNOWN: osv-scanner ended with $code" && unknown=1 ;;
    esac
  else
    say OSV "not asked: there is no osv-scanner here"
  fi
fi

((found == 0)) || exit 1
((unknown == 0)) || exit 3
