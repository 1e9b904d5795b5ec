// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// Which of the voxels behind bridges are taken.
struct PartLimits {
  int votes = 2;          ///< planes that must agree on a voxel, of three
  double longestMm = 37;  ///< of a part along any axis: longer ones are vessels of the hilum, the aorta, a crease
  double openMm = 3;      ///< longer parts are first cut where they are thinner than twice this
  double growMm = 1.5;    ///< what one plane alone bridged is taken this far around a part that is
};

/// Makes of the planes' votes what is to be added.
///
/// @param votes  in: planes that bridged a voxel, 0 to 3; out: 1 = taken, else 0
/// @thread any; unfinished if stopped: the caller checks its token
/// @cost one pass, and little beside it: parts are worked on in their boxes
void takeParts(const Index3& size, const Point3& spacingMm, const PartLimits& limits, std::vector<std::uint8_t>& votes,
               const StopToken& stop);

}  // namespace pulmo
