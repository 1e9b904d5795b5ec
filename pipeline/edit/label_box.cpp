// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/label_box.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/core/parallel.h"

namespace pulmo {

VoxelBox labelBox(const LabelVolume& mask, std::optional<std::uint8_t> label) {
  const Index3 n = mask.grid().size;
  std::vector<VoxelBox> ofSlice(static_cast<std::size_t>(n[2]));
  const auto inside = [&](std::uint8_t v) { return label ? v == *label : v != 0; };
  parallelFor(ofSlice.size(), 0, {}, [&](std::size_t s) {
    const int z = static_cast<int>(s);
    for (int y = 0; y < n[1]; ++y) {
      const std::uint8_t* row = mask.voxels().data() + mask.offset({0, y, z});
      const std::uint8_t* end = row + n[0];
      const std::uint8_t* first = std::find_if(row, end, inside);
      if (first == end) continue;
      const std::uint8_t* last = end - 1;
      while (!inside(*last)) --last;
      ofSlice[s].include({{static_cast<int>(first - row), y, z}, {static_cast<int>(last - row), y, z}});
    }
  });
  VoxelBox box;
  for (const VoxelBox& b : ofSlice) box.include(b);
  return box;
}

VoxelBox widened(VoxelBox box, const Grid& grid, double mm) {
  if (box.empty()) return box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double steps = std::min(std::ceil(mm / grid.spacingMm[axis]) + 1, static_cast<double>(grid.size[axis]));
    box.low[axis] = std::max(0, box.low[axis] - static_cast<int>(steps));
    box.high[axis] = std::min(grid.size[axis] - 1, box.high[axis] + static_cast<int>(steps));
  }
  return box;
}

std::vector<std::uint8_t> labelsOf(const LabelVolume& mask, std::optional<std::uint8_t> wanted) {
  std::array<bool, 256> there{};
  for (const std::uint8_t v : mask.voxels()) there[v] = true;
  std::vector<std::uint8_t> labels;
  for (std::size_t l = 1; l <= kHighestEditedLabel; ++l)
    if (there[l] && (!wanted || *wanted == l)) labels.push_back(static_cast<std::uint8_t>(l));
  return labels;
}

}  // namespace pulmo
