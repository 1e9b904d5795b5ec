// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// How much of the disease a lung mask keeps: what a mask loses at the chest wall is what this program is for.
struct LesionInclusion {
  std::uint64_t lesionVoxels = 0, nearPleuraVoxels = 0;
  std::optional<double> overall;     ///< share of lesion voxels inside the mask, 0 to 1; absent without lesions
  std::optional<double> nearPleura;  ///< the same of those near the pleura; absent if there are none, or no spacing
};

struct LesionInclusionOptions {
  double nearPleuraMm = 5;  ///< up to and including; > 0
  int threads = 0;          ///< 0 = all
};

/// @param lesions        not zero = lesion
/// @param mask           the lung mask judged; any lung label counts
/// @param referenceLungs whose border is the pleura, that of the mediastinum and of touching lungs included. A lesion
///                       voxel is near if its centre lies within the distance of a border voxel's centre
/// @throws Error{InvalidInput} if the grids differ
/// @return nullopt if stopped
/// @cost O(voxels), 6 bytes a voxel of the box around the lungs and lesions
[[nodiscard]] std::optional<LesionInclusion> lesionInclusion(const LabelVolume& lesions, const LabelVolume& mask,
                                                             const LabelVolume& referenceLungs,
                                                             const LesionInclusionOptions& options = {},
                                                             const StopToken& stop = {},
                                                             const ProgressSink& progress = {});

}  // namespace pulmo
