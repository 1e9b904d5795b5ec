// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/classical/coarse_scan.h"

namespace pulmo {

struct BodyMask {
  std::vector<std::uint8_t> inside;  ///< a value a block of the coarse scan: 1 = tissue of the body or air within it
  double midlineX = 0;               ///< of the body, in scan voxels, from its outline and its spine
  double widthMm = 0;                ///< median over the slices
  double volumeMl = 0;
  bool cutAtSides = false;    ///< tissue reaches the edge of the field of view in a third of the slices or more
  bool bonesInFront = false;  ///< the spine seems to lie in the front half: the picture may be turned
};

/// The patient without table, clothes and the air around: the largest connected tissue, and the air that it encloses
/// slice by slice, so that lungs and trachea are inside.
///
/// Air that reaches the edge of the field of view is inside if the body is met from it in three of the four directions
/// of the slice: so a lung cut by the field of view stays inside. A pocket closed in one slice but open in the next
/// (between arm and chest) is outside.
///
/// @throws Error{InvalidInput} if there is no tissue
/// @thread any; uses all processors
[[nodiscard]] BodyMask findBody(const CoarseScan& scan, const StopToken& stop);

}  // namespace pulmo
