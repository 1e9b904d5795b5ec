// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>

#include "pipeline/core/volume.h"

namespace pulmo {

/// A block of voxels of a grid; both corners belong to it. Empty until something is put in.
struct VoxelBox {
  Index3 low{0, 0, 0};
  Index3 high{-1, -1, -1};

  [[nodiscard]] bool empty() const { return high[0] < low[0]; }
  [[nodiscard]] Index3 size() const { return {high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1}; }

  void include(const VoxelBox& other) {
    if (other.empty()) return;
    if (empty()) {
      *this = other;
      return;
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], other.low[axis]);
      high[axis] = std::max(high[axis], other.high[axis]);
    }
  }
};

}  // namespace pulmo
