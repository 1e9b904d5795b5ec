// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "pipeline/core/label_set.h"
#include "pipeline/core/triangle_mesh.h"
#include "pipeline/core/volume.h"

/// The small scan that scenes and panes are tested with.
namespace pulmo::test {

/// A grid at the origin, its axes along the patient's.
inline Grid gridOf(const Index3& size, const Point3& spacingMm = {1, 1, 1}) {
  Grid grid;
  grid.size = size;
  grid.spacingMm = spacingMm;
  return grid;
}

inline Grid smallGrid() {
  return gridOf({40, 40, 20});
}

/// The same everywhere.
inline std::shared_ptr<const CtVolume> smallCt(int hu) {
  return std::make_shared<const CtVolume>(smallGrid(), static_cast<std::int16_t>(hu));
}

/// One lung: x from 5 to 17, y from 10 to 29, all slices.
inline std::shared_ptr<const LabelVolume> smallLung(std::uint8_t label) {
  auto labels = std::make_shared<LabelVolume>(smallGrid());
  for (int z = 0; z < 20; ++z)
    for (int y = 10; y < 30; ++y)
      for (int x = 5; x < 18; ++x) (*labels)[{x, y, z}] = label;
  return labels;
}

/// Two tetrahedra, the right lung at the patient's right (small x).
inline std::shared_ptr<const std::vector<TriangleMesh>> twoTetrahedra() {
  auto meshes = std::make_shared<std::vector<TriangleMesh>>();
  for (const auto& [label, x] : {std::pair<std::uint8_t, float>{kRightLung, 0.F}, {kLeftLung, 22.F}})
    meshes->push_back({label,
                       {{x, 0, 0}, {x + 18, 0, 0}, {x + 9, 18, 0}, {x + 9, 9, 18}},
                       {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {2, 0, 3}}});
  return meshes;
}

}  // namespace pulmo::test
