#!/usr/bin/env bash
# Runs the program where there is no more than in the container's image, without a container engine: a root folder of
# the same Debian packages, with the Dockerfile's files, environment and user, read-only but for /tmp.
# Ends with one line: N passed, N failed. It has to be root on a Debian; elsewhere it says so and checks nothing, which
# is a failure where CI_NO_SKIPS is set.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

# An error of the preparation counts as a failed check.
fail() {
  echo "distroless: $1"
  echo "0 passed, 1 failed"
  exit 1
}

skip() {
  [ -z "${CI_NO_SKIPS:-}" ] || fail "skipped, $1"
  echo "distroless: skipped, $1"
  echo "0 passed, 0 failed"
  exit 0
}

[ "$(uname -s)" = Linux ] || skip "this is not Linux"
[ "$(id -u)" = 0 ] || skip "only root can enter another root folder"
for tool in apt-get dpkg unshare setpriv prlimit mount; do
  command -v "$tool" >/dev/null || skip "there is no $tool"
done
unshare --mount true 2>/dev/null || skip "this machine gives nobody a mount namespace"

command -v bun >/dev/null || bun() { npx --yes bun@1.4.5 "$@"; }

release=$(sed -n 's|^FROM gcr.io/distroless/base-nossl-debian\([0-9]*\):nonroot$|\1|p' Dockerfile)
case $release in
12) suite=bookworm ;;
13) suite=trixie ;;
*) fail "which suite is Debian $release? Say so in .ci/distroless.sh" ;;
esac
# What the image is made of: see base/ and common/ of the distroless project.
packages="base-files ca-certificates libc6 netbase tzdata"

cache=$PWD/node_modules/.cache/ingestor-distroless
debs=$cache/$suite-$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Fetches the packages from the machine's own mirror, with lists of their own: nothing of the machine changes.
fetch() {
  local mirror keys
  # Its name ends in .pgp since Debian 13.
  for keys in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do [ -f "$keys" ] && break; done
  mirror=$(apt-get indextargets --format '$(SITE) $(ORIGIN) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
    awk '$2 == "Debian" && $3 == "main" { print $1; exit }')
  [ -n "$mirror" ] && [ -f "$keys" ] || return 1
  mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/debs"
  echo "deb [signed-by=$keys] $mirror $suite main" >"$work/sources.list"
  local options=(-qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists"
    -o "Dir::Cache=$work" -o APT::Sandbox::User=root -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
  apt-get "${options[@]}" update && (cd "$work/debs" && apt-get "${options[@]}" download $packages) || return 1
  mkdir -p "$cache" && rm -rf "$debs" && mv "$work/debs" "$debs"
}

[ "$(find "$debs" -name '*.deb' 2>/dev/null | wc -l)" = 5 ] || fetch || skip "Debian's packages are out of reach"

root=$work/root
mkdir -p "$root"
for deb in "$debs"/*.deb; do dpkg -x "$deb" "$root" || fail "cannot unpack $deb"; done
# What the packages' scripts would do, and the image has.
mkdir -p "$root/etc/ssl/certs" "$root/home/nonroot" "$root/proc" "$root/tmp"
cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
printf '%s\n' root:x:0:0:root:/root:/sbin/nologin nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin >"$root/etc/passwd"
printf '%s\n' root:x:0: nonroot:x:65532: >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
# As a container engine writes it.
echo '127.0.0.1 localhost' >"$root/etc/hosts"

# The build stage: what .dockerignore lets through has to be enough.
context=$work/context
mkdir -p "$context"
sed -n 's/^!//p' .dockerignore | tar -cf - -T - | tar -xf - -C "$context" || fail "cannot copy what .dockerignore names"
case $(dpkg --print-architecture) in arm64) target=linux-arm64 ;; *) target=linux-x64 ;; esac
(cd "$context" && bun install --frozen-lockfile --production --silent &&
  bun .ci/build.ts --target "$target" --outfile "$work/ingestor") ||
  fail "cannot build from what .dockerignore lets through"
install -D -m 755 "$work/ingestor" "$root/usr/local/bin/ingestor"
mkdir -p "$root/app"
cp -r "$context/datasets" "$context/plugins" "$root/app/"
chmod -R u=rwX,go=rX "$root/app"

mkdir -p "$work/tmp"
chmod 1777 "$work/tmp"
echo "distroless: $(cat "$root/etc/debian_version"), $(du -sh --exclude=usr/local "$root" | cut -f1) without the program"

# The path begins with ./, or bun test would look for it in vain among the files it finds itself.
DISTROLESS_ROOT=$root DISTROLESS_TMP=$work/tmp bun test --timeout 120000 ./.ci/distroless.ts 2>&1 | tee "$work/log"
status=${PIPESTATUS[0]}
plain=$(sed 's/\x1b\[[0-9;]*m//g' "$work/log")
passed=$(awk 'NF == 2 && $2 == "pass" { found = $1 } END { print found + 0 }' <<<"$plain")
failed=$(awk 'NF == 2 && ($2 == "fail" || $2 ~ /^errors?$/) { found += $1 } END { print found + 0 }' <<<"$plain")
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
