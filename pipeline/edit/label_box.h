// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/edit/mask_difference.h"

namespace pulmo {

/// The tight box around a label, or around all (absent); empty if there is none. @cost one pass on all processors
[[nodiscard]] VoxelBox labelBox(const LabelVolume& mask, std::optional<std::uint8_t> label);

/// A box with `mm` and one voxel more on each side, within the grid.
[[nodiscard]] VoxelBox widened(VoxelBox box, const Grid& grid, double mm);

/// The labels above 0 that a mask holds, ascending; with `wanted`, that one alone if it is there.
[[nodiscard]] std::vector<std::uint8_t> labelsOf(const LabelVolume& mask, std::optional<std::uint8_t> wanted);

[[nodiscard]] inline std::size_t voxelsIn(const VoxelBox& box) {
  const Index3 n = box.size();
  return static_cast<std::size_t>(n[0]) * static_cast<std::size_t>(n[1]) * static_cast<std::size_t>(n[2]);
}

/// Calls visit(offset in the mask, offset in the box) for each voxel of a box, in memory order.
template <class Visit>
void forEachVoxel(const LabelVolume& mask, const VoxelBox& box, const Visit& visit) {
  std::size_t inBox = 0;
  for (int z = box.low[2]; z <= box.high[2]; ++z)
    for (int y = box.low[1]; y <= box.high[1]; ++y) {
      const std::size_t first = mask.offset({box.low[0], y, z});
      const std::size_t end = first + static_cast<std::size_t>(box.high[0] - box.low[0] + 1);
      for (std::size_t i = first; i < end; ++i, ++inBox) visit(i, inBox);
    }
}

}  // namespace pulmo
