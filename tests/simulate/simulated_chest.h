// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "pipeline/simulate/phantom.h"
#include "pipeline/simulate/simulator.h"

namespace pulmo::test {

/// A phantom of 2.8 x 2.8 x 4 mm voxels.
inline PhantomCase smallChest(double noiseHu = 0, std::uint64_t seed = 1) {
  PhantomSpec spec;
  spec.seed = seed;
  spec.size = {128, 128, 75};
  spec.spacingMm = {2.8, 2.8, 4.0};
  spec.noiseHu = noiseHu;
  return std::move(*makePhantom(spec));
}

/// One kind alone.
inline PathologySpec only(LesionKind kind) {
  PathologySpec spec;
  spec.weight.fill(0);
  spec.weight[static_cast<std::size_t>(kind) - 1] = 1;
  return spec;
}

inline std::size_t countOf(const LabelVolume& labels) {
  return static_cast<std::size_t>(
      std::count_if(labels.voxels().begin(), labels.voxels().end(), [](std::uint8_t v) { return v != 0; }));
}

/// The value below which a share of them lies.
inline int quantile(std::vector<int> values, double share) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// Regions of equal label in a slice, joined over sides and corners, by flooding: their boxes, larger area first.
inline std::vector<LungShape::Box> floodedBoxes(const std::uint8_t* slice, int nx, int ny) {
  std::vector<bool> seen(static_cast<std::size_t>(nx * ny), false);
  std::vector<std::pair<int, LungShape::Box>> found;
  for (int y = 0; y < ny; ++y)
    for (int x = 0; x < nx; ++x) {
      const std::uint8_t label = slice[y * nx + x];
      if (label == 0 || seen[static_cast<std::size_t>(y * nx + x)]) continue;
      std::vector<std::array<int, 2>> todo{{x, y}};
      seen[static_cast<std::size_t>(y * nx + x)] = true;
      LungShape::Box box{x, y, x, y};
      int area = 0;
      while (!todo.empty()) {
        const auto [u, v] = todo.back();
        todo.pop_back();
        ++area;
        box = {std::min(box.x0, u), std::min(box.y0, v), std::max(box.x1, u), std::max(box.y1, v)};
        for (int b = v - 1; b <= v + 1; ++b)
          for (int a = u - 1; a <= u + 1; ++a) {
            if (a < 0 || b < 0 || a >= nx || b >= ny) continue;
            const auto i = static_cast<std::size_t>(b * nx + a);
            if (seen[i] || slice[i] != label) continue;
            seen[i] = true;
            todo.push_back({a, b});
          }
      }
      found.emplace_back(area, box);
    }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<LungShape::Box> boxes;
  for (const auto& f : found) boxes.push_back(f.second);
  return boxes;
}

}  // namespace pulmo::test
