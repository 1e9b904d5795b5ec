// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/classical/airway_tree.h"
#include "pipeline/classical/body_mask.h"
#include "pipeline/classical/coarse_scan.h"

namespace pulmo {

struct LungRegions {
  std::vector<std::uint8_t>
      labels;                 ///< a value a block: kBackground, kRightLung, kLeftLung, kVoxelOther (air, not lung)
  bool touching = false;      ///< right and left were one piece and have been separated
  bool cutAtMidline = false;  ///< and no bridge between them was found: cut along the body's midline
  bool single = false;        ///< one lung only
};

/// Which air is lung, and of which side.
///
/// The air is eroded, so that thin bridges (anterior and posterior junction, lung to bowel) break; the cores that
/// remain are judged by volume, darkness (bowel gas is as dark as the air in the trachea, lung is not) and distance
/// from the lungs; the chosen cores then grow back over the air, deepest voxels first, and meet at the narrowest place.
///
/// Sides come from the canonical grid: low x is the patient's right. Of two lungs the one with the lower centre is
/// right; one lung alone takes its side from the body's midline (outline and spine).
///
/// @param air  1 = air in the body without the airway, a value a block
/// @throws Error{InvalidInput} "No lungs were found ..."
/// @source markers and flooding: Beucher & Meyer 1993, watershed; separation at the junctions after erosion: Hu et al.
///         2001, doi:10.1109/42.929615. Deviation: flooding by distance in place of dynamic programming, in 3-D.
/// @thread any; uses all processors
[[nodiscard]] LungRegions findLungRegions(const CoarseScan& scan, const BodyMask& body,
                                          const std::optional<Airway>& airway, const std::vector<std::uint8_t>& air,
                                          const StopToken& stop);

}  // namespace pulmo
