#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the relocatable archive: unpack anywhere, run bin/pulmoscope.
#   packaging/archive.sh INSTALLED-TREE OUT.tar.zst
# INSTALLED-TREE is what `cmake --install --prefix` wrote. Beside the two programs goes every library that they and Qt's
# plugins need, but those that belong to the machine: glibc and the compiler's runtime (older ones do not do, newer ones do),
# the graphics driver's, X11's own and the font libraries with their configuration.
set -euo pipefail
tree=$(readlink -f "$1") out=$2
private=$(dirname "$(find "$tree" -name 'libtorch_cpu.so*' -print -quit)")
[ -d "$private" ] || { echo "no LibTorch in $tree" >&2; exit 1; }

HOST='^(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|util|nsl|anl)\.so.*|libstdc\+\+.*|libgcc_s.*'
HOST+='|lib(GL|GLX|GLdispatch|OpenGL|EGL|GLESv2|drm|gbm)\.so.*|libX11\.so.*|libX11-xcb\.so.*|libxcb\.so.*|libXau.*|libXdmcp.*'
HOST+='|lib(fontconfig|freetype|expat)\.so.*)$'

# What Qt opens by name: the platform, the database, the icons' and the pictures' formats.
plugins=$(qtpaths6 --query QT_INSTALL_PLUGINS)
[ -d "$plugins" ] || { echo "Qt's plugins were not found" >&2; exit 1; }
for plugin in platforms/libqxcb.so platforms/libqoffscreen.so xcbglintegrations/libqxcb-glx-integration.so \
  xcbglintegrations/libqxcb-egl-integration.so sqldrivers/libqsqlite.so iconengines/libqsvgicon.so imageformats/libqsvg.so \
  imageformats/libqjpeg.so platforminputcontexts/libcomposeplatforminputcontextplugin.so; do
  [ -f "$plugins/$plugin" ] || { echo "no plugin $plugin" >&2; exit 1; }
  install -Dm755 "$plugins/$plugin" "$private/plugins/$plugin"
done
printf '[Paths]\nPrefix = ..\nPlugins = %s/plugins\n' "${private#"$tree"/}" >"$tree/bin/qt.conf"

# What those need, to the last; ldd follows the whole chain.
mapfile -t elf < <(find "$tree/bin" "$private" -type f -exec sh -c 'head -c4 "$1" | grep -q ELF && echo "$1"' _ {} \;)
LD_LIBRARY_PATH=$private ldd "${elf[@]}" | awk '/=> \//{print $1, $3} /not found/{print "missing", $1 >"/dev/stderr"; bad = 1} END {exit bad}' |
  sort -u >"$tree/needed"
while read -r name path; do
  [[ $path == "$private"/* || $name =~ $HOST || -e $private/$name ]] || install -m755 "$path" "$private/$name"
done <"$tree/needed"
rm "$tree/needed"
find "$private" -name '*.so*' -type f -exec strip --strip-unneeded {} +
# A library with a search path of its own would not be served by the program's: some of the distribution's have one.
while read -r library; do
  readelf -d "$library" | grep -q '(RUNPATH)\|(RPATH)' && patchelf --set-rpath "\$ORIGIN" "$library"
done < <(find "$private" -maxdepth 1 -name '*.so*' -type f)

# The menu entry and the package's own places are of no use here.
rm -rf "$tree/share/applications" "$tree/share/metainfo" "$tree/share/mime" "$tree/share/bash-completion"
name=$(basename "$out" .tar.zst)
mkdir -p "$(dirname "$out")"
tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" \
  --transform "s,^\.,$name," -C "$tree" . | zstd -10 -T0 --long=27 --quiet --force -o "$out.part"
mv "$out.part" "$out"
