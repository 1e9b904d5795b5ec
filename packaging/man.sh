#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Man pages made of what the programs say themselves: packaging/man.sh FOLDER-OF-PROGRAMS OUT-FOLDER
set -euo pipefail
bin=$1 out=$2
mkdir -p "$out"
more=$(mktemp)
trap 'rm -f "$more"' EXIT

# One section a command, word for word as its --help.
"$bin/pulmo" --help | awk '/^Subcommands:/ {on = 1; next} on && /^  [a-z]/ {print $1}' | while read -r command; do
  printf '[pulmo %s]\n.nf\n' "$command"
  "$bin/pulmo" "$command" --help | sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^[.']/\\\\\&&/"
  printf '.fi\n\n'
done >"$more"
grep -q segment "$more"

help2man --no-info --include "$more" --name "lungs on chest CT, without a window" "$bin/pulmo" | gzip -9n >"$out/pulmo.1.gz"
help2man --no-info --name "lungs on chest CT: see, segment, review, train" "$bin/pulmoscope" | gzip -9n >"$out/pulmoscope.1.gz"
