// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/voxel_pyramid.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "pipeline/core/parallel.h"

namespace pulmo {

VoxelPyramid::VoxelPyramid(MarkedBox box, int threads, const StopToken& stop) : spacingMm_(box.spacingMm) {
  levels_.push_back({box.size, std::move(box.marks)});
  while (levels_.back().marks.size() > 1) addLevel(threads, stop);
}

void VoxelPyramid::addLevel(int threads, const StopToken& stop) {
  Level above;
  const Level& below = levels_.back();
  for (std::size_t k = 0; k < 3; ++k) above.size[k] = (below.size[k] + 1) / 2;
  const auto nx = static_cast<std::size_t>(above.size[0]), ny = static_cast<std::size_t>(above.size[1]);
  above.marks.assign(nx * ny * static_cast<std::size_t>(above.size[2]), 0);
  const auto bx = static_cast<std::size_t>(below.size[0]), by = static_cast<std::size_t>(below.size[1]);
  parallelFor(static_cast<std::size_t>(above.size[2]), threads, stop, [&](std::size_t z) {
    const std::size_t end = std::min(2 * z + 2, static_cast<std::size_t>(below.size[2]));
    for (std::size_t from = 2 * z; from < end; ++from)
      for (std::size_t y = 0; y < by; ++y) {
        const std::uint8_t* row = below.marks.data() + bx * (y + by * from);
        std::uint8_t* out = above.marks.data() + nx * (y / 2 + ny * z);
        for (std::size_t x = 0; x < bx; ++x) out[x / 2] = static_cast<std::uint8_t>(out[x / 2] | row[x]);
      }
  });
  levels_.push_back(std::move(above));
}

std::uint8_t VoxelPyramid::marksAt(const Point3& pointMm) const {
  Index3 voxel;
  for (std::size_t k = 0; k < 3; ++k) {
    const double i = std::floor(pointMm[k] / spacingMm_[k] + 0.5);
    if (!(i >= 0 && i < levels_.front().size[k])) return 0;
    voxel[k] = static_cast<int>(i);
  }
  return levels_.front().at(voxel);
}

double VoxelPyramid::squaredMm(std::size_t level, const Index3& block, const Point3& pointMm) const {
  double sum = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const int low = block[k] << level, high = std::min((block[k] + 1) << level, levels_.front().size[k]);
    const double away =
        std::max({(low - 0.5) * spacingMm_[k] - pointMm[k], pointMm[k] - (high - 0.5) * spacingMm_[k], 0.0});
    sum += away * away;
  }
  return sum;
}

void VoxelPyramid::search(std::size_t level, const Index3& block, const Point3& pointMm, std::uint8_t wanted,
                          double& best) const {
  const Level& below = levels_[level - 1];
  std::array<std::pair<double, Index3>, 8> open;
  std::size_t count = 0;
  for (int child = 0; child < 8; ++child) {
    const Index3 at{2 * block[0] + (child & 1), 2 * block[1] + (child >> 1 & 1), 2 * block[2] + (child >> 2)};
    if (at[0] >= below.size[0] || at[1] >= below.size[1] || at[2] >= below.size[2]) continue;
    if ((below.at(at) & wanted) == 0) continue;
    const double square = squaredMm(level - 1, at, pointMm);
    if (square >= best) continue;
    std::size_t place = count++;  // nearest first
    for (; place > 0 && open[place - 1].first > square; --place) open[place] = open[place - 1];
    open[place] = {square, at};
  }
  for (std::size_t i = 0; i < count && open[i].first < best; ++i) {
    if (level == 1)
      best = open[i].first;
    else
      search(level - 1, open[i].second, pointMm, wanted, best);
  }
}

double VoxelPyramid::distanceMm(const Point3& pointMm, std::uint8_t wanted) const {
  double best = std::numeric_limits<double>::infinity();
  const std::size_t top = levels_.size() - 1;
  if ((levels_[top].marks.front() & wanted) == 0) return best;
  if (top == 0) return std::sqrt(squaredMm(0, {0, 0, 0}, pointMm));
  search(top, {0, 0, 0}, pointMm, wanted, best);
  return std::sqrt(best);
}

}  // namespace pulmo
