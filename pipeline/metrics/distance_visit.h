// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// A block of voxels with up to eight yes/no marks each, one a bit.
struct MarkedBox {
  Index3 size{0, 0, 0};             ///< voxels along x, y, z
  Point3 spacingMm{1, 1, 1};        ///< > 0
  std::vector<std::uint8_t> marks;  ///< x fastest
};

/// The border of every mark apart: voxels that have it and whose six neighbours do not all have it.
///
/// Beyond the box nothing is marked, so a structure cut by the edge of the picture has a border there. Along an axis
/// that is `flat` (the picture is one voxel thin) neighbours do not count: a single slice has an outline, not a face.
///
/// @return marks of equal layout; unfinished if stopped: the caller checks its token
[[nodiscard]] std::vector<std::uint8_t> bordersOf(const MarkedBox& box, const std::array<bool, 3>& flat, int threads,
                                                  const StopToken& stop);

/// Told once for each target voxel: where it is in the box, its marks, and how far it is from the nearest source.
/// Called on several threads at once for different y; for one y in a fixed order and never at once.
using DistanceVisitor = std::function<void(const Index3& voxel, std::uint8_t marks, double distanceMm)>;

/// Walks through the voxels that have any bit of `target`, with the distance in mm from each one's centre to the
/// centre of the nearest voxel that has any bit of `source`. Exact to single precision; infinite if there is no source.
///
/// @return Stopped if the stop request left some untold
/// @thread any; uses `threads` threads (0 = all), the result does not depend on how many
/// @cost O(voxels) time, 4 bytes a voxel beside the marks
/// @source Felzenszwalb & Huttenlocher 2012, "Distance Transforms of Sampled Functions", Theory of Computing 8:415,
///         with the spacing of each axis; the first axis by counting steps, the last evaluated at targets only
Outcome visitDistances(const MarkedBox& box, std::uint8_t source, std::uint8_t target, int threads,
                       const StopToken& stop, const DistanceVisitor& visit);

}  // namespace pulmo
