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
  View,    ///< for the 3-D pane: cut from blocks of about 2 mm, smoothed, at most 40 000 triangles a lung
  Export,  ///< for files: the mask's own voxels, smoothed lightly; the volume stays within 1 %
};

/// The surface of each lung label in the mask (1, 2, or 3), in that order; labels that are absent give no mesh.
///
/// Closed, also where the mask ends with the scan; facing outwards on any grid, oblique or mirrored. Dust is left out:
/// for the view parts below 1 % of the largest and every hole inside, for export parts and holes below 0.1 ml.
///
/// @param progress  called from several threads, one at a time; rises from 0 to 1
/// @return nullopt if stopped
/// @throws Error{InvalidInput} if the mask has no lung voxel, Error{OutOfMemory}
/// @thread any
/// @cost   about a second for 512 x 512 x 300 on two processors
[[nodiscard]] std::optional<std::vector<TriangleMesh>> extractSurfaces(const LabelVolume& mask, SurfaceQuality quality,
                                                                       const StopToken& stop = {},
                                                                       const ProgressSink& progress = {});

}  // namespace pulmo
