// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipeline/classical/work_grid.h"

namespace pulmo {

/// From labels on the work grid to the scan's own: the inside is taken over, the border (one work voxel to either side)
/// is found again by the threshold at full resolution and smoothed by a majority vote in the plane.
/// @param closed   lungs with vessels filled in, 0/1/2
/// @param blocked  1 = never lung: trachea and main bronchi with their walls
/// @return labels on the scan's grid
[[nodiscard]] LabelVolume refineBorder(const Mask& closed, const Mask& blocked, const WorkGrid& grid, const CtVolume& ct, double thresholdHu);

}  // namespace pulmo
