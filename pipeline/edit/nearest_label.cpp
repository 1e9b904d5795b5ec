// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/nearest_label.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/core/label_set.h"
#include "pipeline/edit/brush.h"

namespace pulmo {

std::uint8_t nearestLabel(const LabelVolume& mask, Orientation plane, const Point3& at) {
  const Grid& grid = mask.grid();
  Index3 low{0, 0, 0}, high{grid.size[0] - 1, grid.size[1] - 1, grid.size[2] - 1};
  const std::size_t normal = normalAxis(plane);
  low[normal] = high[normal] = std::clamp(static_cast<int>(std::lround(at[normal])), 0, grid.size[normal] - 1);
  const auto squareMm = [&](int voxel, std::size_t axis) {
    const double mm = (voxel - at[axis]) * grid.spacingMm[axis];
    return axis == normal ? 0 : mm * mm;
  };
  double best = std::numeric_limits<double>::max();
  std::uint8_t label = 0;
  for (int z = low[2]; z <= high[2]; ++z)
    for (int y = low[1]; y <= high[1]; ++y) {
      const double row = squareMm(y, 1) + squareMm(z, 2);
      if (row >= best) continue;
      for (int x = low[0]; x <= high[0]; ++x) {
        const std::uint8_t here = mask[{x, y, z}];
        if (here == 0) continue;
        const double square = row + squareMm(x, 0);
        if (square >= best) continue;
        best = square;
        label = here;
      }
    }
  if (label != 0) return label;
  return at[0] < (grid.size[0] - 1) / 2.0 ? kRightLung : kLeftLung;
}

}  // namespace pulmo
