// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "pipeline/core/volume.h"

namespace pulmo::test {

/// Every voxel different from its neighbours, anisotropic, shifted: a swap or flip of any axis shows.
inline CtVolume ramp(Index3 size = {7, 6, 9}, int first = -900) {
  Grid g;
  g.size = size;
  g.spacingMm = {0.7, 0.9, 2.5};
  g.originMm = {-11, 23, -405.5};
  CtVolume ct(g);
  for (int z = 0; z < size[2]; ++z)
    for (int y = 0; y < size[1]; ++y)
      for (int x = 0; x < size[0]; ++x) ct[{x, y, z}] = static_cast<std::int16_t>(first + 100 * z + 10 * y + x);
  return ct;
}

/// Whether one of the sentences holds the words.
inline bool says(const std::vector<std::string>& sentences, const std::string& words) {
  for (const std::string& s : sentences)
    if (s.find(words) != std::string::npos) return true;
  return false;
}

}  // namespace pulmo::test
