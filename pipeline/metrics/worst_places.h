// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// Where a mask is wrong by much, to be looked at first.
struct WorstPlace {
  std::uint8_t label = 0;      ///< kRightLung or kLeftLung; kLungUnsided if one of the masks does not tell sides
  double signedMm = 0;         ///< > 0 added (mask outside the reference), < 0 missed; its size is the distance
  Index3 voxel{0, 0, 0};       ///< the voxel that is farthest off: in the mask alone or in the reference alone
  Point3 positionMm{0, 0, 0};  ///< its centre, LPS
  [[nodiscard]] bool missed() const { return signedMm < 0; }
  /// The other mask does not have this lung at all: the distance is infinite, the voxel the lung's one nearest to its
  /// middle.
  [[nodiscard]] bool whole() const { return std::isinf(signedMm); }
};

struct WorstPlacesOptions {
  double leastMm = 3;     ///< smaller errors are not told
  double apartMm = 15;    ///< between two places of one lung, missed and added apart
  std::size_t most = 20;  ///< places in all
  int threads = 0;        ///< 0 = all
};

/// The places where a mask misses or adds most, worst first.
///
/// A missed voxel (in the reference alone) is as far off as the nearest voxel of the mask, an added one as far as the
/// nearest voxel of the reference; distances run between voxel centres with each axis' own spacing. A place is a local
/// maximum of that: none within about apartMm / 3 around it is larger. The first of a lung is thus the directed
/// Hausdorff distance. A lung that one of the masks does not have at all gives one place, the whole().
///
/// @throws Error{InvalidInput} if the grids differ
/// @return nullopt if stopped; empty without a spacing
/// @thread any; the places do not depend on the number of threads
/// @cost O(voxels of the lungs' boxes), 5 bytes a voxel of a box
[[nodiscard]] std::optional<std::vector<WorstPlace>> worstPlaces(const LabelVolume& reference, const LabelVolume& mask,
                                                                 const WorstPlacesOptions& options = {},
                                                                 const StopToken& stop = {},
                                                                 const ProgressSink& progress = {});

}  // namespace pulmo
