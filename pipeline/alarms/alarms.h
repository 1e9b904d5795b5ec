// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

enum class AlarmKind {
  LungAbsent,        ///< a side, or all, is not in the mask
  TooSmall,          ///< both lungs together hold too little
  SidesSwapped,      ///< right lies where the patient's left is
  Imbalance,         ///< one lung is too small beside the other
  CutAtFieldOfView,  ///< the mask runs into the side of the picture or of the scanner's circle
  CutAtEndSlice,     ///< the mask is in the first or last slice
  PieceApart,        ///< a part of a lung without connection to its main part
  Hole,              ///< background that a lung encloses
  TouchingLungs,     ///< right and left share a long border
  DenseRegion,       ///< dense tissue that may be lung left out
};

enum class Severity {
  Note,     ///< to be known
  Warning,  ///< to be looked at before the mask is used
  Serious,  ///< the mask is likely wrong
};

/// Something about a mask that wants looking at, told without any reference.
struct Alarm {
  AlarmKind kind{};
  Severity severity = Severity::Note;
  std::uint8_t label = 0;      ///< the lung it is about; kBackground if it is about both
  std::string sentence;        ///< for the person, with numbers and units
  Index3 voxel{0, 0, 0};       ///< where to look
  Point3 positionMm{0, 0, 0};  ///< the voxel's centre, LPS
  std::optional<double> ml;    ///< how large, where that is a volume; absent without a spacing
  std::optional<double> mm;    ///< how far or how thick, likewise
};

/// As files name it: "sides_swapped", and as people do: "Sides swapped"; "serious".
[[nodiscard]] const char* keyOf(AlarmKind kind);
[[nodiscard]] const char* nameOf(AlarmKind kind);
[[nodiscard]] const char* nameOf(const Alarm& alarm);  ///< says also at which end of the patient a mask is cut
[[nodiscard]] const char* keyOf(Severity severity);

/// All alarms of a lung mask: serious ones first, of equal severity the larger first; at most 20 of a kind.
///
/// - A hole of 1 ml or more: background that one lung encloses alone, as cleanMask fills it. Smaller ones are vessels.
/// - A piece apart of 0.5 ml or more; a piece that lies on the other lung's side is said to.
/// - The right lung holds less than 40 % or more than 65 % of the volume (52 to 56 % is usual); together below 800 ml.
/// - 1 cm² or more in the first or last slice, or at the side of the picture (with a CT: of the scanner's circle).
/// - A border of 8 cm² or more between right and left: at the thin junctions of the pleura healthy lungs share less.
/// - Sides by sidesFitAnatomy; of one lung alone, with a CT, by the body's midline.
/// - A dense region: see dense_region.h; wants a CT.
///
/// What needs several slices (end slices, small lungs, dense regions) is not judged in thin stacks or single slices;
/// what needs mm is not told without a spacing. A mask that does not tell sides has no alarm about sides.
///
/// @param mask  0, 1 right, 2 left, or 3 on a canonical grid
/// @param ct    HU on the same grid, or null: alarms that need it are left out
/// @throws Error{InvalidInput} if the grids differ
/// @return nullopt if stopped
/// @thread any; uses all processors
/// @cost  about a second for 512 x 512 x 300 with a CT; 1 byte a voxel, and 20 a run of equal labels
[[nodiscard]] std::optional<std::vector<Alarm>> findAlarms(const LabelVolume& mask, const CtVolume* ct,
                                                           const StopToken& stop = {},
                                                           const ProgressSink& progress = {});

}  // namespace pulmo
