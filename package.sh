#!/usr/bin/env bash
# Makes what is installed elsewhere, in artifacts/package (linux-x64):
#   weir                            one self-contained executable, compiled ahead of time (ReadyToRun)
#   weir_VERSION_amd64.deb          the same as a Debian package with a systemd unit
#   weir-VERSION-linux-x64.tar.gz   the executable, the unit, an example configuration and the docs
#   weir-VERSION.cdx.json           what it is made of (SBOM, CycloneDX 1.6), also in the two packages
#   SHA256SUMS
#
#   ./package.sh [--version X] [--output DIR] [--audit]
#     X as 1.2.3 or 1.2.3-rc.1; default: the version of Directory.Build.props
#     --audit, for a release: the bill of materials is looked up by ops/audit.sh at the end, and its exit code is this one's:
#     1 where a vulnerability is known, 3 where it could not be found out
#
# Needs the .NET 10 SDK, tar and gzip; dpkg-deb for the Debian package. The same commit and tools give the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

say() { printf '== %s\n' "$*"; }

version="" out=artifacts/package audit=false
while (($#)); do
  case "$1" in
    --version)
      (($# >= 2)) || fail "--version takes a version, as 1.2.3"
      version=$2
      shift 2
      ;;
    --output)
      (($# >= 2)) || fail "--output takes a folder"
      out=$2
      shift 2
      ;;
    --audit)
      audit=true
      shift
      ;;
    *)
      echo "usage: ./package.sh [--version X] [--output DIR] [--audit]" >&2
      exit 2
      ;;
  esac
done

command -v dotnet >/dev/null || fail "Weir needs the .NET 10 SDK: https://dotnet.microsoft.com/download"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
[[ -n $version ]] || version=$(sed -n 's|.*<VersionPrefix>\(.*\)</VersionPrefix>.*|\1|p' Directory.Build.props)
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "\"$version\" is no version; write it as 1.2.3 or 1.2.3-rc.1"

# Every file gets the time of the commit, so that the archives do not change with the day they were made.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y Directory.Build.props)}
export SOURCE_DATE_EPOCH

mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$out/work
rm -rf "$out"/weir* "$out/SHA256SUMS" "$work"
mkdir "$work"

# Its own build folder: this build is for one platform and must not disturb the ordinary one. What was compiled ahead of time
# is made anew: an interrupted build leaves halves that a next one would take for whole.
# Not composite, which would compile the runtime again with Weir: minutes, and a file that is a fifth larger.
publish() {
  rm -rf artifacts/package-build/obj/Weir.Cli
  dotnet publish src/Weir.Cli -c Release -r linux-x64 --self-contained -v minimal --nologo \
    -p:ArtifactsPath="$PWD/artifacts/package-build" -p:Version="$version" -p:PathMap="$PWD/=/weir/" \
    -p:PublishSingleFile=true -p:PublishReadyToRunComposite=false -p:DebugType=embedded \
    -p:GenerateDocumentationFile=false -p:RunAnalyzers=false -p:UseSharedCompilation=false -o "$work/publish" "$@"
}

say "building weir $version for linux-x64"
if ! publish -p:PublishReadyToRun=true >"$work/publish.log" 2>&1; then
  # The compiler ahead of time is a package of its own, which a feed may lack.
  grep -qiE 'NU110[0-9].*Crossgen2' "$work/publish.log" || fail "$(cat "$work/publish.log")"
  say "NOTICE: Microsoft.NETCore.App.Crossgen2.linux-x64 cannot be restored: weir is built without ReadyToRun and starts slower"
  publish -p:PublishReadyToRun=false
fi

grep -E 'without its (page|vocabulary)|built without it, and estimates' "$work/publish.log" | sed 's/^ */== NOTICE: /' || true
extra=$(find "$work/publish" -type f ! -name weir)
[[ -z $extra ]] || fail "The single file would need others beside it: $extra"
install -m 0755 "$work/publish/weir" "$out/weir"
[[ $("$out/weir" --version) == "$version" ]] || fail "The executable says $("$out/weir" --version), not $version"

say "what it is made of"
build=$PWD/artifacts/package-build
bill=$out/weir-$version.cdx.json
dotnet build tools/Weir.Sbom -c Release -v quiet --nologo -p:ArtifactsPath="$build" -p:RunAnalyzers=false \
  -p:UseSharedCompilation=false >"$work/sbom.log" || fail "$(cat "$work/sbom.log")"
locks=()
[[ ! -e $build/web/index.json ]] || locks+=(web/package-lock.json)
compgen -G "$build/obj/Weir.Server/docs-page/*.br" >/dev/null && locks+=(src/Weir.Server/Pages/Docs/package-lock.json)
compgen -G "$build/obj/Weir.Tokens/vocabulary/*.bpe" >/dev/null && locks+=(src/Weir.Tokens/Vocabulary/package-lock.json)
dotnet "$build/bin/Weir.Sbom/release/Weir.Sbom.dll" "$version" "$build/obj/Weir.Cli/release_linux-x64/weir.deps.json" \
  "$build/obj/Weir.Cli/project.assets.json" "$bill" "${locks[@]}" | sed 's/^/   /'

# The pages in the places that their links expect, and what it is made of.
add_docs() {
  mkdir -p "$1"
  install -m 0644 "$bill" "$1/weir.cdx.json"
  find docs -name '*.md' -exec cp --parents -t "$1" {} +
  cp ./*.md NOTICE "$1"
}

# A tree in which every file has one owner's rights and the commit's time.
settle() {
  find "$1" -type d -exec chmod 0755 {} +
  find "$1" -type f -perm /0111 -exec chmod 0755 {} +
  find "$1" -type f ! -perm /0111 -exec chmod 0644 {} +
  find "$1" -exec touch --date="@$SOURCE_DATE_EPOCH" {} +
}

say "the archive"
tree=$work/weir-$version-linux-x64
install -D -m 0755 "$out/weir" "$tree/weir"
install -m 0644 LICENSE ops/debian/weir.service ops/debian/weir.yaml "$tree"
add_docs "$tree"
settle "$tree"
tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -C "$work" -c "$(basename "$tree")" \
  | gzip -n -6 >"$out/weir-$version-linux-x64.tar.gz"

if command -v dpkg-deb >/dev/null; then
  say "the Debian package"
  tree=$work/deb
  # Debian sorts 1.2.3~rc.1 before 1.2.3, as a version of a release candidate means it.
  deb_version=${version/-/\~}
  doc=$tree/usr/share/doc/weir
  install -D -m 0755 "$out/weir" "$tree/usr/bin/weir"
  install -D -m 0644 ops/debian/weir.service "$tree/lib/systemd/system/weir.service"
  install -D -m 0644 ops/debian/weir.yaml "$tree/etc/weir/weir.yaml"
  add_docs "$doc"
  install -m 0644 ops/debian/copyright "$doc"
  printf 'weir (%s) unstable; urgency=medium\n\n  * CHANGELOG.md tells what is new.\n\n -- %s  %s\n' "$deb_version" \
    "$(sed -n 's/^Maintainer: //p' ops/debian/control.in)" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" \
    | gzip -n -9 >"$doc/changelog.gz"
  install -d "$tree/usr/share/man/man1" "$tree/usr/share/lintian/overrides"
  gzip -n -9 <ops/debian/weir.1 >"$tree/usr/share/man/man1/weir.1.gz"
  install -m 0644 ops/debian/lintian-overrides "$tree/usr/share/lintian/overrides/weir"
  for pair in bash:bash-completion/completions/weir zsh:zsh/vendor-completions/_weir \
    fish:fish/vendor_completions.d/weir.fish; do
    install -d "$tree/usr/share/$(dirname "${pair#*:}")"
    "$out/weir" completion "${pair%%:*}" >"$tree/usr/share/${pair#*:}"
  done

  install -d "$tree/DEBIAN"
  sed -e "s/@VERSION@/$deb_version/" -e "s/@INSTALLED_SIZE@/$(du -k -s --apparent-size "$tree" | cut -f1)/" \
    ops/debian/control.in >"$tree/DEBIAN/control"
  install -m 0755 ops/debian/postinst ops/debian/prerm ops/debian/postrm "$tree/DEBIAN"
  install -m 0644 ops/debian/conffiles "$tree/DEBIAN"
  (cd "$tree" && find usr lib -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  settle "$tree"
  dpkg-deb --root-owner-group -Zzstd -z9 --build "$tree" "$out/weir_${deb_version}_amd64.deb" >/dev/null
else
  say "NOTICE: dpkg-deb is not here: no Debian package is made"
fi

(cd "$out" && sha256sum weir weir[-_]* >SHA256SUMS)
rm -rf "$work"
say "made in $out"
(cd "$out" && ls -l weir* SHA256SUMS | awk '{ print "   " $5, $9 }')

if $audit; then
  say "known vulnerabilities"
  ops/audit.sh "$bill"
fi
