// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/classical/body_mask.h"
#include "pipeline/classical/coarse_scan.h"

namespace pulmo {

struct Airway {
  double meanHu = -1000;  ///< of the trachea's lumen
  double x = 0;           ///< of the trachea, in scan voxels, mean
  int topZ = 0;           ///< highest slice in which the trachea was recognised
  int bottomZ = 0;        ///< lowest: near the carina
};

/// Finds trachea and main bronchi and marks them kVoxelAirway in `state`, wall included.
///
/// @param lungBelowHu  the threshold between air and tissue: the wall is taken up to it
/// @return nullopt if no trachea is recognised (not in the field of view, or one slice without it), or stopped
/// @thread any; uses all processors
[[nodiscard]] std::optional<Airway> findAirwayTree(const CtVolume& ct, const CoarseScan& coarse, const BodyMask& body,
                                                   double lungBelowHu, std::vector<std::uint8_t>& state,
                                                   const StopToken& stop);

}  // namespace pulmo
