// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "pipeline/core/label_set.h"
#include "pipeline/core/random.h"
#include "pipeline/core/volume.h"

namespace pulmo::test {

/// The back of a lung's base, consolidated: what lies within a ball at the back wall above the lowest point, as dense
/// as the wall and the diaphragm that it touches.
/// @return the lung's voxels that were painted
inline std::vector<std::size_t> consolidateBase(CtVolume& ct, const LabelVolume& lungs, std::uint8_t side,
                                                std::uint64_t seed, double radiusMm = 36, double noiseHu = 18) {
  const Grid& grid = ct.grid();
  int lowest = grid.size[2], back = 0;
  double sumX = 0, voxels = 0;
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        if (lungs[{x, y, z}] == side) {
          lowest = std::min(lowest, z);
          back = std::max(back, y);
          sumX += x;
          voxels += 1;
        }
  Random random(seed, 99);
  std::vector<std::size_t> painted;
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x) {
        const Point3 away{(x - sumX / voxels) * grid.spacingMm[0], (back - y) * grid.spacingMm[1] - 10,
                          (z - lowest) * grid.spacingMm[2] - 55};
        if (std::hypot(away[0], away[1], away[2]) > radiusMm) continue;
        const std::size_t i = ct.offset({x, y, z});
        bool rim = false;
        if (lungs.voxels()[i] != side) {
          // Half lung, half wall: a dark line there would show where the lung ends.
          for (const int dx : {-1, 0, 1})
            for (const int dy : {-1, 0, 1})
              for (const int dz : {-1, 0, 1}) {
                const Index3 p{x + dx, y + dy, z + dz};
                rim |= grid.contains(p) && lungs[p] == side;
              }
          if (!rim || lungs.voxels()[i] != kBackground || ct.voxels()[i] > -150) continue;
        }
        ct.voxels()[i] = static_cast<std::int16_t>(std::lround(35 + noiseHu * random.normal()));
        if (!rim) painted.push_back(i);
      }
  return painted;
}

}  // namespace pulmo::test
