#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the pictures of the guide and the README anew, from the program itself and from scans whose licence allows it.
#   docs/pictures/make.sh [NAME ...]     without a name: all but those that train (train, sweep: a quarter of an hour)
# Wants the real scans in ../shared/data and a build (./dev build).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
DATA=../shared/data BIN=build/dev/bin WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

LIDC=$DATA/lidc-1011                             # LIDC-IDRI, CC BY 3.0
LCTSC=$DATA/lctsc/LCTSC-Test-S1-101              # LCTSC, CC BY 3.0
MASS=$DATA/lung-pet-ct-dx/Lung_Dx-A0002/2        # Lung-PET-CT-Dx, CC BY 4.0
UPPER_MASS=$DATA/lung-pet-ct-dx/Lung_Dx-A0001/2  # likewise

shot() {  # NAME SCAN OPTION...
  local name=$1
  shift
  LIBGL_ALWAYS_SOFTWARE=1 QT_QPA_PLATFORM=xcb xvfb-run -a -s "-screen 0 1920x1200x24 -nolisten tcp" \
    "$BIN/pulmoscope" "$@" --screenshot "docs/pictures/$name.png" --force
  echo "docs/pictures/$name.png"
}

store() {
  [ -d "$WORK/store" ] || "$BIN/pulmo" prepare docs/training/shipped-weights.json -o "$WORK/store" --phantoms 3 >"$WORK/log"
}

picture() {
  case "$1" in
    window) shot window-lidc-1011 "$LIDC" ;;
    unet) shot unet-lung-dx-a0002 "$MASS" ;;
    methods)  # own networks take part where RESIDUAL_WEIGHTS and CASCADE_WEIGHTS name their files
      local networks=()
      [ -z "${RESIDUAL_WEIGHTS:-}" ] || networks+=(--weights "residual=$RESIDUAL_WEIGHTS")
      [ -z "${CASCADE_WEIGHTS:-}" ] || networks+=(--weights "cascade=$CASCADE_WEIGHTS")
      shot methods-lung-dx-a0002 "$MASS" --tab segment --methods all "${networks[@]}" --slice 14
      ;;
    simulate) shot simulate-lidc-1011 "$LIDC" --tab simulate --preset covid-severe --patient 3 ;;
    errors) shot errors-lctsc-s1-101 "${LCTSC}_ct.nii.gz" --mask "${LCTSC}_lungs.nii.gz" --tab review --colours errors ;;
    doubt) shot doubt-lung-dx-a0002 "$MASS" --tab review --colours uncertainty ;;
    list)
      cp -rs "$(readlink -f "$DATA")/lung-pet-ct-dx" "$WORK/scans"  # as links
      cp -rs "$(readlink -f "$DATA")/lidc-1011" "$(readlink -f "$DATA")/cptac-c3n-00249" "$WORK/scans"
      "$BIN/pulmo" batch "$WORK/scans" -o "$WORK/results" --list "$WORK/ward.pulmolist" >"$WORK/log" 2>&1
      shot list-lung-dx --list "$WORK/ward.pulmolist" --tab review
      ;;
    report)
      "$BIN/pulmo" report "$MASS" -o "$WORK/report.pdf" >"$WORK/log" 2>&1
      pdftoppm -png -r 110 -f 1 -l 1 -singlefile "$WORK/report.pdf" docs/pictures/report-lung-dx-a0002  # of poppler-utils
      ;;
    measure) shot measure-lung-dx-a0001 "$UPPER_MASS" --tab measure --colours aeration ;;
    edit) shot edit-lung-dx-a0001 "$UPPER_MASS" --tab edit ;;
    train)
      store
      shot train-lidc-1011 "$LIDC" --tab train --store "$WORK/store" --train "$WORK/run" --set epochs=40 \
        --set slicesPerEpoch=200 --set optimizer=adamw --set learningRate=0.002 --set schedule=constant \
        --set batchSize=4 --set accumulate=1 --set circlesShare=0 --set pathologyP=0.6 --after-epochs 8
      ;;
    sweep)
      store
      shot sweep-lidc-1011 "$LIDC" --tab train --store "$WORK/store" --train "$WORK/sweep" --set epochs=6 \
        --set slicesPerEpoch=100 --set optimizer=adamw --set learningRate=0.003 --set schedule=constant \
        --set batchSize=4 --set accumulate=1 --set circlesShare=0 --set threads=1 \
        --sweep pathologyP=0,0.5,0.9 --after-epochs 18
      ;;
    *) echo "There is no picture $1." >&2; return 2 ;;
  esac
}

[ $# -gt 0 ] || set -- window unet methods simulate errors doubt measure edit list report
for name in "$@"; do picture "$name"; done
