// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// Squared distance in mm from each voxel's centre to that of the nearest voxel where `mask` is not zero (0 inside),
/// exact up to limitMm and limitMm squared or more beyond. What lies outside the volume counts as empty, so a
/// structure cut by the edge of the picture is not eroded from there.
///
/// @param mask  size voxels, x fastest
/// @return one value a voxel; unfinished if stopped: the caller checks its token
/// @thread any; uses `threads` threads (0 = all)
/// @cost O(voxels * limitMm / spacing), 8 bytes a voxel
[[nodiscard]] std::vector<float> squaredDistances(const std::uint8_t* mask, const Index3& size, const Point3& spacingMm,
                                                  double limitMm, int threads = 0, const StopToken& stop = {});

}  // namespace pulmo
