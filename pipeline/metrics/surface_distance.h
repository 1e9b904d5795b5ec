// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"
#include "pipeline/core/voxel_box.h"
#include "pipeline/metrics/overlap.h"

namespace pulmo {

struct SurfaceDistance {
  double hd95Mm = 0;  ///< the larger of the two directed 95th percentiles
  double assdMm = 0;  ///< mean over the surface voxels of both sides together
};

/// How far two surfaces of one region are apart.
///
/// A surface voxel is a mask voxel with one of its 6 neighbours outside the mask or outside the picture (an axis of
/// one voxel has no neighbours). Distances run between voxel centres, with each axis' own spacing. The percentile is
/// taken in each direction apart, interpolated linearly between ranks, and the larger of the two is the figure: pooling
/// both directions would let the larger surface outvote the other. Symmetric: swapping the masks changes nothing.
///
/// @param box  where either mask has the region; the work is done inside it alone
/// @param tick called on the calling thread with the share done, 0 to 1
/// @pre both masks have the region somewhere, the grids are the same
/// @return nullopt if stopped
/// @thread any; uses `threads` threads (0 = all), the figures do not depend on how many
/// @cost O(voxels of the box) time, 6 bytes a voxel of the box
/// @source Taha & Hanbury 2015, doi:10.1186/s12880-015-0068-x: the quantile of the Hausdorff distance after
///         Huttenlocher, and the average distance; their AVD averages the two directed means, the ASSD pools both
///         directions' voxels
[[nodiscard]] std::optional<SurfaceDistance> surfaceDistance(const LabelVolume& reference, const LabelVolume& mask,
                                                             Region region, const VoxelBox& box, int threads,
                                                             const StopToken& stop,
                                                             const std::function<void(double)>& tick = {});

}  // namespace pulmo
