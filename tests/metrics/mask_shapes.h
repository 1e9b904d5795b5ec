// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "pipeline/core/volume.h"

namespace pulmo::test {

inline Grid gridOf(const Index3& size, const Point3& spacingMm = {1, 1, 1}) {
  Grid g;
  g.size = size;
  g.spacingMm = spacingMm;
  return g;
}

/// Writes a value into a block, both corners included.
inline void fillBlock(LabelVolume& mask, const Index3& low, const Index3& high, std::uint8_t value = 1) {
  for (int z = low[2]; z <= high[2]; ++z)
    for (int y = low[1]; y <= high[1]; ++y)
      for (int x = low[0]; x <= high[0]; ++x) mask[{x, y, z}] = value;
}

/// Writes a value into a ball given in mm from the first voxel's centre.
inline void fillBall(LabelVolume& mask, const Point3& centreMm, double radiusMm, std::uint8_t value = 1) {
  const Grid& g = mask.grid();
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x) {
        const double dx = x * g.spacingMm[0] - centreMm[0], dy = y * g.spacingMm[1] - centreMm[1];
        const double dz = z * g.spacingMm[2] - centreMm[2];
        if (dx * dx + dy * dy + dz * dz <= radiusMm * radiusMm) mask[{x, y, z}] = value;
      }
}

/// The definition, word by word: voxels of the region with a neighbour outside it or outside the picture.
inline std::vector<Index3> surfaceByDefinition(const LabelVolume& mask, const std::function<bool(std::uint8_t)>& in) {
  const Grid& g = mask.grid();
  std::vector<Index3> surface;
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x) {
        const Index3 here{x, y, z};
        if (!in(mask[here])) continue;
        bool outside = false;
        for (std::size_t axis = 0; axis < 3; ++axis)
          for (const int step : {-1, 1}) {
            if (g.size[axis] == 1) continue;
            Index3 next = here;
            next[axis] += step;
            outside = outside || !g.contains(next) || !in(mask[next]);
          }
        if (outside) surface.push_back(here);
      }
  return surface;
}

/// Distance of each `from` to the nearest `to`, all pairs.
inline std::vector<double> distancesByDefinition(const std::vector<Index3>& from, const std::vector<Index3>& to,
                                                 const Point3& spacingMm) {
  std::vector<double> result;
  for (const Index3& a : from) {
    double best = std::numeric_limits<double>::infinity();
    for (const Index3& b : to) {
      double square = 0;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const double mm = (a[axis] - b[axis]) * spacingMm[axis];
        square += mm * mm;
      }
      best = std::min(best, square);
    }
    result.push_back(std::sqrt(best));
  }
  return result;
}

}  // namespace pulmo::test
