#!/usr/bin/env bash
# Looks at the pages in Chromium as people do, for people to look at.
#   web/tour.sh              pictures of every state into docs/screenshots, Claude Code at work among them
#   web/tour.sh measure      load times on a slow network and frames under load, as docs/operations/benchmarks.md has them
# Needs what ./test.sh installs: Node, Chromium and the real programs. About a minute each.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

configuration=Debug
[[ ${1:-} != measure ]] || configuration=Release
dotnet build tools/Weir.PageTour -c "$configuration" -v quiet --nologo
tour="artifacts/bin/Weir.PageTour/${configuration,,}/Weir.PageTour"
if [[ ${1:-} == measure ]]; then
  "$tour" measure
else
  "$tour" screenshots docs/screenshots
  "$tour" claude docs/screenshots
fi
