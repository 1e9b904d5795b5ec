// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/classical/body_mask.h"
#include "pipeline/classical/coarse_scan.h"
#include "pipeline/core/progress.h"

namespace pulmo {

/// Brings the regions found on blocks to the scan's own voxels: air below the threshold takes the label of its block;
/// at the border of the regions, and within 10 mm of where right and left touch, labels grow over the air, darkest
/// voxel first, so that they meet on the bright line of the pleura.
///
/// @param regions  kBackground, kRightLung, kLeftLung or kVoxelOther, a value a block
/// @param state    in: kVoxelPadding and kVoxelAirway where known, else kBackground; out: lungs and kVoxelOther added
/// @thread any; uses all processors
void drawLungBorder(const CtVolume& ct, const CoarseScan& coarse, const BodyMask& body,
                    const std::vector<std::uint8_t>& regions, double lungBelowHu, std::vector<std::uint8_t>& state,
                    const StopToken& stop);

}  // namespace pulmo
