// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/triangle_mesh.h"
#include "pipeline/core/volume.h"

namespace pulmo {

enum class SurfaceQuality {
  View,    ///< for the 3-D pane: smoothed, downsampled, decimated
  Export,  ///< for files: full resolution, smoothed lightly
};

/// The surface of each lung label in the mask (1, 2, or 3), in that order; labels that are absent give no mesh.
/// @return nullopt if stopped
/// @throws Error{InvalidInput} if the mask has no lung voxel
[[nodiscard]] std::optional<std::vector<TriangleMesh>> extractSurfaces(const LabelVolume& mask, SurfaceQuality quality,
                                                                       const StopToken& stop = {},
                                                                       const ProgressSink& progress = {});

}  // namespace pulmo
