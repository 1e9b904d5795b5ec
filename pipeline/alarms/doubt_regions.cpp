// SPDX-License-Identifier: Apache-2.0
#include "pipeline/alarms/doubt_regions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pipeline/alarms/mask_parts.h"
#include "pipeline/core/distance_map.h"
#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/voxel_box.h"
#include "pipeline/core/voxel_runs.h"
#include "pipeline/metrics/distance_visit.h"

namespace pulmo {
namespace {

/// A block of the scan, copied out.
struct Cutout {
  VoxelBox box;
  MarkedBox lungs;                  ///< a bit a label
  std::vector<std::uint8_t> doubt;  ///< entropy
};

VoxelBox doubtBox(const LabelVolume& uncertainty, int least, const StopToken& stop) {
  const Index3& size = uncertainty.grid().size;
  std::vector<VoxelBox> slices(static_cast<std::size_t>(size[2]));
  parallelFor(slices.size(), 0, stop, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    for (int y = 0; y < size[1]; ++y) {
      const std::uint8_t* row = uncertainty.voxels().data() + uncertainty.offset({0, y, z});
      const auto doubtful = [least](std::uint8_t v) { return v >= least; };
      const std::uint8_t* first = std::find_if(row, row + size[0], doubtful);
      if (first == row + size[0]) continue;
      const std::uint8_t* last = row + size[0] - 1;
      while (!doubtful(*last)) --last;
      slices[slice].include({{static_cast<int>(first - row), y, z}, {static_cast<int>(last - row), y, z}});
    }
  });
  VoxelBox box;
  for (const VoxelBox& slice : slices) box.include(slice);
  return box;
}

/// @param margin  voxels around the box along each axis, as far as the scan goes
Cutout cutOut(const LabelVolume& uncertainty, const LabelVolume& mask, VoxelBox box, const Index3& margin,
              const StopToken& stop) {
  const Index3& size = mask.grid().size;
  for (std::size_t k = 0; k < 3; ++k) {
    box.low[k] = std::max(0, box.low[k] - margin[k]);
    box.high[k] = std::min(size[k] - 1, box.high[k] + margin[k]);
  }
  Cutout cut;
  cut.box = box;
  cut.lungs.size = box.size();
  cut.lungs.spacingMm = mask.grid().spacingMm;
  const auto nx = static_cast<std::size_t>(cut.lungs.size[0]), ny = static_cast<std::size_t>(cut.lungs.size[1]);
  const auto nz = static_cast<std::size_t>(cut.lungs.size[2]);
  cut.lungs.marks.resize(nx * ny * nz);
  cut.doubt.resize(cut.lungs.marks.size());
  constexpr std::array<std::uint8_t, 4> kBits{0, 1, 2, 4};
  parallelFor(nz, 0, stop, [&](std::size_t z) {
    for (std::size_t y = 0; y < ny; ++y) {
      const std::size_t from =
          mask.offset({box.low[0], box.low[1] + static_cast<int>(y), box.low[2] + static_cast<int>(z)});
      const std::size_t to = nx * (y + ny * z);
      for (std::size_t x = 0; x < nx; ++x)
        cut.lungs.marks[to + x] = kBits[std::min(mask.voxels()[from + x], kLungUnsided)];
      std::copy_n(uncertainty.voxels().begin() + static_cast<std::ptrdiff_t>(from), nx,
                  cut.doubt.begin() + static_cast<std::ptrdiff_t>(to));
    }
  });
  return cut;
}

/// 1 where doubt is near the border and thicker than the rim of every border.
std::vector<std::uint8_t> thickDoubt(const Cutout& cut, const Grid& grid, const DoubtOptions& options,
                                     const StopToken& stop) {
  const Index3& size = cut.lungs.size;
  const Point3& mm = cut.lungs.spacingMm;
  const Index3& whole = grid.size;
  const auto borders = bordersOf(cut.lungs, {whole[0] == 1, whole[1] == 1, whole[2] == 1}, 0, stop);
  const auto toBorder = squaredDistances(borders.data(), size, mm, options.nearMm, 0, stop);
  std::vector<std::uint8_t> doubtful(cut.doubt.size()), work(cut.doubt.size());
  for (std::size_t i = 0; i < doubtful.size(); ++i) {
    const bool near = static_cast<double>(toBorder[i]) <= options.nearMm * options.nearMm;
    doubtful[i] = near && cut.doubt[i] >= options.least ? 1 : 0;
    work[i] = doubtful[i] == 0 ? 1 : 0;
  }
  const auto toSure = squaredDistances(work.data(), size, mm, options.coreMm, 0, stop);
  for (std::size_t i = 0; i < work.size(); ++i)
    work[i] = doubtful[i] != 0 && static_cast<double>(toSure[i]) > options.coreMm * options.coreMm ? 1 : 0;
  const double regain = 1.5 * options.coreMm;
  const auto toCore = squaredDistances(work.data(), size, mm, regain, 0, stop);
  for (std::size_t i = 0; i < work.size(); ++i)
    work[i] = doubtful[i] != 0 && static_cast<double>(toCore[i]) <= regain * regain ? 1 : 0;
  return work;
}

/// The label of the mask's voxel nearest to a place, within some mm.
std::uint8_t nearestLabel(const LabelVolume& mask, const Index3& place, double reachMm) {
  const Grid& grid = mask.grid();
  Index3 low{}, high{};
  for (std::size_t k = 0; k < 3; ++k) {
    const int reach = static_cast<int>(reachMm / grid.spacingMm[k]) + 1;
    low[k] = std::max(0, place[k] - reach);
    high[k] = std::min(grid.size[k] - 1, place[k] + reach);
  }
  double best = std::numeric_limits<double>::infinity();
  std::uint8_t label = kLungUnsided;
  for (int z = low[2]; z <= high[2]; ++z)
    for (int y = low[1]; y <= high[1]; ++y)
      for (int x = low[0]; x <= high[0]; ++x) {
        const std::uint8_t value = mask[{x, y, z}];
        const double mm = std::hypot((x - place[0]) * grid.spacingMm[0], (y - place[1]) * grid.spacingMm[1],
                                     (z - place[2]) * grid.spacingMm[2]);
        if (value == kBackground || mm >= best) continue;
        best = mm;
        label = value;
      }
  return label;
}

}  // namespace

std::optional<std::vector<DoubtRegion>> findDoubtRegions(const LabelVolume& uncertainty, const LabelVolume& mask,
                                                         const DoubtOptions& options, const StopToken& stop) {
  requireSameGrid(uncertainty.grid(), "map of uncertainty", mask.grid(), "mask");
  const Grid& grid = mask.grid();
  std::vector<DoubtRegion> regions;
  const VoxelBox box = doubtBox(uncertainty, options.least, stop);
  if (stop.stop_requested()) return std::nullopt;
  if (box.empty()) return regions;
  Index3 margin{};
  for (std::size_t k = 0; k < 3; ++k) margin[k] = static_cast<int>(options.nearMm / grid.spacingMm[k]) + 2;
  const Cutout cut = cutOut(uncertainty, mask, box, margin, stop);
  const auto thick = thickDoubt(cut, grid, options, stop);
  if (stop.stop_requested()) return std::nullopt;
  const VoxelRuns runs = makeVoxelRuns(cut.lungs.size, true, stop, [&](std::size_t i) { return thick[i] != 0; });
  if (stop.stop_requested()) return std::nullopt;
  std::vector<double> sums(runs.components, 0);
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    const std::size_t row = static_cast<std::size_t>(runs.size[0]) * runs.rowIndex(y, z);
    for (int x = run.begin; x < run.end; ++x) sums[run.component] += cut.doubt[row + static_cast<std::size_t>(x)];
  });
  const auto parts = partsOf(runs, grid.spacingMm);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const double ml = static_cast<double>(parts[i].voxels) * grid.voxelMl();
    if (ml < options.leastMl) continue;
    DoubtRegion region;
    region.voxels = parts[i].voxels;
    if (grid.spacingKnown) region.ml = ml;
    region.meanDoubt = sums[i] / static_cast<double>(parts[i].voxels) / 255;
    for (std::size_t k = 0; k < 3; ++k) region.voxel[k] = parts[i].place[k] + cut.box.low[k];
    region.positionMm = toPatient(grid, region.voxel);
    region.label = nearestLabel(mask, region.voxel, options.nearMm);
    regions.push_back(region);
  }
  std::stable_sort(regions.begin(), regions.end(),
                   [](const DoubtRegion& a, const DoubtRegion& b) { return a.voxels > b.voxels; });
  if (regions.size() > options.most) regions.resize(options.most);
  return regions;
}

}  // namespace pulmo
