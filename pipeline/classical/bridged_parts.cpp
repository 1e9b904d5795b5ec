// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/bridged_parts.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/distance_map.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/voxel_box.h"
#include "pipeline/core/voxel_runs.h"

namespace pulmo {
namespace {

constexpr std::uint8_t kTaken = 128;

/// A box of the volume with a value a voxel.
struct Crop {
  Index3 low{0, 0, 0}, size{0, 0, 0};
  std::vector<std::uint8_t> in;

  Crop(const VoxelBox& box, const Index3& whole, const Index3& room) {
    for (std::size_t k = 0; k < 3; ++k) {
      low[k] = std::max(0, box.low[k] - room[k]);
      size[k] = std::min(whole[k], box.high[k] + 1 + room[k]) - low[k];
    }
    in.assign(static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(size[2]),
              0);
  }
  [[nodiscard]] std::size_t at(int x, int y, int z) const {
    return static_cast<std::size_t>(x - low[0]) +
           static_cast<std::size_t>(size[0]) *
               (static_cast<std::size_t>(y - low[1]) +
                static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(z - low[2]));
  }
  /// Calls visit(voxel of the volume, voxel of the crop).
  template <class Visit>
  void forEach(const Index3& whole, const Visit& visit) const {
    std::size_t i = 0;
    for (int z = low[2]; z < low[2] + size[2]; ++z)
      for (int y = low[1]; y < low[1] + size[1]; ++y) {
        const std::size_t row =
            static_cast<std::size_t>(whole[0]) *
                (static_cast<std::size_t>(y) + static_cast<std::size_t>(whole[1]) * static_cast<std::size_t>(z)) +
            static_cast<std::size_t>(low[0]);
        for (int x = 0; x < size[0]; ++x, ++i) visit(row + static_cast<std::size_t>(x), i);
      }
  }
};

std::vector<VoxelBox> boxesOf(const VoxelRuns& runs) {
  std::vector<VoxelBox> boxes(runs.components);
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    VoxelBox& box = boxes[run.component];
    const Index3 first{run.begin, y, z}, last{run.end - 1, y, z};
    if (box.empty()) {
      box.low = first;
      box.high = last;
      return;
    }
    for (std::size_t k = 0; k < 3; ++k) {
      box.low[k] = std::min(box.low[k], first[k]);
      box.high[k] = std::max(box.high[k], last[k]);
    }
  });
  return boxes;
}

double longestOf(const VoxelBox& box, const Point3& mm) {
  double longest = 0;
  for (std::size_t k = 0; k < 3; ++k) longest = std::max(longest, (box.high[k] - box.low[k] + 1) * mm[k]);
  return longest;
}

/// Keeps of a part that is too long the blobs that are not, once it is cut at its thin places.
void cutApart(Crop& crop, const Point3& mm, const PartLimits& limits) {
  const auto open2 = static_cast<float>(limits.openMm * limits.openMm);
  const double reach = limits.openMm + mm[0] + mm[1];
  std::vector<std::uint8_t> out(crop.in.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = crop.in[i] == 0 ? 1 : 0;
  const auto toOut = squaredDistances(out.data(), crop.size, mm, reach, 1);
  std::vector<std::uint8_t> core(out.size());
  for (std::size_t i = 0; i < core.size(); ++i) core[i] = toOut[i] > open2 ? 1 : 0;
  const VoxelRuns cores = makeVoxelRuns(crop.size, true, {}, [&](std::size_t i) { return core[i] != 0; });
  const auto boxes = boxesOf(cores);
  forEachRun(cores, [&](const VoxelRun& run, int y, int z) {
    if (longestOf(boxes[run.component], mm) + 2 * limits.openMm <= limits.longestMm) return;
    const std::size_t row =
        static_cast<std::size_t>(crop.size[0]) *
        (static_cast<std::size_t>(y) + static_cast<std::size_t>(crop.size[1]) * static_cast<std::size_t>(z));
    for (int x = run.begin; x < run.end; ++x) core[row + static_cast<std::size_t>(x)] = 0;
  });
  const auto toCore = squaredDistances(core.data(), crop.size, mm, reach, 1);
  for (std::size_t i = 0; i < core.size(); ++i) {
    if (toCore[i] > open2) crop.in[i] = 0;
  }
}

}  // namespace

void takeParts(const Index3& size, const Point3& spacingMm, const PartLimits& limits, std::vector<std::uint8_t>& votes,
               const StopToken& stop) {
  const VoxelRuns runs = makeVoxelRuns(
      size, true, stop, [&](std::size_t i) { return static_cast<int>(votes[i] % kTaken) >= limits.votes; });
  if (stop.stop_requested()) return;
  const auto boxes = boxesOf(runs);
  std::vector<std::vector<std::pair<VoxelRun, Index3>>> ofPart(runs.components);
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) { ofPart[run.component].push_back({run, {0, y, z}}); });
  Index3 room{};
  for (std::size_t k = 0; k < 3; ++k) room[k] = static_cast<int>(std::ceil(limits.growMm / spacingMm[k])) + 1;
  const auto grow2 = static_cast<float>(limits.growMm * limits.growMm);
  for (std::size_t part = 0; part < runs.components && !stop.stop_requested(); ++part) {
    Crop crop(boxes[part], size, room);
    for (const auto& [run, at] : ofPart[part])
      for (int x = run.begin; x < run.end; ++x) crop.in[crop.at(x, at[1], at[2])] = 1;
    if (longestOf(boxes[part], spacingMm) > limits.longestMm) cutApart(crop, spacingMm, limits);
    const auto toPart =
        squaredDistances(crop.in.data(), crop.size, spacingMm, limits.growMm + spacingMm[0] + spacingMm[1], 1);
    crop.forEach(size, [&](std::size_t voxel, std::size_t i) {
      if (votes[voxel] % kTaken != 0 && toPart[i] <= grow2) votes[voxel] |= kTaken;
    });
  }
  const std::size_t plane = static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]);
  parallelFor(static_cast<std::size_t>(size[2]), 0, stop, [&](std::size_t z) {
    for (std::size_t i = z * plane; i < (z + 1) * plane; ++i) votes[i] = votes[i] >= kTaken ? 1 : 0;
  });
}

}  // namespace pulmo
