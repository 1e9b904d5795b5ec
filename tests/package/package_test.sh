#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what `./dev package` made in a clean tree and uses it there as a new user would.
#   package_test.sh deb      the package, in this Debian release: install an older one, upgrade, use, remove
#   package_test.sh archive  the archive, in the next release (trixie on bookworm; the same otherwise): unpack, use, move
# Wants root, debootstrap and the distribution's mirror; ends with 77 (skipped) and a line that says what is missing.
set -euo pipefail
mode=$1
cd "$(dirname "$(readlink -f "$0")")/../.."
skip() { echo "skipped: $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }
ok() { echo "ok: $*"; }

[ "$(id -u)" = 0 ] || skip "not root"
command -v debootstrap >/dev/null || skip "no debootstrap"
shopt -s nullglob
made=(build/package/pulmoscope_*.deb)
[ "$mode" = deb ] || made=(build/package/pulmoscope-*.tar.zst)
[ ${#made[@]} = 1 ] || skip "no package of this kind in build/package: ./dev package makes it"
package=$(readlink -f "${made[0]}")
# Mounts are made in a namespace of their own, so none can be left behind.
[ -n "${PULMO_IN_NAMESPACE:-}" ] || exec env PULMO_IN_NAMESPACE=1 unshare --mount --propagation private "$0" "$@"

. /etc/os-release
release=$VERSION_CODENAME
[ "$mode" = archive ] && [ "$release" = bookworm ] && release=trixie
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -n 1)
base=${PULMO_TREES:-/var/tmp/pulmoscope-trees}/$release
root=$base-$mode
if [ ! -f "$base.made" ]; then
  rm -rf "$base"
  mkdir -p "$base"
  debootstrap --variant=minbase --include=ca-certificates "$release" "$base" "$mirror" >"$base.log" || { tail "$base.log"; skip "debootstrap did not work"; }
  touch "$base.made"
fi
rm -rf "$root"
cp -a "$base" "$root"
trap 'rm -rf --one-file-system "$root"' EXIT
for place in proc sys dev; do mount --rbind "/$place" "$root/$place"; done
trap 'umount -lR "$root"/{proc,sys,dev}; rm -rf --one-file-system "$root"' EXIT
cp /etc/resolv.conf /etc/hosts "$root/etc/"
for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf; do [ ! -f "$file" ] || cp "$file" "$root/etc/apt/apt.conf.d/"; done

CHROOT=$(command -v chroot)
inside() { env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$CHROOT" "$root" "$@"; }
as_user() { env -i HOME=/home/reader USER=reader PATH=/usr/bin:/bin LC_ALL=C.UTF-8 LIBGL_ALWAYS_SOFTWARE=1 "$CHROOT" --userspec=reader "$root" /bin/sh -c "cd; umask 022; $1"; }
offline() { env -i HOME=/home/reader USER=reader PATH=/usr/bin:/bin LC_ALL=C.UTF-8 LIBGL_ALWAYS_SOFTWARE=1 unshare --net "$CHROOT" --userspec=reader "$root" /bin/sh -c "cd; $1"; }
apt() { inside apt-get install -y --no-install-recommends "$@" >>"$root.log" 2>&1 || { tail -n 30 "$root.log"; fail "apt-get install $*"; }; }
files() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./home -o -path ./tmp -o -path ./var -o -path ./run \) -prune -o -print | sort); }
: >"$root.log"
inside apt-get update -qq
inside useradd -m reader

# The programs at $1 (a folder as the tree sees it), without a network: a phantom, its lungs, a picture of the window.
use() {
  local bin=$1
  offline "$bin/pulmo --version" | grep -q . || fail "pulmo --version"
  offline "$bin/pulmo phantom -o phantom.nii.gz --mask lungs.nii.gz --force"
  local method
  for method in threshold unet; do
    offline "$bin/pulmo segment phantom.nii.gz -o $method.nii.gz --method $method --force --json" >"$root/tmp/segment.json"
    offline "$bin/pulmo compare lungs.nii.gz $method.nii.gz --json" >"$root/tmp/compare.json"
    python3 - "$root/tmp/compare.json" <<'PY' || fail "Dice of $method"
import json, sys
both = json.load(open(sys.argv[1]))["metrics"]["lungs"]
assert both["dice"] > 0.97, both
PY
    ok "$method on a phantom"
  done
  offline "$bin/pulmo simulate phantom.nii.gz --mask lungs.nii.gz --preset covid-mild -o sick.nii.gz --force" || fail "pulmo simulate --preset"
  offline "xvfb-run -a -s '-screen 0 1920x1200x24 -nolisten tcp' $2 phantom.nii.gz --screenshot window.png --force" || fail "the window"
  python3 - "$root/home/reader/window.png" <<'PY' || fail "the window's picture"
import struct, sys, zlib
data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) > 50000, len(data)
width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
assert width >= 1100 and height >= 700 and depth == 8 and colour in (2, 6), (width, height, depth, colour)
pixels, at = b"", 8
while at < len(data):
    length, kind = struct.unpack(">I4s", data[at:at + 8])
    pixels += data[at + 8:at + 8 + length] if kind == b"IDAT" else b""
    at += 12 + length
pixels, bytes_a_pixel = zlib.decompress(pixels), 3 if colour == 2 else 4
row = width * bytes_a_pixel
above, bright = bytes(row), 0
for y in range(56):  # down to the end of the tool bar
    kind, line = pixels[y * (row + 1)], bytearray(pixels[y * (row + 1) + 1:(y + 1) * (row + 1)])
    for i in range(row):
        a = line[i - bytes_a_pixel] if i >= bytes_a_pixel else 0
        b = above[i]
        c = above[i - bytes_a_pixel] if i >= bytes_a_pixel else 0
        p = a + b - c
        paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
        line[i] = (line[i] + (0, a, b, (a + b) // 2, paeth)[kind]) % 256
    above = bytes(line)
    if y >= 28:  # its first buttons, of pictures alone
        bright += sum(above[x * bytes_a_pixel] > 140 for x in range(16, 190))
assert bright > 150, f"the tool bar has no icons: {bright} bright pixels"
PY
  mkdir -p build/package
  cp "$root/home/reader/window.png" "build/package/window-$mode.png"
  ok "the window on a virtual display, without a network"
}

if [ "$mode" = deb ]; then
  # An older package: this one with a lower version and one file more.
  old=$(mktemp -d)
  dpkg-deb --raw-extract "$package" "$old/tree"
  sed -i 's/^Version: .*/Version: 0.0.1/' "$old/tree/DEBIAN/control"
  mkdir -p "$old/tree/usr/share/pulmoscope"
  echo old >"$old/tree/usr/share/pulmoscope/of-the-older-version"
  dpkg-deb -Znone --root-owner-group --build "$old/tree" "$root/tmp/old.deb" >/dev/null
  rm -rf "$old"
  cp "$package" "$root/tmp/new.deb"
  apt xvfb xauth libgl1-mesa-dri
  files >"$root.before"
  apt /tmp/old.deb
  inside dpkg-query -W -f '${Version}\n' pulmoscope | grep -qx 0.0.1 || fail "the older version is not installed"
  [ -f "$root/usr/share/pulmoscope/of-the-older-version" ] || fail "the older package's file"
  ok "an older version installed"
  as_user "mkdir -p scans/one && pulmo phantom -o scans/one/phantom.nii.gz && pulmo batch scans -o masks --list work.pulmolist --method threshold" >>"$root.log" 2>&1 ||
    { tail "$root.log"; fail "pulmo batch with a list"; }
  as_user "mkdir -p .config/pulmoscope && printf '[view]\\nremembered=7\\n' >.config/pulmoscope/pulmoscope.conf"
  as_user "xvfb-run -a -s '-screen 0 1920x1200x24 -nolisten tcp' pulmoscope --phantom --screenshot old.png" || fail "the older window"
  note_files() { (cd "$root/home/reader" && find . -type f ! -path './.cache/*' -exec sha256sum {} + | sort -k2) >"$root.kept"; }
  note_files
  apt /tmp/new.deb
  [ ! -e "$root/usr/share/pulmoscope/of-the-older-version" ] || fail "the upgrade left a file behind"
  (cd "$root/home/reader" && sha256sum --quiet -c "$root.kept") || fail "the upgrade touched a person's files"
  grep -q work.pulmolist "$root.kept" || fail "there was no list to keep"
  ok "upgraded; settings, masks and the review list as they were"
  as_user "pulmo batch scans -o masks --list work.pulmolist --method threshold --json" >"$root/tmp/batch.json" || fail "the old list does not open"
  ok "the old list opens"

  exec_line=$(sed -n 's/^Exec=\([^ ]*\).*/\1/p' "$root/usr/share/applications/org.pulmoscope.Pulmoscope.desktop")
  use /usr/bin "$exec_line"
  for size in 16 24 32 48 64 128 256 512; do
    [ -f "$root/usr/share/icons/hicolor/${size}x$size/apps/pulmoscope.png" ] || fail "no icon of $size"
  done
  for file in man/man1/pulmo.1.gz man/man1/pulmoscope.1.gz bash-completion/completions/pulmo mime/packages/pulmoscope.xml \
    metainfo/org.pulmoscope.Pulmoscope.metainfo.xml pulmoscope/docs/guide/README.md \
    pulmoscope/docs/pictures/window-lidc-1011.png pulmoscope/presets/covid-mild.json doc/pulmoscope/pulmoscope.spdx.json doc/pulmoscope/copyright; do
    [ -s "$root/usr/share/$file" ] || fail "no $file"
  done
  ok "icons, man pages, completion, file types, metadata, bill of materials"

  note_files
  inside apt-get purge -y pulmoscope >>"$root.log" 2>&1
  inside apt-get autoremove -y --purge >>"$root.log" 2>&1
  files | grep -i pulmo && fail "the package left files behind"
  files >"$root.after"
  # What other packages' triggers and logs write is theirs; nothing of ours is new.
  comm -13 "$root.before" "$root.after" | grep -v -e '^./etc/ld.so.cache' -e __pycache__ -e '^./etc' -e '^./usr/share/icons' -e '^./usr/share/mime' -e '^./usr/lib' >"$root.left" || true
  [ ! -s "$root.left" ] || { head "$root.left"; fail "removing left something behind"; }
  (cd "$root/home/reader" && sha256sum --quiet -c "$root.kept") || fail "removing touched a person's files"
  ok "removed; a person's files stay"
else
  apt xvfb xauth libgl1-mesa-dri libgl1 libopengl0 libegl1 libfontconfig1 libx11-xcb1 libstdc++6 fonts-dejavu-core zstd  # what every desktop has
  cp "$package" "$root/home/reader/"
  name=$(basename "$package" .tar.zst)
  as_user "tar --zstd -xf $name.tar.zst"
  use "/home/reader/$name/bin" "/home/reader/$name/bin/pulmoscope"
  as_user "mkdir 'an other place' && mv $name 'an other place/' && 'an other place/$name/bin/pulmo' segment phantom.nii.gz -o moved.nii.gz --method unet" >/dev/null || fail "after moving it"
  ok "works after it was moved"
fi
rm -f "$root".{before,after,left,kept}
