// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/error_colours.h"

#include <algorithm>
#include <cmath>

namespace pulmo {

Pixel errorColour(double mm, double limitMm) {
  const double share = std::clamp(mm / limitMm, -1.0, 1.0);
  return blended(kAgreedColour, share < 0 ? kMissedColour : kAddedColour,
                 static_cast<unsigned>(std::lround(256 * std::abs(share))));
}

ColourScale errorScale(double limitMm) {
  return {-limitMm, limitMm, [limitMm](double mm) { return errorColour(mm, limitMm); }, "missed", "mm", "added"};
}

}  // namespace pulmo
