// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/mask_parts.h"

#include <algorithm>
#include <array>
#include <vector>

#include "pipeline/core/voxel_runs.h"
#include "pipeline/edit/brush.h"

namespace pulmo {
namespace {

constexpr double kSmallHoleMl = 1.0;  // as in the clean-up after the network

using Faces = std::array<std::size_t, kHighestEditedLabel + 1>;

/// Label voxels in slices of a plane that lie one after another: x, y in the slice, z across.
struct SliceStack {
  Index3 size{0, 0, 0};
  std::vector<std::uint8_t> voxels;
  [[nodiscard]] std::size_t offset(int x, int y, int z) const {
    return static_cast<std::size_t>(x) +
           static_cast<std::size_t>(size[0]) *
               (static_cast<std::size_t>(y) + static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(z));
  }
};

/// Copies between a mask and the stack of a plane's slices, either way.
template <class Copy>
void forEachPair(const LabelVolume& mask, const SliceStack& stack, std::size_t normal, const Copy& copy) {
  const Index3 n = mask.grid().size;
  for (int z = 0; z < n[2]; ++z)
    for (int y = 0; y < n[1]; ++y) {
      const std::size_t row = mask.offset({0, y, z});
      for (int x = 0; x < n[0]; ++x) {
        const std::size_t there = normal == 0   ? stack.offset(y, z, x)
                                  : normal == 1 ? stack.offset(x, z, y)
                                                : stack.offset(x, y, z);
        copy(row + static_cast<std::size_t>(x), there);
      }
    }
}

/// Background pieces: what they touch, and whether they reach the edge.
struct Hole {
  Faces touches{};
  std::size_t voxels = 0;
  bool open = false;
};

std::vector<Hole> measureHoles(const SliceStack& stack, const VoxelRuns& runs, bool acrossSlices) {
  std::vector<Hole> holes(runs.components);
  const Index3 n = stack.size;
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    Hole& hole = holes[run.component];
    hole.voxels += static_cast<std::size_t>(run.end - run.begin);
    const bool endSlice = acrossSlices && n[2] > 1 && (z == 0 || z == n[2] - 1);
    if (run.begin == 0 || run.end == n[0] || y == 0 || y == n[1] - 1 || endSlice) hole.open = true;
    if (hole.open) return;
    const auto touch = [&](int x, int ty, int tz) { ++hole.touches[stack.voxels[stack.offset(x, ty, tz)]]; };
    touch(run.begin - 1, y, z);
    touch(run.end, y, z);
    for (int x = run.begin; x < run.end; ++x) {
      touch(x, y - 1, z);
      touch(x, y + 1, z);
      if (acrossSlices && n[2] > 1) {
        touch(x, y, z - 1);
        touch(x, y, z + 1);
      }
    }
  });
  return holes;
}

/// The label a hole is given, 0 if none.
std::uint8_t fillOf(const Hole& hole, double smallVoxels) {
  if (hole.open) return 0;
  const auto labels = hole.touches.begin() + 1;  // without the background itself
  const auto most = std::max_element(labels, hole.touches.end());
  const auto kinds = std::count_if(labels, hole.touches.end(), [](std::size_t faces) { return faces > 0; });
  if (kinds != 1 && static_cast<double>(hole.voxels) > smallVoxels) return 0;
  return static_cast<std::uint8_t>(most - hole.touches.begin());
}

}  // namespace

std::optional<MaskDifference> removeIslands(const LabelVolume& mask, std::optional<std::uint8_t> label,
                                            std::optional<double> minMl, const StopToken& stop,
                                            const ProgressSink& progress) {
  std::array<bool, kHighestEditedLabel + 1> wanted{};
  if (label) {
    wanted.at(*label) = true;
  } else {
    for (const std::uint8_t v : mask.voxels()) wanted[v & kHighestEditedLabel] = true;
    wanted[0] = false;
  }
  LabelVolume result = mask;
  for (std::uint8_t l = 1; l <= kHighestEditedLabel; ++l) {
    if (!wanted[l]) continue;
    if (progress) progress(0.3 * l, "Looking for islands");
    const auto& voxels = mask.voxels();
    const VoxelRuns runs =
        makeVoxelRuns(mask.grid().size, true, stop, [&](std::size_t offset) { return voxels[offset] == l; });
    if (stop.stop_requested()) return std::nullopt;
    const std::vector<std::size_t> counts = runs.voxelCounts();
    const auto largest = static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
    forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
      const bool keep = minMl ? static_cast<double>(counts[run.component]) * mask.grid().voxelMl() >= *minMl
                              : run.component == largest;
      if (keep) return;
      const auto row = result.voxels().begin() + static_cast<std::ptrdiff_t>(result.offset({0, y, z}));
      std::fill(row + run.begin, row + run.end, std::uint8_t{0});
    });
  }
  return differenceBetween(mask, result);
}

std::optional<MaskDifference> fillHoles(const LabelVolume& mask, std::optional<Orientation> plane,
                                        const StopToken& stop, const ProgressSink& progress) {
  if (progress) progress(0, "Looking for holes");
  const std::size_t normal = plane ? normalAxis(*plane) : 2;
  const Index3 n = mask.grid().size;
  SliceStack stack{normal == 0 ? Index3{n[1], n[2], n[0]} : normal == 1 ? Index3{n[0], n[2], n[1]} : n, {}};
  if (normal == 2) {
    stack.voxels = mask.voxels();
  } else {
    stack.voxels.resize(mask.voxels().size());
    forEachPair(mask, stack, normal,
                [&](std::size_t here, std::size_t there) { stack.voxels[there] = mask.voxels()[here]; });
  }
  const VoxelRuns runs =
      makeVoxelRuns(stack.size, !plane, stop, [&](std::size_t offset) { return stack.voxels[offset] == 0; });
  if (stop.stop_requested()) return std::nullopt;
  if (progress) progress(0.5, "Filling holes");
  const std::vector<Hole> holes = measureHoles(stack, runs, !plane);
  const double small = plane ? 0 : kSmallHoleMl / mask.grid().voxelMl();
  std::vector<std::uint8_t> fill;
  fill.reserve(holes.size());
  for (const Hole& hole : holes) fill.push_back(fillOf(hole, small));
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    const auto row = stack.voxels.begin() + static_cast<std::ptrdiff_t>(stack.offset(0, y, z));
    std::fill(row + run.begin, row + run.end, fill[run.component]);
  });
  if (stop.stop_requested()) return std::nullopt;
  if (normal == 2) return differenceBetween(mask, LabelVolume(mask.grid(), std::move(stack.voxels)));
  LabelVolume result = mask;
  forEachPair(mask, stack, normal,
              [&](std::size_t here, std::size_t there) { result.voxels()[here] = stack.voxels[there]; });
  return differenceBetween(mask, result);
}

}  // namespace pulmo
