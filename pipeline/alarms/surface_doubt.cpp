// SPDX-License-Identifier: Apache-2.0
#include "pipeline/alarms/surface_doubt.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "pipeline/core/parallel.h"

namespace pulmo {

namespace {

constexpr std::size_t kChunk = 256;  // points between two looks at the stop token

/// Mean of the map within the ball around a continuous voxel index, 0 .. 1.
float meanAround(const LabelVolume& map, const Point3& at, double reachMm) {
  const Grid& grid = map.grid();
  Index3 low{}, high{};
  for (std::size_t k = 0; k < 3; ++k) {
    const double reach = reachMm / grid.spacingMm[k];
    low[k] = std::max(0, static_cast<int>(std::ceil(at[k] - reach)));
    high[k] = std::min(grid.size[k] - 1, static_cast<int>(std::floor(at[k] + reach)));
  }
  std::uint64_t sum = 0, count = 0;
  for (int z = low[2]; z <= high[2]; ++z) {
    const double dz = (z - at[2]) * grid.spacingMm[2];
    for (int y = low[1]; y <= high[1]; ++y) {
      const double dy = (y - at[1]) * grid.spacingMm[1];
      const double left = reachMm * reachMm - dz * dz - dy * dy;
      if (left < 0) continue;
      const double half = std::sqrt(left) / grid.spacingMm[0];
      const int first = std::max(low[0], static_cast<int>(std::ceil(at[0] - half)));
      const int last = std::min(high[0], static_cast<int>(std::floor(at[0] + half)));
      if (first > last) continue;
      const std::uint8_t* row = map.voxels().data() + map.offset({0, y, z});
      for (int x = first; x <= last; ++x) sum += row[x];
      count += static_cast<std::uint64_t>(last - first + 1);
    }
  }
  if (count > 0) return static_cast<float>(static_cast<double>(sum) / static_cast<double>(count) / 255);
  Index3 nearest{};
  for (std::size_t k = 0; k < 3; ++k) nearest[k] = static_cast<int>(std::lround(at[k]));
  return grid.contains(nearest) ? static_cast<float>(map[nearest]) / 255 : 0;
}

}  // namespace

std::optional<std::vector<float>> surfaceDoubt(const TriangleMesh& surface, const LabelVolume& uncertainty, int threads,
                                               const StopToken& stop) {
  std::vector<float> doubt(surface.pointsMm.size());
  const Grid& grid = uncertainty.grid();
  const double reachMm = grid.spacingKnown ? kDoubtReachMm : 0;
  const Outcome outcome = parallelFor((doubt.size() + kChunk - 1) / kChunk, threads, stop, [&](std::size_t chunk) {
    const std::size_t end = std::min(doubt.size(), (chunk + 1) * kChunk);
    for (std::size_t i = chunk * kChunk; i < end; ++i) {
      const auto& p = surface.pointsMm[i];
      const Point3 mm{static_cast<double>(p[0]), static_cast<double>(p[1]), static_cast<double>(p[2])};
      doubt[i] = meanAround(uncertainty, toIndex(grid, mm), reachMm);
    }
  });
  if (outcome == Outcome::Stopped) return std::nullopt;
  return doubt;
}

}  // namespace pulmo
