// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/triangle_mesh.h"
#include "pipeline/core/volume.h"

namespace pulmo {

inline constexpr double kDoubtReachMm = 5;

/// How unsure a network was around each point of a surface: the mean of its entropy over the voxels whose centres lie
/// within a ball of kDoubtReachMm, 0 sure .. 1 = all classes alike. The entropy at the very border says nothing, since
/// every border has a thin rim where two classes are alike; the mean tells a thin rim from a thick one.
///
/// A ball without any voxel of the map, outside the scan, has 0. Where voxels are larger than the ball, or the spacing
/// is not known, it holds the nearest voxel alone.
///
/// @param uncertainty  0 sure .. 255 = all classes alike; any grid in the surface's patient space
/// @return a value a point; nullopt if stopped
/// @thread any; uses `threads` threads (0 = all)
/// @cost about 100 voxels a point of a scan of 0.8 x 0.8 x 2 mm
[[nodiscard]] std::optional<std::vector<float>> surfaceDoubt(const TriangleMesh& surface,
                                                             const LabelVolume& uncertainty, int threads = 0,
                                                             const StopToken& stop = {});

}  // namespace pulmo
