// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "pipeline/core/view_types.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// Which lung a person means who starts to paint at a place of a slice: the label there, else that of the nearest
/// labelled voxel of the slice (in mm, between centres; the first in memory order where two are equally near). In a
/// slice without any, the lung on whose side of the grid's middle the place lies.
///
/// @param at  continuous voxel index, in or out of the grid
/// @return never 0
/// @pre the mask holds voxels
/// @thread any; pure
/// @cost one slice at most
[[nodiscard]] std::uint8_t nearestLabel(const LabelVolume& mask, Orientation plane, const Point3& at);

}  // namespace pulmo
