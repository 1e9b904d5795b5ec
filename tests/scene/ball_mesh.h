// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>

#include "pipeline/core/triangle_mesh.h"
#include "pipeline/core/volume.h"

/// A ball of closed triangles that face outwards, from arithmetic alone.
inline pulmo::TriangleMesh ballMesh(std::uint8_t label, const pulmo::Point3& centre, double radius) {
  constexpr std::uint32_t kAround = 96, kRows = 48;
  pulmo::TriangleMesh mesh;
  mesh.label = label;
  const auto add = [&](double polar, double around) {
    mesh.pointsMm.push_back({static_cast<float>(centre[0] + radius * std::sin(polar) * std::cos(around)),
                             static_cast<float>(centre[1] + radius * std::sin(polar) * std::sin(around)),
                             static_cast<float>(centre[2] + radius * std::cos(polar))});
  };
  for (std::uint32_t row = 1; row < kRows; ++row)
    for (std::uint32_t i = 0; i < kAround; ++i) add(std::numbers::pi * row / kRows, 2 * std::numbers::pi * i / kAround);
  const auto top = static_cast<std::uint32_t>(mesh.pointsMm.size()), bottom = top + 1;
  add(0, 0);
  add(std::numbers::pi, 0);
  const auto at = [](std::uint32_t row, std::uint32_t i) { return (row - 1) * kAround + i % kAround; };
  for (std::uint32_t i = 0; i < kAround; ++i) {
    mesh.triangles.push_back({top, at(1, i), at(1, i + 1)});
    mesh.triangles.push_back({bottom, at(kRows - 1, i + 1), at(kRows - 1, i)});
    for (std::uint32_t row = 1; row + 1 < kRows; ++row) {
      mesh.triangles.push_back({at(row, i), at(row + 1, i), at(row + 1, i + 1)});
      mesh.triangles.push_back({at(row, i), at(row + 1, i + 1), at(row, i + 1)});
    }
  }
  return mesh;
}
