// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipeline/classical/work_grid.h"

namespace pulmo {

/// Air inside the body, and the threshold that separates it from tissue.
struct BodyAir {
  Mask air;              ///< 1 = air (lung, airway, bowel gas) within the body
  Mask body;             ///< 1 = body, the air within it included
  double thresholdHu = -500;
  Point3 bodyCentre{0, 0, 0};  ///< work voxels
};

/// Air that a slice's border reaches is outside. So is very dark air (mean below -940 HU) that encloses a large piece of
/// tissue within the slice: a reconstruction pasted into a grey frame keeps the border from reaching it.
///
/// The threshold is the midpoint between the means of air and of tissue in the body, iterated until it stays (isodata),
/// kept within -650 to -300 HU.
/// @source Hu, Hoffman, Reinhardt 2001, doi:10.1109/42.929615, section II-A
[[nodiscard]] BodyAir findBodyAir(const WorkVolume& volume);

}  // namespace pulmo
