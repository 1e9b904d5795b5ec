// SPDX-License-Identifier: Apache-2.0
// Flooding in the order of the voxels' values: Beucher & Meyer 1993, "The morphological approach to segmentation: the
// watershed transformation". Deviation: values are taken in steps of 4 HU, far below the noise of a CT.
#include "pipeline/classical/lung_border.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pipeline/classical/voxel_state.h"
#include "pipeline/core/distance_map.h"
#include "pipeline/core/parallel.h"

namespace pulmo {
namespace {

constexpr double kTouchMm = 10.0;  // how far the narrowest place may lie from the pleura
constexpr int kReachBlocks = 2;    // labels leave their blocks by the partial volume of the border, not further
constexpr int kHuPerLevel = 4;
constexpr int kLowestHu = -1100;

/// Where air may still be reached, and where right and left must meet anew.
struct Zones {
  std::vector<std::uint8_t> reachable;
  std::vector<float> toTouch2;
};

Zones findZones(const CoarseScan& coarse, const std::vector<std::uint8_t>& regions, const StopToken& stop) {
  std::vector<std::uint8_t> touch(regions.size(), 0);
  const std::array<std::size_t, 3> step{
      1, static_cast<std::size_t>(coarse.size[0]),
      static_cast<std::size_t>(coarse.size[0]) * static_cast<std::size_t>(coarse.size[1])};
  const auto lung = [&](std::size_t i) { return regions[i] == kRightLung || regions[i] == kLeftLung; };
  for (int z = 0; z < coarse.size[2]; ++z) {
    for (int y = 0; y < coarse.size[1]; ++y) {
      for (int x = 0; x < coarse.size[0]; ++x) {
        const std::size_t i = coarse.offset(x, y, z);
        if (!lung(i)) continue;
        const Index3 at{x, y, z};
        for (std::size_t k = 0; k < 3; ++k) {
          if (at[k] + 1 >= coarse.size[k]) continue;
          const std::size_t next = i + step[k];
          if (lung(next) && regions[next] != regions[i]) touch[i] = touch[next] = 1;
        }
      }
    }
  }
  Zones zones;
  zones.toTouch2 = squaredDistances(touch.data(), coarse.size, coarse.spacingMm, kTouchMm, 0, stop);
  // In mm, so that labels do not jump to the next slice where slices are thick (gas in the stomach under the lung).
  const double reach = kReachBlocks * coarse.spacingMm[0];
  const auto near = squaredDistances(regions.data(), coarse.size, coarse.spacingMm, reach, 0, stop);
  const auto limit2 = static_cast<float>(1.001 * reach * reach);
  zones.reachable.resize(regions.size());
  for (std::size_t i = 0; i < near.size(); ++i) zones.reachable[i] = near[i] <= limit2 ? 1 : 0;
  return zones;
}

void labelInside(const CtVolume& ct, const CoarseScan& coarse, const BodyMask& body,
                 const std::vector<std::uint8_t>& regions, const Zones& zones, double lungBelowHu,
                 std::vector<std::uint8_t>& state, const StopToken& stop) {
  const auto threshold = static_cast<std::int16_t>(std::lround(lungBelowHu));
  parallelFor(static_cast<std::size_t>(coarse.fineSize[2]), 0, stop, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    // One value a block of a row: what its air becomes.
    std::vector<std::uint8_t> become(static_cast<std::size_t>(coarse.size[0]));
    for (int y = 0; y < coarse.fineSize[1]; ++y) {
      const std::size_t row = coarse.offset(0, y / coarse.factor[1], z / coarse.factor[2]);
      for (std::size_t b = 0; b < become.size(); ++b) {
        const std::size_t i = row + b;
        const bool open = zones.reachable[i] != 0 && body.inside[i] != 0;
        const bool known = regions[i] != kBackground && zones.toTouch2[i] > kTouchMm * kTouchMm;
        become[b] = !open ? kBackground : (known ? regions[i] : kVoxelAir);
      }
      const std::size_t offset = ct.offset({0, y, z});
      for (int x = 0, b = 0, k = 0; x < coarse.fineSize[0]; ++x) {
        const std::size_t i = offset + static_cast<std::size_t>(x);
        if (ct.voxels()[i] < threshold && state[i] == kBackground) state[i] = become[static_cast<std::size_t>(b)];
        if (++k == coarse.factor[0]) {
          k = 0;
          ++b;
        }
      }
    }
  });
}

/// Labels grow over kVoxelAir, darkest first.
void floodAir(const CtVolume& ct, double lungBelowHu, std::vector<std::uint8_t>& state, const StopToken& stop) {
  const Index3 size = ct.grid().size;
  const auto nx = static_cast<std::size_t>(size[0]);
  const auto plane = nx * static_cast<std::size_t>(size[1]);
  const auto levels = static_cast<std::size_t>((static_cast<int>(lungBelowHu) - kLowestHu) / kHuPerLevel + 2);
  std::vector<std::vector<std::uint32_t>> queue(levels);
  std::size_t level = 0;
  const auto take = [&](std::size_t i, std::uint8_t label) {
    if (state[i] != kVoxelAir) return;
    state[i] = label;
    const auto own = static_cast<std::size_t>(std::max(0, ct.voxels()[i] - kLowestHu) / kHuPerLevel);
    queue[std::min(std::max(level, own), levels - 1)].push_back(static_cast<std::uint32_t>(i));
  };
  const auto spread = [&](std::size_t i, std::uint8_t label) {
    const std::size_t x = i % nx;
    const std::size_t inPlane = i % plane;
    if (x > 0) take(i - 1, label);
    if (x + 1 < nx) take(i + 1, label);
    if (inPlane >= nx) take(i - nx, label);
    if (inPlane + nx < plane) take(i + nx, label);
    if (i >= plane) take(i - plane, label);
    if (i + plane < state.size()) take(i + plane, label);
  };
  const auto isLabel = [&](std::size_t i) {
    return state[i] == kRightLung || state[i] == kLeftLung || state[i] == kVoxelOther;
  };
  // Seeds are collected before any of them spreads, else the first in memory would win.
  std::vector<std::uint32_t> seeds;
  for (std::size_t i = 0; i < state.size(); ++i) {
    if (!isLabel(i)) continue;
    const std::size_t x = i % nx;
    const std::size_t inPlane = i % plane;
    const bool atAir =
        (x > 0 && state[i - 1] == kVoxelAir) || (x + 1 < nx && state[i + 1] == kVoxelAir) ||
        (inPlane >= nx && state[i - nx] == kVoxelAir) || (inPlane + nx < plane && state[i + nx] == kVoxelAir) ||
        (i >= plane && state[i - plane] == kVoxelAir) || (i + plane < state.size() && state[i + plane] == kVoxelAir);
    if (atAir) seeds.push_back(static_cast<std::uint32_t>(i));
  }
  for (const std::uint32_t i : seeds) spread(i, state[i]);
  for (level = 0; level < levels && !stop.stop_requested(); ++level) {
    for (std::size_t next = 0; next < queue[level].size(); ++next) {
      const std::size_t i = queue[level][next];
      spread(i, state[i]);
    }
    queue[level] = {};
  }
}

}  // namespace

void drawLungBorder(const CtVolume& ct, const CoarseScan& coarse, const BodyMask& body,
                    const std::vector<std::uint8_t>& regions, double lungBelowHu, std::vector<std::uint8_t>& state,
                    const StopToken& stop) {
  if (state.size() >= std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ErrorKind::OutOfMemory, "The scan has more than four thousand million voxels: halve its matrix first.");
  }
  const Zones zones = findZones(coarse, regions, stop);
  if (stop.stop_requested()) return;
  labelInside(ct, coarse, body, regions, zones, lungBelowHu, state, stop);
  if (!stop.stop_requested()) floodAir(ct, lungBelowHu, state, stop);
}

}  // namespace pulmo
