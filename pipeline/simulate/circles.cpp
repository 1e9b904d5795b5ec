// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/circles.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/random.h"
#include "pipeline/simulate/random_streams.h"

namespace pulmo {

namespace {

constexpr double kSoftTissueHu = 40;

bool holds(const LungShape::Box& b, int x, int y) {
  return x >= b.x0 && x <= b.x1 && y >= b.y0 && y <= b.y1;
}

}  // namespace

std::vector<Disc> drawCircles(const LungShape& shape, const PathologySpec& spec, std::uint64_t seed, int z) {
  const auto& boxes = shape.boxes[static_cast<std::size_t>(z)];
  if (boxes[0].x1 < boxes[0].x0 || boxes[1].x1 < boxes[1].x0) return {};
  Random random(seed, kCircleStreams + static_cast<std::uint64_t>(z));
  std::vector<Disc> discs(static_cast<std::size_t>(random.integer(spec.circlesMin, spec.circlesMax)));
  for (Disc& d : discs) {
    d.box = random.integer(0, 1);
    const LungShape::Box& b = boxes[static_cast<std::size_t>(d.box)];
    d.x = random.uniform(b.x0, b.x1);
    d.y = random.uniform(b.y0, b.y1);
    d.radius = random.uniform(spec.radiusShareMin, spec.radiusShareMax) * std::min(b.x1 - b.x0 + 1, b.y1 - b.y0 + 1);
    d.opacity = random.uniform(spec.opacityMin, spec.opacityMax);
  }
  return discs;
}

std::size_t paintCircles(const LungShape& shape, const PathologySpec& spec, std::uint64_t seed, int z, std::int16_t* ct,
                         const std::uint8_t* lungs, std::uint8_t* lesions) {
  const std::vector<Disc> discs = drawCircles(shape, spec, seed, z);
  const auto& boxes = shape.boxes[static_cast<std::size_t>(z)];
  const int nx = shape.grid.size[0], ny = shape.grid.size[1];
  std::vector<std::int16_t> before(static_cast<std::size_t>(nx));
  std::size_t changed = 0;
  for (int y = 0; y < ny; ++y) {
    const std::size_t row = static_cast<std::size_t>(y) * static_cast<std::size_t>(nx);
    int low = nx, high = -1;
    for (const Disc& d : discs) {
      const double square = d.radius * d.radius - (y - d.y) * (y - d.y);
      if (square < 0) continue;
      const int x0 = std::max(0, static_cast<int>(std::ceil(d.x - std::sqrt(square))));
      const int x1 = std::min(nx - 1, static_cast<int>(std::floor(d.x + std::sqrt(square))));
      if (high < low) std::copy_n(ct + row, nx, before.data());
      for (int x = x0; x <= x1; ++x) {
        std::int16_t& voxel = ct[row + static_cast<std::size_t>(x)];
        if (!spec.spill &&
            (lungs[row + static_cast<std::size_t>(x)] == 0 || (!holds(boxes[0], x, y) && !holds(boxes[1], x, y))))
          continue;
        voxel = static_cast<std::int16_t>(std::floor(voxel + d.opacity * (kSoftTissueHu - voxel) + 0.5));
        low = std::min(low, x), high = std::max(high, x);
      }
    }
    for (int x = low; x <= high; ++x) {
      const std::size_t i = row + static_cast<std::size_t>(x);
      if (ct[i] == before[static_cast<std::size_t>(x)]) continue;
      ++changed;
      if (lesions != nullptr) lesions[i] = static_cast<std::uint8_t>(LesionKind::Circle);
    }
  }
  return changed;
}

}  // namespace pulmo
