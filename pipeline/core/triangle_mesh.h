// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace pulmo {

/// A closed surface in patient space. Normals point outwards: triangles are counter-clockwise seen from outside.
struct TriangleMesh {
  std::uint8_t label = 0;                               ///< id of label_set.h
  std::vector<std::array<float, 3>> pointsMm;           ///< LPS
  std::vector<std::array<std::uint32_t, 3>> triangles;  ///< indices into pointsMm
};

}  // namespace pulmo
